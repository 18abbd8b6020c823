// The table of processes: a thousand rows are as quick as ten, since only those in sight are drawn.
import { html, useState, useEffect, useRef, useMemo } from '../vendor/htm-3.1.1.js';
import { get, query } from '../api.js';
import { aged, live, may, seed } from '../live.js';
import { ask, counted, processes as act } from '../dialog.js';
import { Badge, Chips, Empty, Icon, Meter, Search, Spark, tone, useMedia } from '../ui.js';
import * as f from '../format.js';

const GROUPS = [
  { key: 'all', label: 'All', of: () => true },
  { key: 'trouble', label: 'Trouble', tone: 'bad', of: (r) => ['failed', 'unhealthy', 'backoff'].includes(r.state) },
  { key: 'up', label: 'Up', tone: 'ok', of: (r) => r.state === 'up' },
  { key: 'between', label: 'Changing', tone: 'busy', of: (r) => ['starting', 'stopping', 'waiting'].includes(r.state) },
  { key: 'down', label: 'Not running', of: (r) => r.state === 'down' || r.state === 'completed' },
];

const ORDER = ['failed', 'unhealthy', 'backoff', 'waiting', 'starting', 'stopping', 'up', 'completed', 'down'];

const text = (a, b) => a.localeCompare(b, 'en', { numeric: true });
const COLUMNS = [
  { key: 'name', label: 'Process', by: (a, b) => text(a.name, b.name) },
  { key: 'state', label: 'State', by: (a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) },
  { key: 'cpu', label: 'CPU', by: (a, b) => (b.cpuPercent ?? -1) - (a.cpuPercent ?? -1) },
  { key: 'memory', label: 'Memory', by: (a, b) => (b.memoryBytes ?? -1) - (a.memoryBytes ?? -1) },
  { key: 'pids', label: 'Tasks', right: true, by: (a, b) => (b.pids ?? -1) - (a.pids ?? -1) },
  { key: 'restarts', label: 'Restarts', right: true, by: (a, b) => b.restarts - a.restarts },
  { key: 'since', label: 'For', right: true, by: (a, b) => a.seconds - b.seconds },
];

/** What is looked for first: the first name, but the most of what is used. */
function rising(key) {
  return ['name', 'state', 'since'].includes(key);
}

/** How they were sorted and searched when one left this page. */
const kept = { words: '', group: 'all', sort: 'name', down: false };

export function Processes({ replicas, samples }) {
  const [words, setWords] = useState(kept.words);
  const [group, setGroup] = useState(kept.group);
  const [sort, setSort] = useState({ key: kept.sort, down: kept.down });
  Object.assign(kept, { words, group, sort: sort.key, down: sort.down });
  const narrow = useMedia('(max-width: 760px)');
  const counts = GROUPS.map((g) => ({ ...g, count: replicas.filter(g.of).length }));
  const rows = useMemo(() => {
    const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
    const of = GROUPS.find((g) => g.key === group).of;
    const by = COLUMNS.find((c) => c.key === sort.key).by;
    const found = replicas.filter(
      (r) => of(r) && wanted.every((w) => r.name.toLowerCase().includes(w) || r.state.includes(w) || r.detail.toLowerCase().includes(w)),
    );
    found.sort((a, b) => (sort.down ? -by(a, b) : by(a, b)) || text(a.name, b.name));
    return found;
  }, [replicas, words, group, sort]);
  const sizes = useMemo(() => {
    const n = new Map();
    for (const r of replicas) n.set(r.process, (n.get(r.process) ?? 0) + counted([r]));
    return n;
  }, [replicas]);
  const operate = may('operate');
  return html`<section class="card flush" aria-labelledby="processes">
    <header class="card-head"><h2 id="processes">Processes</h2>
      <span class="note" role="status">${rows.length === replicas.length ? f.count(rows.length) : `${f.count(rows.length)} of ${f.count(replicas.length)}`}</span>
      <div class="tools"><${Chips} label="State" value=${group} onChoose=${setGroup} options=${counts.filter((c) => c.key === 'all' || c.count > 0 || c.key === group)} />
        <${Search} label="Search processes" value=${words} onInput=${setWords} /></div></header>
    ${replicas.length === 0
      ? html`<${Empty} title="No processes">None are configured. They stand under <code>processes:</code> in the configuration.<//>`
      : rows.length === 0
        ? html`<${Empty} title="No process matches"><button class="quiet" onClick=${() => {
            setWords('');
            setGroup('all');
          }}>Show all</button><//>`
        : html`<${Table} rows=${rows} sizes=${sizes} samples=${samples} sort=${sort} setSort=${setSort} narrow=${narrow} operate=${operate} />`}
  </section>`;
}

/** Beside what is in sight, on each side. */
const SPARE_ROWS = 10;
/** So many are drawn whole: it is simpler for whoever searches within the page. */
const FEW = 80;

function Table({ rows, sizes, samples, sort, setSort, narrow, operate }) {
  const height = narrow ? 84 : 44;
  const body = useRef(null);
  const [sight, setSight] = useState({ from: 0, to: 40 });
  useEffect(() => {
    let frame = 0;
    const look = () => {
      frame = 0;
      if (!body.current) return;
      const top = body.current.getBoundingClientRect().top;
      const from = Math.max(0, Math.floor(-top / height) - SPARE_ROWS);
      const to = Math.ceil((innerHeight - top) / height) + SPARE_ROWS;
      setSight((s) => (s.from === from && s.to === to ? s : { from, to }));
    };
    const soon = () => {
      if (!frame) frame = requestAnimationFrame(look);
    };
    look();
    addEventListener('scroll', soon, { passive: true });
    addEventListener('resize', soon);
    return () => {
      cancelAnimationFrame(frame);
      removeEventListener('scroll', soon);
      removeEventListener('resize', soon);
    };
  }, [height, rows.length]);
  const all = rows.length <= FEW;
  const from = all ? 0 : Math.min(sight.from, Math.max(0, rows.length - 1));
  const to = all ? rows.length : Math.min(rows.length, Math.max(sight.to, from + 1));
  const shown = rows.slice(from, to);
  usePastOf(shown);
  const turn = (key) => setSort((s) => ({ key, down: s.key === key ? !s.down : false }));
  return html`<div class="table processes" role="table" aria-label="Processes" aria-rowcount=${rows.length + 1}>
    <div role="rowgroup" class="table-head"><div role="row" class="row" aria-rowindex="1">
      ${COLUMNS.map((c) => html`<span key=${c.key} role="columnheader" class=${`${c.key} ${c.right ? 'right' : ''}`}
        aria-sort=${sort.key !== c.key ? 'none' : rising(c.key) !== sort.down ? 'ascending' : 'descending'}>
        <button class="sort" onClick=${() => turn(c.key)}>${c.label}<i aria-hidden="true">${sort.key !== c.key ? '' : rising(c.key) !== sort.down ? '▲' : '▼'}</i></button></span>`)}
      <span role="columnheader" class="acts"><span class="hidden">Actions</span></span></div></div>
    <div role="rowgroup" ref=${body} style=${{ paddingTop: `${from * height}px`, paddingBottom: `${(rows.length - to) * height}px` }}>
      ${shown.map((r, i) => html`<${Row} key=${r.name} of=${r} index=${from + i + 2} size=${sizes.get(r.process)} values=${samples.get(r.name)?.cpu} operate=${operate} />`)}
    </div></div>`;
}

function Row({ of: r, index, size, values, operate }) {
  const cpuMost = r.cpuLimit == null ? null : r.cpuLimit * 100;
  const runs = r.pid != null;
  return html`<div role="row" class=${`row ${tone(r.state)}`} aria-rowindex=${index}>
    <span role="cell" class="name"><a href=${`#/process/${encodeURIComponent(r.name)}`}>${r.name}</a>
      <small title=${r.detail}>${r.detail || (runs ? `pid ${r.pid}` : '')}</small></span>
    <span role="cell" class="state"><${Badge} word=${r.state} />${r.health && r.health !== r.state && r.state === 'up' && r.health !== 'healthy' && html`<small>${r.health}</small>`}</span>
    <span role="cell" class="cpu">${runs ? html`<${Spark} values=${values ?? []} most=${cpuMost ?? 100} slots=${60} />
      <span class="value"><b>${f.percent(r.cpuPercent)}</b><${Meter} value=${r.cpuPercent} most=${cpuMost} label=${`CPU of ${r.name}, of its limit`} /></span>` : html`<span class="faint">${f.NONE}</span>`}</span>
    <span role="cell" class="memory">${runs ? html`<span class="value"><b>${f.bytes(r.memoryBytes)}</b>
      ${r.memoryLimitBytes != null && html`<small>of ${f.bytes(r.memoryLimitBytes)}</small>`}
      <${Meter} value=${r.memoryBytes} most=${r.memoryLimitBytes} label=${`Memory of ${r.name}, of its limit`} /></span>` : html`<span class="faint">${f.NONE}</span>`}</span>
    <span role="cell" class="pids right">${f.count(r.pids)}${r.pidsLimit != null && html`<small> of ${f.count(r.pidsLimit)}</small>`}</span>
    <span role="cell" class=${`restarts right ${r.restarts ? '' : 'faint'}`}>${f.count(r.restarts)}</span>
    <span role="cell" class="since right" title=${r.since}>${f.seconds(r.seconds + aged())}</span>
    <span role="cell" class="acts">${operate && html`
      ${r.wanted
        ? html`<button class="quiet only" aria-label=${`Restart ${r.name}`} title="Restart" onClick=${() => ask(act.restart(r))}><${Icon} of="restart" /></button>
          <button class="quiet only" aria-label=${`Stop ${r.name}`} title="Stop" onClick=${() => ask(act.stop(r))}><${Icon} of="stop" /></button>`
        : html`<button class="quiet only" aria-label=${`Start ${r.name}`} title="Start" onClick=${() => ask(act.start(r))}><${Icon} of="start" /></button>`}
      <button class="quiet only" aria-label=${`More actions for ${r.name}`} title="More" onClick=${() => ask(act.all(r, size))}><${Icon} of="more" /></button>`}</span>
  </div>`;
}

/** What was before the page was opened, of those in sight, one after the other, and each once. */
function usePastOf(shown) {
  const [refused, setRefused] = useState(false);
  const names = shown.filter((r) => r.pid != null).map((r) => r.name).join('\n');
  useEffect(() => {
    let over = false;
    const wait = setTimeout(async () => {
      for (const name of names.split('\n').filter(Boolean)) {
        if (over || refused) return;
        if (live.samples.get(name)?.seeded) continue;
        try {
          const h = await get(`history${query({ of: `process:${name}`, metric: 'cpu', span: '1h' })}`);
          seed(name, h.values.slice(-60).map((v) => (v == null ? null : v * 100))); // cores, and the table has percent
        } catch {
          setRefused(true); // there is none, or too much was asked: the line grows from now on
          return;
        }
      }
    }, 400);
    return () => {
      over = true;
      clearTimeout(wait);
    };
  }, [names, refused]);
}
