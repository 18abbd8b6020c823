// What all pages are made of.
import { html, useState, useEffect, useRef } from './vendor/htm-3.1.1.js';
import * as f from './format.js';

export { html };

const ICONS = {
  overview: 'M3 3h6v8H3zM11 3h6v5h-6zM11 10h6v7h-6zM3 13h6v4H3z',
  schedules: 'M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15zM10 6v4.2l3 1.8',
  queues: 'M3 4.5h14M3 8.2h14M3 11.9h9M3 15.6h9M15 11l3 2.7-3 2.7',
  guard: 'M10 2.5l6 2.3v4.4c0 4-2.6 6.8-6 8.3-3.4-1.5-6-4.3-6-8.3V4.8z',
  findings: 'M5 2.5h7l3.5 3.5v11.5H5zM12 2.5V6h3.5M7.5 10.5l1.7 1.7 3.3-3.6M7.5 15h5',
  report: 'M3 17h14M5 14v-4M9 14V6M13 14v-6M17 14V4',
  alerts: 'M10 3a4.5 4.5 0 0 0-4.5 4.5c0 4-1.7 5.5-1.7 5.5h12.4s-1.7-1.5-1.7-5.5A4.5 4.5 0 0 0 10 3zM8.3 15.5a1.8 1.8 0 0 0 3.4 0',
  events: 'M3 5h2M3 10h2M3 15h2M8 5h9M8 10h9M8 15h9',
  restart: 'M15.5 7.5A6 6 0 1 0 16 11M16 3.5v4.3h-4.3',
  stop: 'M5.5 5.5h9v9h-9z',
  start: 'M6.5 4.5v11l9-5.5z',
  pause: 'M7 4.5v11M13 4.5v11',
  more: 'M4.5 10h.01M10 10h.01M15.5 10h.01',
  close: 'M5 5l10 10M15 5L5 15',
  search: 'M9 3.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM13 13l4 4',
  warn: 'M10 3.2l7.3 13H2.7zM10 8.2v3.6M10 14h.01',
  ok: 'M4 10.5l4 4 8-9',
  sun: 'M10 6.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM10 2v1.5M10 16.5V18M2 10h1.5M16.5 10H18M4.3 4.3l1.1 1.1M14.6 14.6l1.1 1.1M15.7 4.3l-1.1 1.1M5.4 14.6l-1.1 1.1',
  moon: 'M16.5 11.8A7 7 0 1 1 8.2 3.5a5.6 5.6 0 0 0 8.3 8.3z',
  out: 'M8 3.5H4v13h4M12 6.5L15.5 10 12 13.5M15.5 10H8',
  back: 'M12 4.5L6.5 10l5.5 5.5',
  retry: 'M4.5 7.5A6 6 0 1 1 4 11M4 3.5v4.3h4.3',
};

export function Icon({ of }) {
  return html`<svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false"><path d=${ICONS[of]} /></svg>`;
}

/** How bad each word is. What is not here is neutral. */
const TONES = {
  up: 'ok', ok: 'ok', success: 'ok', succeeded: 'ok', open: 'ok', completed: 'ok', closed: 'ok',
  running: 'busy', starting: 'busy', stopping: 'busy', claiming: 'busy', retrying: 'warn',
  waiting: 'warn', backoff: 'warn', warning: 'warn', paused: 'warn', drained: 'warn', timeout: 'bad', 'half-open': 'warn',
  failed: 'bad', unhealthy: 'bad', critical: 'bad', broken: 'bad', weaker: 'warn',
};

export function tone(word) {
  return TONES[word] ?? 'idle';
}

export function Badge({ word, as, title }) {
  return html`<span class=${`badge ${as ?? tone(word)}`} title=${title}>${word}</span>`;
}

export function Meter({ value, most, label, warn = 0.75, bad = 0.9 }) {
  if (most == null || most <= 0 || value == null) return null;
  const share = Math.min(1, value / most);
  const level = share >= bad ? 'bad' : share >= warn ? 'warn' : 'ok';
  return html`<span class=${`meter ${level}`} role="meter" aria-label=${label} aria-valuemin="0" aria-valuemax="100"
    aria-valuenow=${Math.round(share * 100)}><span style=${{ width: `${Math.max(share * 100, 1.5)}%` }}></span></span>`;
}

/** A line of the last values; null is a gap. */
export function Spark({ values, most, width = 96, height = 24, level = '', slots = 0 }) {
  if (values.length < slots) values = [...Array(slots - values.length).fill(null), ...values];
  const known = values.filter((v) => v != null);
  if (known.length < 2) return html`<svg class="spark" viewBox=${`0 0 ${width} ${height}`} aria-hidden="true"></svg>`;
  const top = Math.max(most ?? 0, ...known) || 1;
  const step = width / (values.length - 1);
  let line = '';
  let area = '';
  let from = -1;
  values.forEach((v, i) => {
    if (v == null) {
      if (from >= 0) area += `L${((i - 1) * step).toFixed(1)} ${height}Z`;
      from = -1;
      return;
    }
    const x = (i * step).toFixed(1);
    const y = (height - 1.5 - (v / top) * (height - 3)).toFixed(1);
    line += `${from < 0 ? 'M' : 'L'}${x} ${y}`;
    area += from < 0 ? `M${x} ${height}L${x} ${y}` : `L${x} ${y}`;
    if (from < 0) from = i;
  });
  if (from >= 0) area += `L${width} ${height}Z`;
  return html`<svg class=${`spark ${level}`} viewBox=${`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
    <path class="area" d=${area} /><path class="line" d=${line} /></svg>`;
}

export function Empty({ title, children }) {
  return html`<div class="empty"><p class="empty-title">${title}</p>${children && html`<p>${children}</p>`}</div>`;
}

export function Trouble({ problem, again }) {
  return html`<div class="trouble" role="alert"><${Icon} of="warn" /><div>
    <p>${problem.message}</p>
    ${problem.problems?.length > 0 && html`<ul>${problem.problems.map((p) => html`<li>${p}</li>`)}</ul>`}
    ${again && html`<button class="quiet" onClick=${again}>Try again</button>`}</div></div>`;
}

export function Waiting({ rows = 3 }) {
  return html`<div class="skeleton" role="status" aria-label="Loading">${Array.from({ length: rows }, () => html`<span></span>`)}</div>`;
}

/** What was asked for, or why not, or that it is being asked. */
export function Asked({ of, rows, children }) {
  // One element in every case: what is after it on the page keeps its place.
  return html`<div class="asked">${of.problem && (of.value == null || !of.problem.lost) && html`<${Trouble} problem=${of.problem} again=${of.again} />`}
    ${of.value == null ? !of.problem && html`<${Waiting} rows=${rows} />` : children(of.value)}</div>`;
}

export function Section({ title, note, tools, children, id, flush }) {
  return html`<section class=${flush ? 'card flush' : 'card'} aria-labelledby=${id}>
    <header class="card-head"><h2 id=${id}>${title}</h2>${note && html`<span class="note">${note}</span>`}
      ${tools && html`<div class="tools">${tools}</div>`}</header>
    ${children}</section>`;
}

export function Head({ title, back, backTo, badge, sub, children }) {
  return html`<header class="head">
    ${back && html`<a class="back" href=${back}><${Icon} of="back" />${backTo}</a>`}
    <div class="head-row"><div class="head-title"><h1 tabindex="-1">${title}</h1>${badge}</div>
      ${children && html`<div class="head-tools">${children}</div>`}</div>
    ${sub && html`<p class="sub">${sub}</p>`}</header>`;
}

export function Facts({ of }) {
  return html`<dl class="facts">${of.filter(Boolean).map(([k, v, small]) => html`<div><dt>${k}</dt><dd>${v ?? f.NONE}
    ${small && html`<small>${small}</small>`}</dd></div>`)}</dl>`;
}

export function Time({ at, precise = true, none = f.NONE }) {
  if (!at) return html`<span class="faint">${none}</span>`;
  return html`<time datetime=${at} title=${new Date(at).toString()}>${f.time(at, precise)}</time>`;
}

export function Search({ value, onInput, label, placeholder }) {
  return html`<label class="search"><${Icon} of="search" /><span class="hidden">${label}</span>
    <input type="search" value=${value} placeholder=${placeholder ?? label} spellcheck=${false} autocomplete="off"
      data-search onInput=${(e) => onInput(e.target.value)}
      onKeyDown=${(e) => {
        if (e.key !== 'Escape') return;
        if (e.target.value) onInput('');
        else e.target.blur();
        e.preventDefault();
      }} /><kbd aria-hidden="true">/</kbd></label>`;
}

/** One of a few, each with how many there are. */
export function Chips({ label, value, options, onChoose }) {
  return html`<div class="chips" role="group" aria-label=${label}>${options.map(
    (o) => html`<button key=${o.key} class=${`chip ${o.tone ?? ''}`} aria-pressed=${value === o.key} onClick=${() => onChoose(o.key)}>
      ${o.label}${o.count != null && html` <span class="num">${f.count(o.count)}</span>`}</button>`,
  )}</div>`;
}

/** Tabs as WAI-ARIA has them: arrows move, the one that is shown is in the tab order. */
export function Tabs({ label, tabs, value, onChoose, children }) {
  const list = useRef(null);
  const move = (e) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
    const to = e.key === 'Home' ? 0 : e.key === 'End' ? tabs.length - 1
      : by && (tabs.findIndex((t) => t.key === value) + by + tabs.length) % tabs.length;
    if (to == null) return;
    e.preventDefault();
    onChoose(tabs[to].key);
    list.current.children[to].focus();
  };
  return html`<div class="tabs" role="tablist" aria-label=${label} ref=${list} onKeyDown=${move}>
      ${tabs.map((t) => html`<button key=${t.key} role="tab" id=${`tab-${t.key}`} aria-selected=${t.key === value}
        aria-controls=${`panel-${t.key}`} tabindex=${t.key === value ? 0 : -1} onClick=${() => onChoose(t.key)}>
        ${t.label}${t.count != null && html` <span class="num">${t.count}</span>`}</button>`)}
    </div>
    <div role="tabpanel" id=${`panel-${value}`} aria-labelledby=${`tab-${value}`} tabindex="0" class="panel">${children}</div>`;
}

/** A line with what is behind it, if anything is. */
export function Fold({ head, note, output, label, open = false }) {
  const body = html`${note && html`<p class="attempt-why">${note}</p>`}`;
  if (!output) return html`<div><div class="attempt">${head}</div>${body}</div>`;
  return html`<div><details open=${open}><summary class="attempt fold"><i aria-hidden="true"></i>${head}</summary>
    <pre class="output" tabindex="0" aria-label=${label}>${output}</pre></details>${body}</div>`;
}

/** Whether the window matches a media query. */
export function useMedia(asked) {
  const [is, set] = useState(() => matchMedia(asked).matches);
  useEffect(() => {
    const m = matchMedia(asked);
    const on = () => set(m.matches);
    m.addEventListener('change', on);
    return () => m.removeEventListener('change', on);
  }, [asked]);
  return is;
}

/** So that what is told in seconds goes on between two answers. */
export function useClock(millis = 1000) {
  const [now, set] = useState(Date.now());
  useEffect(() => {
    const t = setInterval(() => set(Date.now()), millis);
    return () => clearInterval(t);
  }, [millis]);
  return now;
}

/** Text with what was searched for marked; never markup. */
export function Marked({ text, pattern }) {
  if (!pattern) return text;
  const parts = [];
  let from = 0;
  pattern.lastIndex = 0;
  for (let m = pattern.exec(text); m && parts.length < 200; m = pattern.exec(text)) {
    if (m[0] === '') {
      pattern.lastIndex++;
      continue;
    }
    parts.push(text.slice(from, m.index), html`<mark>${m[0]}</mark>`);
    from = m.index + m[0].length;
  }
  parts.push(text.slice(from));
  return parts;
}
