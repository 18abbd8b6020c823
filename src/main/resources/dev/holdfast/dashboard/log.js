// The log of one process as it is written, and what is searched for in it.
import { html, useState, useEffect, useLayoutEffect, useRef } from './vendor/htm-3.1.1.js';
import { get, at, query, follow } from './api.js';
import { Chips, Empty, Marked, Search, Trouble } from './ui.js';
import * as f from './format.js';

const MOST_LINES = 2000;
const FIRST_LINES = 300;

function marker(grep) {
  if (!grep) return null;
  try {
    return new RegExp(grep, 'gu');
  } catch {
    return null; // RE2 knows what this engine does not: found all the same, only not marked
  }
}

export function Log({ name }) {
  const [typed, setTyped] = useState('');
  const [grep, setGrep] = useState('');
  const [stream, setStream] = useState('');
  const [level, setLevel] = useState('');
  const [lines, setLines] = useState(null);
  const [problem, setProblem] = useState(null);
  const [link, setLink] = useState('connecting');
  const [held, setHeld] = useState(false);
  const [unseen, setUnseen] = useState(0);
  const box = useRef(null);
  const stick = useRef(true);
  const top = useRef(0);
  const [turn, again] = useState(0);

  useEffect(() => {
    const t = setTimeout(() => setGrep(typed), 300);
    return () => clearTimeout(t);
  }, [typed]);

  useEffect(() => {
    let over = false;
    let feed = null;
    let waiting = [];
    let frame = 0;
    const asked = { grep, stream, level };
    setLines(null);
    setProblem(null);
    setUnseen(0);
    stick.current = true;
    setHeld(false);
    // Many lines at once are one drawing.
    const flush = () => {
      frame = 0;
      const more = waiting;
      waiting = [];
      if (!stick.current) setUnseen((n) => n + more.length);
      setLines((all) => [...(all ?? []), ...more].slice(-MOST_LINES));
    };
    (async () => {
      try {
        const first = await get(`logs/${at(name)}${query({ lines: FIRST_LINES, ...asked })}`);
        if (over) return;
        setLines(first.lines);
        feed = follow(
          `logs/${at(name)}${query(asked)}`,
          {
            open: () => setLink('live'),
            down: (p) => setLink(p.lost ? 'lost' : 'refused'),
            event(e) {
              if (e.event !== 'line') return;
              waiting.push(JSON.parse(e.data));
              if (waiting.length > 2 * MOST_LINES) waiting = waiting.slice(-MOST_LINES); // nothing is drawn while nobody looks
              if (!frame) frame = requestAnimationFrame(flush);
            },
          },
          first.cut ?? first.lines.at(-1)?.id ?? null, // what a cut search did not come to arrives as if it were new
        );
      } catch (e) {
        if (!over) setProblem(e);
      }
    })();
    return () => {
      over = true;
      feed?.close();
      cancelAnimationFrame(frame);
    };
  }, [name, grep, stream, level, turn]);

  useLayoutEffect(() => {
    if (stick.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines]);

  const scrolled = () => {
    const b = box.current;
    // Only whoever goes up lets go: more lines below are no wish to stay.
    if (b.scrollHeight - b.scrollTop - b.clientHeight < 24) stick.current = true;
    else if (b.scrollTop < top.current) stick.current = false;
    top.current = b.scrollTop;
    setHeld(!stick.current);
    if (stick.current) setUnseen(0);
  };
  const toEnd = () => {
    stick.current = true;
    box.current.scrollTop = box.current.scrollHeight;
  };
  const mark = marker(grep);
  return html`<div class="log">
    <div class="toolbar">
      <${Search} label="Search the log" placeholder="Search (RE2)" value=${typed} onInput=${setTyped} />
      <${Chips} label="Stream" value=${stream} onChoose=${setStream}
        options=${[{ key: '', label: 'All' }, { key: 'stdout', label: 'stdout' }, { key: 'stderr', label: 'stderr' }]} />
      <${Chips} label="Level" value=${level} onChoose=${setLevel}
        options=${[{ key: '', label: 'Any level' }, { key: 'warn', label: 'Warnings' }, { key: 'error', label: 'Errors' }]} />
      <span class=${`log-link ${link}`}>${{ live: 'following', lost: 'connection lost', refused: 'not followed', connecting: '…' }[link]}</span>
    </div>
    ${problem && html`<${Trouble} problem=${problem} again=${() => again((n) => n + 1)} />`}
    ${!problem && lines?.length === 0
      ? html`<${Empty} title=${grep || stream || level ? 'No line matches' : 'It has printed nothing yet'}>What comes is shown here at once.<//>`
      : html`<div class="lines" ref=${box} onScroll=${scrolled} tabindex="0" role="log" aria-live="off" aria-label=${`Log of ${name}`}>
        ${(lines ?? []).map((l) => html`<div key=${l.id} class=${`line ${l.stream === 'stderr' ? 'err' : ''}`}>
          <time datetime=${l.at} title=${l.at}>${l.at ? f.time(l.at).slice(-8) : ''}</time>
          ${l.level && html`<b class=${`level ${tone(l.level)}`}>${l.level}</b>`}
          <span><${Marked} text=${f.plain(l.text)} pattern=${mark} /></span></div>`)}</div>`}
    ${held && html`<button class="to-end" onClick=${toEnd}>${unseen ? `${f.plural(unseen, 'new line')} below` : 'Follow again'}</button>`}
  </div>`;
}

function tone(level) {
  return level === 'error' || level === 'critical' ? 'bad' : level === 'warning' ? 'warn' : '';
}
