// What happened, as it happens.
import { html, useState } from '../vendor/htm-3.1.1.js';
import { useLive } from '../live.js';
import { Chips, Empty, Head, Search, Time, Waiting } from '../ui.js';
import * as f from '../format.js';

const BAD = new Set(['StartFailed', 'Unhealthy', 'Killed', 'Survived', 'GivenUp', 'HookFailed', 'LogUnwritable']);
const WARN = new Set(['Restarting', 'Presumed', 'MemoryHigh', 'Breaker']);
const GOOD = new Set(['Started', 'Ready', 'Adopted', 'Completed', 'LogWritable']);

const WORDS = {
  StartFailed: 'start failed', GivenUp: 'given up', MemoryHigh: 'memory high', HookFailed: 'hook failed',
  ScaleHeld: 'scale held', LogUnwritable: 'log unwritable', LogWritable: 'log writable',
};

export function bad(e) {
  return BAD.has(e.event) || (e.event === 'Exited' && failed(e));
}

/** Worth a mark in a chart. */
export function marking(e) {
  return ['Started', 'StartFailed', 'Exited', 'Killed', 'GivenUp', 'Unhealthy', 'MemoryHigh', 'Restarting'].includes(e.event);
}

function failed(e) {
  const o = e.outcome ?? {};
  return !(o.event === 'Exited' && o.code === 0) && !/^(stopped|restarted|scaled|reloaded|shut down) by (?!guard )/.test(e.why ?? '');
}

function tone(e) {
  return bad(e) ? 'bad' : WARN.has(e.event) ? 'warn' : GOOD.has(e.event) ? 'ok' : 'idle';
}

function outcome(o) {
  if (!o) return '';
  if (o.event === 'Exited') return `with ${o.code}`;
  if (o.event === 'Signalled') return `by signal ${o.signal}${o.coreDumped ? ', core dumped' : ''}`;
  return o.why ?? '';
}

/** In a sentence; of what this page does not know, its values. */
export function said(e) {
  switch (e.event) {
    case 'Started':
    case 'Adopted':
      return e.leader ? `pid ${e.leader.pid}` : '';
    case 'Exited':
      return [outcome(e.outcome), e.uptime != null && `after ${f.seconds(e.uptime)}`, e.why].filter(Boolean).join(', ');
    case 'Restarting':
      return `${e.delay ? `in ${f.seconds(e.delay)}` : 'at once'}${e.failure ? '' : ', as planned'}`;
    case 'Survived':
      return `outlived SIGKILL: ${(e.survivors ?? []).map((s) => `pid ${s.pid}`).join(', ')}`;
    case 'MemoryHigh':
      return `${f.bytes(e.bytes)}, mark ${f.bytes(e.markBytes)}`;
    case 'Scaled':
      return `from ${e.from} to ${e.to}: ${e.why}`;
    case 'ScaleHeld':
      return `at ${e.number}: ${e.why}`;
    case 'Breaker':
      return `is ${e.state}`;
    case 'HookFailed':
      return `${e.hook}: ${e.why}`;
    case 'LogUnwritable':
      return `${e.file}: ${e.why}`;
    case 'LogWritable':
      return `${e.file}, ${f.bytes(e.missingBytes)} are missing`;
    default: {
      const rest = Object.entries(e).filter(([k]) => !['id', 'at', 'event', 'replica', 'instance'].includes(k));
      return rest.length === 1 || ['why', 'detail'].includes(rest[0]?.[0])
        ? String(rest[0]?.[1] ?? '')
        : rest.map(([k, v]) => `${k} ${typeof v === 'object' ? JSON.stringify(v) : v}`).join(', ');
    }
  }
}

function word(e) {
  return WORDS[e.event] ?? String(e.event).replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
}

export function EventRow({ of: e, plain }) {
  return html`<li class=${`event ${tone(e)}`}><${Time} at=${e.at} /><span class="dot" aria-hidden="true"></span>
    ${!plain && (e.replica ? html`<a class="event-of" href=${`#/process/${encodeURIComponent(e.replica)}`}>${e.replica}</a>` : html`<span class="event-of"></span>`)}
    <b>${word(e)}</b><span class="event-said">${said(e)}</span></li>`;
}

const GROUPS = [
  { key: 'all', label: 'All', of: () => true },
  { key: 'bad', label: 'Failures', tone: 'bad', of: (e) => bad(e) },
  { key: 'life', label: 'Starts and ends', of: (e) => ['Started', 'Exited', 'Completed', 'Adopted', 'Ready', 'Stopping'].includes(e.event) },
];

const AT_ONCE = 200;

export function Events() {
  const l = useLive();
  const [words, setWords] = useState('');
  const [group, setGroup] = useState('all');
  const [held, setHeld] = useState(null);
  const [most, setMost] = useState(AT_ONCE);
  const all = held ?? l.events;
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const of = GROUPS.find((g) => g.key === group).of;
  const found = all.filter((e) => {
    if (!of(e)) return false;
    const text = `${e.replica ?? ''} ${word(e)} ${said(e)}`.toLowerCase();
    return wanted.every((w) => text.includes(w));
  });
  const later = held ? l.events.length - held.length : 0;
  return html`<${Head} title="Events" sub="What happened to processes, the latest first, as it happens.">
      <button aria-pressed=${held != null} onClick=${() => setHeld(held ? null : l.events)}>${held ? `Go on${later > 0 ? `, ${later} new` : ''}` : 'Hold still'}</button><//>
    <section class="card flush" aria-label="Events"><header class="card-head"><span class="note" role="status">${f.plural(found.length, 'event')}</span>
      <div class="tools"><${Chips} label="Kind" value=${group} onChoose=${setGroup} options=${GROUPS} />
      <${Search} label="Search events" value=${words} onInput=${setWords} /></div></header>
      ${!all.length && l.link === 'connecting' ? html`<${Waiting} rows=${6} />` : found.length === 0
        ? html`<${Empty} title=${all.length ? 'No event matches' : 'Nothing has happened yet'}>${all.length ? '' : 'What happens is shown here at once.'}<//>`
        : html`<ol class="events">${found.slice(-most).reverse().map((e) => html`<${EventRow} key=${e.id} of=${e} />`)}</ol>
          ${found.length > most && html`<p class="pad"><button class="quiet" onClick=${() => setMost(most + AT_ONCE)}>Show older ones</button></p>`}`}</section>`;
}
