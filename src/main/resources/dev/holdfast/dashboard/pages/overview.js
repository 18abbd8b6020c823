// How all of it is, at a glance: the host, what needs attention, every process.
import { html } from '../vendor/htm-3.1.1.js';
import { useLive } from '../live.js';
import { shown, usePast } from '../chart.js';
import { Badge, Head, Spark, Time, Waiting, tone, Icon } from '../ui.js';
import { Processes } from './processes.js';
import * as f from '../format.js';

/** Those of the host's values of which there is a history. */
const KEPT = new Set(['cpu', 'memory']);

function named(name) {
  return NAMES[name] ?? name.replace(/^disk /, 'Disk ').replace(/^inodes /, 'Inodes ');
}

const NAMES = { cpu: 'CPU', memory: 'Memory', load: 'Load', swap: 'Swap', swap_in: 'Swap in', open_files: 'Open files' };

export function Overview() {
  const l = useLive();
  const s = l.status;
  const host = (l.health?.items ?? []).filter((i) => i.kind === 'host');
  const trouble = (l.health?.items ?? []).filter((i) => i.level === 'critical' || i.level === 'warning');
  trouble.sort((a, b) => (a.level === b.level ? 0 : a.level === 'critical' ? -1 : 1));
  return html`<${Head} title="Overview" badge=${l.health && html`<${Badge} word=${l.health.level} />`}
      sub=${s && html`pid ${s.pid}, up since <${Time} at=${s.startedAt} />, <code>${s.config}</code>`} />
    ${l.health == null ? html`<${Waiting} rows=${2} />` : html`<${Gauges} items=${host} />`}
    ${s?.degraded.length > 0 && html`<details class="degraded"><summary><${Icon} of="warn" />${f.plural(s.degraded.length, 'guarantee')}
      ${' '}weaker on this host than promised</summary><ul>${s.degraded.map((d) => html`<li>${d}</li>`)}</ul></details>`}
    ${trouble.length > 0 && html`<${Attention} items=${trouble} doing=${l.health.doing} />`}
    ${s == null ? html`<${Waiting} rows=${8} />` : html`<${Processes} replicas=${s.replicas} samples=${l.samples} />`}`;
}

function Gauges({ items }) {
  if (!items.length) {
    return html`<div class="gauges"><${Gauge} item=${{ name: 'cpu', level: 'unknown', value: '', detail: '' }} />
      <${Gauge} item=${{ name: 'memory', level: 'unknown', value: '', detail: '' }} /></div>`;
  }
  return html`<div class="gauges">${items.map((i) => html`<${Gauge} key=${i.name} item=${i} />`)}</div>`;
}

function Gauge({ item }) {
  const past = usePast(KEPT.has(item.name) ? 'host' : null, item.name, '1h');
  const h = past.value;
  const value = item.value || (h ? last(h) : '');
  const share = /^(\d+(?:\.\d+)?) ?%/.exec(value);
  const now = share ? Number(share[1]) : null;
  const [big, rest] = split(value);
  const level = item.level === 'critical' ? 'bad' : item.level === 'warning' ? 'warn' : 'ok';
  return html`<div class=${`gauge ${level}`}>
    <div class="gauge-head"><span title=${named(item.name)}>${named(item.name)}</span></div>
    <div class="gauge-value"><b>${big || f.NONE}</b>${level !== 'ok' && html`<${Badge} word=${item.level} />`}
      <small>${rest || '\u00a0'}</small></div>
    ${now != null
      ? html`<div class="scale"><span class=${`bar ${level}`} role="meter" aria-label=${`${named(item.name)} of the host`} aria-valuemin="0"
          aria-valuemax="100" aria-valuenow=${now}><span style=${{ width: `${Math.min(100, now)}%` }}></span></span>
        ${marks(item).map((m) => html`<i key=${m.tone} class=${m.tone} style=${{ left: `${m.at}%` }}></i>`)}</div>`
      : html`<span class="bar none"></span>`}
    ${h && html`<${Spark} values=${thin(h.values)} most=${h.limit ?? undefined} width=${200} height=${32} level=${level} />`}
    ${item.detail ? html`<p class="gauge-why">${item.detail}</p>` : words(item) && html`<p class="gauge-why">${words(item)}</p>`}</div>`;
}

/** Where on a bar from 0 to 100 % used the thresholds are: "> 75%", "free < 10%". Others are only said. */
function marks(item) {
  return [['warn', item.warning], ['bad', item.critical]].flatMap(([tone, text]) => {
    const m = /^(free |available )?([<>])=? ([\d.]+)%$/.exec(text ?? '');
    if (!m) return [];
    const at = m[1] ? 100 - Number(m[3]) : Number(m[3]);
    return (m[2] === '>') === !m[1] ? [{ tone, at }] : [];
  });
}

function words(item) {
  const all = [item.warning && `warning ${item.warning}`, item.critical && `critical ${item.critical}`].filter(Boolean);
  return all.length > 0 && all.map((t, i) => html`<span>${t}${i + 1 < all.length && ','}</span> `);
}

function last(h) {
  const v = h.values.findLast((x) => x != null);
  if (v == null) return '';
  const say = h.unit === 'cores' ? (n) => `${n.toFixed(1)} cores` : shown(h.unit);
  return h.limit == null ? say(v) : `${Math.round((v / h.limit) * 100)}% (${say(v)} of ${say(h.limit)})`;
}

/** "72% (11.2 GiB of 16 GiB)": what is said first, and what explains it. */
function split(value) {
  const m = /^([^(]+?)\s*\((.*)\)$/.exec(value) ?? /^(.+?) (of .*)$/.exec(value);
  return m ? [m[1], m[2]] : [value, ''];
}

function thin(values) {
  const step = Math.ceil(values.length / 120);
  return values.filter((_, i) => i % step === 0);
}

const PLACES = { process: 'process', schedule: 'schedule', queue: 'queue' };

function Attention({ items, doing }) {
  return html`<section class="card attention" aria-labelledby="attention"><header class="card-head">
      <h2 id="attention">Needs attention</h2><span class="note">${f.count(items.length)}</span></header>
    <ul class="trouble-list">${items.slice(0, 8).map((i) => html`<li key=${`${i.kind}/${i.name}`} class=${tone(i.level)}>
      <span class="dot" aria-hidden="true"></span><span class="hidden">${i.level}: </span>
      <span class="kind">${i.kind}</span>
      ${PLACES[i.kind] && i.name ? html`<a href=${`#/${PLACES[i.kind]}/${encodeURIComponent(i.name)}`}>${i.name}</a>` : html`<b>${i.name}</b>`}
      <span class="said"><b class="what">${i.value}</b> <span class="why">${i.detail}</span></span>
      ${i.since && html`<span class="since">since <${Time} at=${i.since} precise=${false} /></span>`}</li>`)}
      ${items.length > 8 && html`<li class="more">and ${items.length - 8} more: they are in the tables below and on their pages</li>`}</ul>
    ${doing.length > 0 && html`<p class="doing"><span class="spinner" aria-hidden="true"></span>${doing.join('; ')}</p>`}</section>`;
}
