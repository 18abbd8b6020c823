// What this host did in a while, and what follows from it: as `holdfast report` has it.
import { html, useState } from '../vendor/htm-3.1.1.js';
import { usePoll } from '../live.js';
import { Asked, Chips, Empty, Facts, Head, Section, Spark, Time } from '../ui.js';
import * as f from '../format.js';

const SPANS = [{ key: '24h', label: 'a day' }, { key: '7d', label: 'a week' }, { key: '30d', label: '30 days' }];

export function Report() {
  const [span, choose] = useState('7d');
  const report = usePoll(`report?since=${span}`, 300_000);
  const r = report.value;
  return html`<${Head} title="Report" sub=${r && html`${r.host}, from <${Time} at=${r.from} precise=${false} /> to <${Time} at=${r.until} precise=${false} />. Hours of the day are those of ${r.zone}.`}>
      <${Chips} label="How far back" value=${span} options=${SPANS} onChoose=${choose} /><//>
    <${Asked} of=${report} rows=${8}>${(v) => html`
      <${Section} id="report-findings" title="Findings">${v.findings.length === 0 ? html`<p>All is well.</p>`
        : html`<ul class="evidence">${v.findings.map((x) => html`<li>${x}</li>`)}</ul>`}<//>
      <${Machine} of=${v.machine} />
      <${Table} id="report-processes" title="Processes" note="cores; memory with the page cache of their groups" of=${v.processes} none="No process ran."
        columns=${PROCESSES} />
      ${v.schedules.length > 0 && html`<${Table} id="report-schedules" title="Schedules" of=${v.schedules} columns=${works(false)} />`}
      ${v.queues.length > 0 && html`<${Table} id="report-queues" title="Queues" of=${v.queues} columns=${works(true)} />`}
      <${Table} id="report-growth" title="Memory that grows" of=${v.growth} none="None does, as far as can be told." columns=${GROWTH} />
      <${Table} id="report-limits" title="Limits that do not fit" of=${v.limits} none="All fit." columns=${LIMITS} />
      <${Table} id="report-restarts" title="Restarts and kills" of=${v.restarts} none="There were none." columns=${RESTARTS} />
      ${v.endings.length > 0 && html`<${Table} id="report-endings" title="The last of them" of=${v.endings} columns=${ENDINGS} />`}
      <${Meetings} of=${v.overlaps} />
      ${v.failed.length > 0 && html`<${Table} id="report-failed" title="Failures of one kind" of=${v.failed} columns=${FAILED} />`}
      <${Table} id="report-disks" title="Disks" of=${v.disks} none="None is known." columns=${DISKS} />
      ${v.notes.length > 0 && html`<${Section} id="report-notes" title="Not known"><ul class="evidence">${v.notes.map((n) => html`<li>${n}</li>`)}</ul><//>`}`}<//>`;
}

const cores = (n) => (n == null ? f.NONE : n < 10 ? n.toFixed(2) : n.toFixed(1));
const hour = (h) => (h == null ? f.NONE : `${String(h).padStart(2, '0')}:00`);
const day = (at) => html`<${Time} at=${at} precise=${false} />`;
const UNITS = { bytes: f.bytes, cores, seconds: f.seconds };
const name = (r) => html`<b>${r.name}</b>`;
const spark = (values) => html`<${Spark} values=${values} />`;

/** [title, what a row has there, whether it is a number] */
const PROCESSES = [
  ['Name', (p) => html`<b>${p.name}</b>${p.replicas > 1 ? ` ×${p.replicas}` : ''}`],
  ['CPU time', (p) => f.seconds(p.cpuSeconds), true], ['CPU', (p) => cores(p.cpuMean), true], ['Peak', (p) => cores(p.cpuPeak), true],
  ['Limit', (p) => cores(p.cpuLimit), true], ['Memory', (p) => f.bytes(p.memoryMean), true], ['p99', (p) => f.bytes(p.memoryP99), true],
  ['Peak', (p) => f.bytes(p.memoryPeak), true], ['Limit', (p) => f.bytes(p.memoryLimit), true], ['Over time', (p) => spark(p.memory)],
  ['Starts', (p) => f.count(p.starts), true], ['Busiest', (p) => hour(p.busiestHour), true],
];

const works = (queues) => [
  ['Name', name], [queues ? 'Attempts' : 'Runs', (w) => f.count(w.attempts), true], ['Failed', (w) => f.count(w.failed), true],
  queues ? ['Waiting', (w) => f.count(w.waiting), true] : ['Left out', (w) => f.count(w.skipped + w.missed), true],
  ['Mean', (w) => f.seconds(w.meanSeconds), true], ['p99', (w) => f.seconds(w.p99Seconds), true], ['Longest', (w) => f.seconds(w.longestSeconds), true],
  ['CPU time', (w) => f.seconds(w.cpuSeconds), true], ['Memory', (w) => f.bytes(w.peakBytes), true], ['Busiest', (w) => hour(w.busiestHour), true],
];

const GROWTH = [
  ['Name', name], ['A day', (g) => `+${f.bytes(g.bytesPerDay)}`, true], ['From', (g) => f.bytes(g.fromBytes), true], ['To', (g) => f.bytes(g.toBytes), true],
  ['In', (g) => f.seconds(g.seconds), true], ['Over time', (g) => spark(g.memory)], ['At its limit', (g) => day(g.limitAt)],
];

const LIMITS = [
  ['Of', (l) => html`${l.kind} <b>${l.name}</b>`], ['What', (l) => l.what], ['Limit', (l) => UNITS[l.unit](l.limit), true],
  ['p99', (l) => UNITS[l.unit](l.p99), true], ['Peak', (l) => UNITS[l.unit](l.peak), true], ['Is', (l) => (l.often ? 'often reached' : 'never nearly reached')],
  ['Better', (l) => UNITS[l.unit](l.proposal), true], ['Because', (l) => l.how],
];

const RESTARTS = [['Name', name], ['Why', (c) => c.reason], ['Times', (c) => f.count(c.times), true]];

const ENDINGS = [['When', (e) => html`<${Time} at=${e.at} />`], ['Name', name], ['Why', (e) => e.reason], ['What', (e) => e.what]];

const FAILED = [
  ['Of', (x) => html`${x.kind} <b>${x.name}</b>`], ['Failure', (x) => x.failure], ['Times', (x) => f.count(x.times), true],
  ['Last', (x) => html`<${Time} at=${x.lastAt} />`], ['What', (x) => x.detail],
];

const DISKS = [
  ['Mounted at', (d) => html`<b>${d.mount}</b>`], ['Used', (d) => f.bytes(d.usedBytes), true], ['Of', (d) => f.bytes(d.sizeBytes), true],
  ['A day', (d) => (d.bytesPerDay == null ? f.NONE : `+${f.bytes(d.bytesPerDay)}`), true], ['Over time', (d) => spark(d.used)], ['Full', (d) => day(d.fullAt)],
];

function Table({ id, title, note, of, columns, none }) {
  return html`<${Section} flush id=${id} title=${title} note=${note}>${of.length === 0 ? html`<${Empty} title=${none} />`
    : html`<div class="scroll" tabindex="0" role="region" aria-label=${title}><table><thead><tr>${columns.map(([head, , number]) => html`<th class=${number ? 'right' : ''}>${head}</th>`)}</tr></thead>
      <tbody>${of.map((row, i) => html`<tr key=${i}>${columns.map(([, cell, number]) => html`<td class=${number ? 'right num' : ''}>${cell(row)}</td>`)}</tr>`)}</tbody></table></div>`}<//>`;
}

function Machine({ of: m }) {
  return html`<${Section} id="report-host" title="Host"><${Facts} of=${[
    ['CPU', `${cores(m.cpuMean)} cores`, `at most ${cores(m.cpuPeak)} of ${m.cores}`],
    ['Memory', f.bytes(m.memoryMean), `at most ${f.bytes(m.memoryPeak)}${m.memoryBytes ? ` of ${f.bytes(m.memoryBytes)}` : ''}`],
    ['Busiest hour', hour(busiest(m.cpuByHour)), `for CPU; memory ${hour(busiest(m.memoryByHour))}, runs and jobs ${hour(busiest(m.runsByHour))}`],
  ]} /><//>`;
}

/** Where the most is; null: nothing is known, or there was nothing. */
function busiest(hours) {
  const most = Math.max(0, ...hours.map((h) => h ?? 0));
  return most === 0 ? null : hours.indexOf(most);
}

function Meetings({ of: o }) {
  if (o.mostAtOnce < 2 && o.together.length === 0) return null;
  const lines = [
    ...(o.mostAt ? [html`At most ${o.mostAtOnce} runs at once, at <${Time} at=${o.mostAt} />.`] : []),
    ...o.pairs.map((p) => html`<b>${p.one}</b> and <b>${p.other}</b>: ${p.times}×, together for ${f.seconds(p.seconds)}.`),
    ...o.together.map((t) => html`Due at ${t.at}: ${t.schedules.join(', ')}.`),
    ...o.proposals.map((p) => html`<b>${p.schedule}</b>: better <code>${p.better}</code> than <code>${p.now}</code>.`),
  ];
  return html`<${Section} id="report-overlaps" title="Schedules that meet"><ul class="evidence">${lines.map((l) => html`<li>${l}</li>`)}</ul><//>`;
}
