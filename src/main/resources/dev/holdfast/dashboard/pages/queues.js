// Jobs that wait, run and are over, by queue.
import { html } from '../vendor/htm-3.1.1.js';
import { at, query } from '../api.js';
import { may, usePoll } from '../live.js';
import { Act, READ_ONLY, queues as act } from '../dialog.js';
import { Asked, Badge, Empty, Facts, Head, Meter, Section } from '../ui.js';
import { Jobs } from './jobs.js';
import * as f from '../format.js';

function rate(q) {
  const minute = (q.attempts / q.windowSeconds) * 60;
  return q.attempts === 0 ? 'none' : minute >= 1 ? `${minute.toFixed(1)}/min` : `${(minute * 60).toFixed(1)}/h`;
}

function failing(q) {
  return q.failureRate == null ? f.NONE : f.percent(q.failureRate * 100);
}

export function Queues() {
  const queues = usePoll('queues', 3000);
  return html`<${Head} title="Queues" sub="Jobs that wait, run and are over, on all hosts." />
    ${!may('operate') && html`<p class="read-only">${READ_ONLY}</p>`}
    ${queues.problem?.status === 409 || queues.problem?.status === 404
      ? html`<section class="card"><${Empty} title="No queues">${queues.problem.message}<//></section>`
      : html`<${Asked} of=${queues} rows=${5}>${(list) => list.queues.length === 0
        ? html`<section class="card"><${Empty} title="No queues">None are configured. They stand under <code>queues:</code> in the configuration.<//></section>`
        : html`<div class="queues">${list.queues.map((q) => html`<${Card} key=${q.name} of=${q} />`)}</div>`}<//>`}
    ${queues.value?.queues.length > 0 && html`<${Section} flush id="failed" title="Failed jobs"><${Jobs} state="failed" /><//>`}`;
}

function Card({ of: q }) {
  return html`<section class=${`card queue ${q.alerts.length ? 'warn' : ''}`} aria-label=${`Queue ${q.name}`}>
    <header class="card-head"><h2><a href=${`#/queue/${encodeURIComponent(q.name)}`}>${q.name}</a></h2><${Badge} word=${q.state} />
      <span class="note">${q.pull ? 'taken by workers' : 'run here'}</span></header>
    <div class="queue-numbers"><div><b>${f.count(q.waiting)}</b><small>waiting${q.delayed ? `, ${f.count(q.delayed)} not due` : ''}</small></div>
      <div><b>${f.count(q.running)}</b><small>running${q.concurrency ? ` of ${q.concurrency}` : ''}</small></div>
      <div><b>${rate(q)}</b><small>throughput</small></div>
      <div class=${q.failureRate > 0.1 ? 'bad' : ''}><b>${failing(q)}</b><small>failed, last ${f.seconds(q.windowSeconds)}</small></div></div>
    ${q.maxLength > 0 && html`<${Meter} value=${q.waiting} most=${q.maxLength} label=${`Length of ${q.name}, of its bound`} />`}
    <p class="queue-note">${q.oldestSeconds != null ? `The oldest that could run has waited ${f.seconds(q.oldestSeconds)}.` : 'Nothing waits for its turn.'}
      ${q.failedKept > 0 && ` ${f.plural(q.failedKept, 'failed job')} kept.`}</p>
    ${q.alerts.length > 0 && html`<ul class="queue-alerts">${q.alerts.map((a) => html`<li>${a}</li>`)}</ul>`}</section>`;
}

export function Queue({ name }) {
  const queue = usePoll(`queues/${at(name)}${query({ detailed: 1 })}`, 3000);
  const q = queue.value;
  return html`<${Head} title=${name} back="#/queues" backTo="Queues" badge=${q && html`<${Badge} word=${q.state} />`}>
      ${q && html`${q.state === 'open'
        ? html`<${Act} of=${() => act.pause(name)} label="Pause" icon="pause" /><${Act} of=${() => act.drain(name)} label="Drain" icon="out" />`
        : html`<${Act} of=${() => act.resume(name)} label="Resume" icon="start" kind="primary" />`}`}<//>
    ${!may('operate') && html`<p class="read-only">${READ_ONLY}</p>`}
    <${Asked} of=${queue} rows=${4}>${(v) => html`
      ${v.alerts.length > 0 && html`<ul class="read-only warn">${v.alerts.map((a) => html`<li>${a}</li>`)}</ul>`}
      <${Facts} of=${[
        ['Waiting', f.count(v.waiting), v.delayed > 0 && `${f.count(v.delayed)} not due`], ['Running', f.count(v.running), v.concurrency > 0 && `of ${v.concurrency} here`],
        ['Oldest', f.seconds(v.oldestSeconds)], ['Throughput', rate(v), `last ${f.seconds(v.windowSeconds)}`],
        ['Succeeded', f.count(v.succeeded)], ['Failed', f.count(v.failed), failing(v)], ['Failed, kept', f.count(v.failedKept)],
        [v.pull ? 'Workers' : 'Programs', f.count(v.workers), v.memoryBytes != null && f.bytes(v.memoryBytes)],
        ['Bound', v.maxLength > 0 ? f.count(v.maxLength) : 'none'],
      ]} />
      ${Object.keys(v.details?.failures ?? {}).length > 0 && html`<${Section} id="classes" title="Failures by class"><${Classes} of=${v.details.failures} /><//>`}
      ${v.details?.workers.length > 0 && html`<${Section} flush id="workers" title="Workers" note=${f.count(v.details.workers.length)}><ul class="rows">${v.details.workers.map(
        (w) => html`<li><b>${w.name}</b><span>holds ${f.count(w.holds)}</span><span>took ${f.count(w.taken)}</span><span class="faint">heard of ${f.ago(w.lastHeard)}</span>${w.recycle && html`<${Badge} word="asked to end" as="warn" />`}</li>`)}</ul><//>`}`}<//>
    <${Section} flush id="jobs" title="Jobs"><${Jobs} queue=${name} /><//>`;
}

function Classes({ of }) {
  const all = Object.entries(of).sort((a, b) => b[1] - a[1]);
  const most = Math.max(...all.map(([, n]) => n));
  return html`<dl class="classes">${all.map(([name, n]) => html`<div key=${name}><dt>${name}</dt><dd><span class="bar bad"><span style=${{ width: `${(n / most) * 100}%` }}></span></span><b>${f.count(n)}</b></dd></div>`)}</dl>`;
}

