// Jobs in a list, and one of them with all that is known of it.
import { html, useState } from '../vendor/htm-3.1.1.js';
import { at, get, query } from '../api.js';
import { may, usePoll } from '../live.js';
import { Act, READ_ONLY, queues as act } from '../dialog.js';
import { Asked, Badge, Chips, Empty, Facts, Fold, Head, Section, Time, Trouble } from '../ui.js';
import * as f from '../format.js';

const STATES = [
  { key: '', label: 'All' }, { key: 'queued', label: 'Queued' }, { key: 'running', label: 'Running' },
  { key: 'succeeded', label: 'Succeeded' }, { key: 'failed', label: 'Failed' }, { key: 'cancelled', label: 'Cancelled' },
];
const PAGE = 50;

export function Jobs({ queue, state: only }) {
  const [chosen, setChosen] = useState('');
  const state = only ?? chosen;
  const list = usePoll(`jobs${query({ queue, state, n: PAGE })}`, 4000);
  const none = { queue, state, jobs: [], more: null, problem: null };
  const [kept, setOlder] = useState(none);
  const older = kept.queue === queue && kept.state === state ? kept : none; // those of another list are not shown in this one
  const first = list.value?.jobs ?? [];
  const known = new Set(first.map((j) => j.id));
  const all = [...first, ...older.jobs.filter((j) => !known.has(j.id))];
  const more = older.more ?? list.value?.more;
  const further = async () => {
    try {
      const next = await get(`jobs${query({ queue, state, n: PAGE, after: all.at(-1).id })}`);
      setOlder({ queue, state, jobs: [...older.jobs, ...next.jobs], more: next.more, problem: null });
    } catch (problem) {
      setOlder({ ...older, problem });
    }
  };
  return html`<div class="jobs">
    ${!only && html`<div class="toolbar"><${Chips} label="State" value=${state} onChoose=${setChosen} options=${STATES} /></div>`}
    <${Asked} of=${list} rows=${5}>${() => all.length === 0
      ? html`<${Empty} title=${state ? `No job is ${state}` : 'No jobs'}>${state === 'failed' ? 'That is as it should be.' : ''}<//>`
      : html`<div class="table jobs-table" role="table" aria-label="Jobs"><div role="rowgroup" class="table-head"><div role="row" class="row">
          ${['Job', 'State', 'Progress', 'Submitted', 'Attempt', 'Detail'].map((c) => html`<span key=${c} role="columnheader" class=${c.toLowerCase()}>${c}</span>`)}</div></div>
        <div role="rowgroup">${all.map((j) => html`<div role="row" class="row" key=${j.id}>
          <span role="cell" class="job name"><a href=${`#/job/${encodeURIComponent(j.id)}`}>${j.id}</a>${queue ? j.key && html`<small>${j.key}</small>` : html`<small>${j.queue}</small>`}</span>
          <span role="cell" class="state"><${Badge} word=${j.state} /></span>
          <span role="cell" class="progress">${j.progress != null && html`<${Progress} of=${j.progress} />`}</span>
          <span role="cell" class="submitted"><${Time} at=${j.submitted} /></span>
          <span role="cell" class="attempt-no">${j.attempt}</span>
          <span role="cell" class="detail" title=${j.detail}>${j.failureClass && html`<b>${j.failureClass}</b> `}${j.detail}</span></div>`)}</div></div>`}<//>
    ${older.problem && html`<${Trouble} problem=${older.problem} />`}
    ${all.length > 0 && more && html`<p class="pad"><button class="quiet" onClick=${further}>Show older ones</button></p>`}</div>`;
}

function Progress({ of }) {
  return html`<span class="bar busy" role="progressbar" aria-label="Progress" aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.round(of)}>
    <span style=${{ width: `${of}%` }}></span></span><small class="num">${Math.round(of)} %</small>`;
}

export function Job({ name: id }) {
  const job = usePoll(`jobs/${at(id)}`, 2000);
  const j = job.value;
  const over = j && j.state !== 'queued' && j.state !== 'running';
  const back = j ? `#/queue/${encodeURIComponent(j.queue)}` : '#/queues';
  return html`<${Head} title=${id} back=${back} backTo=${j?.queue ?? 'Queues'} badge=${j && html`<${Badge} word=${j.state} />`} sub=${j?.detail}>
      ${j && !over && html`<${Act} of=${() => act.cancel(id)} label="Cancel" icon="close" kind="danger" />`}
      ${j && ['failed', 'cancelled'].includes(j.state) && html`<${Act} of=${() => act.retry(id)} label="Try again" icon="retry" kind="primary" />`}<//>
    ${!may('operate') && html`<p class="read-only">${READ_ONLY}</p>`}
    <${Asked} of=${job} rows=${5}>${(v) => html`
      ${v.progress != null && html`<div class="job-progress"><${Progress} of=${v.progress} /></div>`}
      <${Facts} of=${[
        ['Queue', v.queue], ['Submitted', f.time(v.submitted), f.ago(v.submitted)], v.notBefore && ['Not before', f.time(v.notBefore), f.ago(v.notBefore)],
        v.ended && ['Ended', f.time(v.ended), f.ago(v.ended)], ['Attempt', f.count(v.attempt)], ['Priority', f.count(v.priority)], v.key && ['Key', v.key],
        ['Host', v.host], v.failureClass && ['Failure', v.failureClass],
      ]} />
      <${Section} flush id="payload" title="Payload">${Object.keys(v.payload).length === 0 ? html`<${Empty} title="It has none" />`
        : html`<dl class="payload">${Object.entries(v.payload).map(([k, x]) => html`<div key=${k}><dt>${k}</dt><dd>${x}</dd></div>`)}</dl>`}<//>
      ${v.output && html`<${Section} flush id="output" title="Output so far"><pre class="output" tabindex="0" aria-label="Output so far">${f.plain(v.output)}</pre><//>`}
      <${Section} flush id="attempts" title="Attempts" note=${f.count(v.attempts.length)}>${v.attempts.length === 0 ? html`<${Empty} title="It has not been tried yet" />`
        : html`<ol class="attempts">${[...v.attempts].reverse().map((a) => html`<${Attempt} key=${a.number} of=${a} last=${a.number === v.attempts.at(-1).number} />`)}</ol>`}<//>`}<//>`;
}

function Attempt({ of: a, last }) {
  const word = a.ended == null ? 'running' : a.failureClass ?? 'ended';
  const took = a.started && a.ended ? (Date.parse(a.ended) - Date.parse(a.started)) / 1000 : null;
  const facts = [
    took != null && f.seconds(took), a.exitCode != null && `exit code ${a.exitCode}`, a.signal != null && `signal ${a.signal}`,
    a.cpuSeconds != null && `${f.seconds(a.cpuSeconds)} of CPU`, a.peakBytes != null && `${f.bytes(a.peakBytes)} at most`,
    a.readBytes != null && `read ${f.bytes(a.readBytes)}`, a.writtenBytes != null && `wrote ${f.bytes(a.writtenBytes)}`, `on ${a.host}`,
  ].filter(Boolean);
  const head = html`<b>${a.number}</b><${Badge} word=${word} as=${a.failureClass ? 'bad' : a.ended ? 'ok' : 'busy'} /><${Time} at=${a.started} />
      <span class="attempt-facts">${facts.join(' · ')}</span>`;
  return html`<li><${Fold} head=${head} note=${a.detail} output=${a.output && f.plain(a.output)} label=${`Output of attempt ${a.number}`} open=${last} /></li>`;
}
