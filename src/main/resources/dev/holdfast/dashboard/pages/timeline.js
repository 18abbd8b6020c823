// The next 24 hours of all schedules, and where they come together.
import { html, useState, useEffect, useMemo } from '../vendor/htm-3.1.1.js';
import { get, at, query } from '../api.js';
import { Empty, Trouble, Waiting, useClock } from '../ui.js';
import * as f from '../format.js';

const DAY = 86_400_000;
/** Every five minutes of a day; what is due more often is a band. */
const MOST_DUE = 288;
const SLOTS = 288;
const AGAIN_MILLIS = 300_000;
const MOST_ROWS = 60;

/** name → {times: [millis], dense}: what becomes due, asked once and every five minutes. */
function useDue(names) {
  const [due, set] = useState(new Map());
  const [problem, setProblem] = useState(null);
  const key = names.join('\n');
  useEffect(() => {
    let over = false;
    let timer = 0;
    const ask = async () => {
      const found = new Map();
      const names = key.split('\n').filter(Boolean);
      // A few at a time: there may be many, and others ask too.
      const some = async () => {
        for (let name = names.shift(); name && !over; name = names.shift()) {
          const texts = await get(`cron/${at(name)}/next${query({ n: MOST_DUE })}`);
          found.set(name, texts.lines.map((t) => Date.parse(t)).filter((t) => !Number.isNaN(t)));
        }
      };
      try {
        await Promise.all([some(), some(), some()]);
        if (!over) setProblem(null);
      } catch (e) {
        if (!over) setProblem(e);
      }
      if (over) return;
      set(found);
      timer = setTimeout(ask, AGAIN_MILLIS);
    };
    ask();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [key]);
  return { due, problem };
}

export function Timeline({ schedules }) {
  const shown = schedules.filter((s) => s.next != null).slice(0, MOST_ROWS);
  const { due, problem } = useDue(shown.map((s) => s.name));
  const clock = useClock(60_000);
  const from = Math.floor(clock / 300_000) * 300_000;
  const rows = useMemo(() => shown.map((s) => row(s, due.get(s.name) ?? [], from)), [schedules, due, from]);
  const load = useMemo(() => together(rows), [rows]);
  if (problem && due.size === 0) return html`<${Trouble} problem=${problem} />`;
  if (shown.length && due.size === 0) return html`<${Waiting} rows=${shown.length} />`;
  if (!shown.length) return html`<${Empty} title="Nothing is foreseen">No schedule has a next due time.<//>`;
  const most = Math.max(1, ...load.map((x) => x.n));
  const hours = Array.from({ length: 9 }, (_, i) => new Date(from + i * 3 * 3600_000));
  const crowded = load.filter((x) => x.n > 1).length;
  return html`<div class="timeline">
    <div class="tl-row tl-load"><span class="tl-name">At once <small>at most ${most}</small></span>
      <svg viewBox=${`0 0 ${SLOTS} 40`} preserveAspectRatio="none" role="img"
        aria-label=${`At most ${most} schedules run at once in the next 24 hours; in ${crowded * 5} minutes more than one.`}>
        <path class="tl-one" d=${columns(load, most, (n) => n === 1)} /><path class="tl-more" d=${columns(load, most, (n) => n > 1)} /></svg></div>
    ${rows.map((r) => html`<div class="tl-row" key=${r.name}><span class="tl-name"><a href=${`#/schedule/${encodeURIComponent(r.name)}`}>${r.name}</a></span>
      <svg viewBox=${`0 0 ${SLOTS} 10`} preserveAspectRatio="none" role="img" aria-label=${`${r.name}: ${r.words}`}>
        ${r.dense && html`<rect class="tl-dense" x="0" y="3" width=${SLOTS} height="4" rx="1" />`}
        <path class="tl-run" d=${r.path} /><path class="tl-clash" d=${clashes(r, load)} /></svg></div>`)}
    <div class="tl-row tl-axis" aria-hidden="true"><span class="tl-name"></span><div class="tl-hours">${hours.map((h, i) => html`<span key=${i}
      style=${{ left: `${(i / 8) * 100}%` }}>${f.time(h.toISOString(), false).slice(-5)}</span>`)}</div></div>
    <p class="tl-key"><span><i class="run"></i>runs, as long as on average</span><span><i class="clash"></i>beside another</span><span><i class="dense"></i>every few minutes</span>
      ${schedules.length > MOST_ROWS && html`<span>the first ${MOST_ROWS} are shown</span>`}</p></div>`;
}

function row(s, times, from) {
  const until = from + DAY;
  const took = Math.max(60, s.averageSeconds ?? 60) * 1000;
  const dense = times.length >= MOST_DUE && times.at(-1) < until;
  const spans = dense ? [] : times.filter((t) => t < until).map((t) => [((t - from) / DAY) * SLOTS, (took / DAY) * SLOTS]);
  const words = dense ? `every few minutes, ${s.timing}` : `${f.plural(spans.length, 'run')}, ${s.timing}`;
  return { name: s.name, dense, spans, words, path: spans.map(([x, w]) => box(x, w)).join('') };
}

function box(x, w) {
  const left = Math.max(0, x);
  const wide = Math.max(0.7, Math.min(w, SLOTS - left));
  return `M${left.toFixed(2)} 1h${wide.toFixed(2)}v8h-${wide.toFixed(2)}z`;
}

/** By five minutes: how many run. What runs every few minutes is not counted: it is in each. */
function together(rows) {
  const load = Array.from({ length: SLOTS }, () => ({ n: 0 }));
  for (const r of rows) {
    for (const i of new Set(r.spans.flatMap(slots))) load[i].n++;
  }
  return load;
}

/** Those that a run is in. */
function slots([x, w]) {
  const first = Math.max(0, Math.floor(x));
  const behind = Math.min(SLOTS, Math.ceil(Math.max(x + w, Math.floor(x) + 0.01)));
  return Array.from({ length: Math.max(0, behind - first) }, (_, i) => first + i);
}

function columns(load, most, which) {
  return load.map((x, i) => (x.n && which(x.n) ? `M${i} 40v-${((x.n / most) * 36).toFixed(1)}h1V40z` : '')).join('');
}

function clashes(r, load) {
  return r.spans.filter((s) => slots(s).some((i) => load[i].n > 1)).map(([x, w]) => box(x, w)).join('');
}
