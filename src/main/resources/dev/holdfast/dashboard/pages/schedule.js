// One schedule: when it is due, what its runs did.
import { html, useState } from '../vendor/htm-3.1.1.js';
import { at, query } from '../api.js';
import { may, usePoll } from '../live.js';
import { Act, READ_ONLY, schedules as act } from '../dialog.js';
import { Asked, Badge, Empty, Facts, Fold, Head, Section, Tabs, Time } from '../ui.js';
import { Log } from '../log.js';
import { Why } from './process.js';
import * as f from '../format.js';

export function Schedule({ name }) {
  const cron = usePoll('cron');
  const history = usePoll(`cron/${at(name)}/history${query({ n: 50, lines: 30 })}`, 10_000);
  const next = usePoll(`cron/${at(name)}/next${query({ n: 8 })}`, 30_000);
  const [tab, setTab] = useState('history');
  const s = cron.value?.schedules.find((x) => x.name === name);
  return html`<${Head} title=${name} back="#/schedules" backTo="Schedules" badge=${s && html`<${Badge} word=${s.paused ? 'paused' : s.state} />`} sub=${s && html`<code>${s.timing}</code>`}>
      ${s && html`<${Act} of=${() => act.run(name)} label="Run now" icon="start" kind="primary" />
        ${s.paused ? html`<${Act} of=${() => act.resume(name)} label="Resume" icon="retry" />` : html`<${Act} of=${() => act.pause(name)} label="Pause" icon="pause" />`}`}<//>
    ${!may('operate') && html`<p class="read-only">${READ_ONLY}</p>`}
    ${s?.paused && html`<p class="read-only">Paused: ${s.paused}</p>`}
    <${Asked} of=${cron} rows=${3}>${() => !s ? html`<${Empty} title="There is no such schedule"><a href="#/schedules">Go to the schedules</a><//>` : html`
      <${Facts} of=${[
        ['Next', s.next ? f.time(s.next, false) : 'not foreseen', s.next && f.ago(s.next)], ['Last', s.last ? f.time(s.last, false) : 'never', s.last && f.ago(s.last)],
        ['Result', s.result, s.detail], ['Takes', f.seconds(s.averageSeconds), s.p95Seconds != null && `95 % within ${f.seconds(s.p95Seconds)}`],
        ['Attempts known', f.count(s.attempts)], ['Failures in a row', f.count(s.failures)],
      ]} />
      ${history.value?.attempts.length > 1 && html`<${Section} id="took" title="How long it took" note=${`the last ${history.value.attempts.length}`}><${Took} attempts=${history.value.attempts} /><//>`}
      <section class="card flush"><${Tabs} label=${`About ${name}`} value=${tab} onChoose=${setTab}
        tabs=${[{ key: 'history', label: 'History' }, { key: 'next', label: 'Next' }, { key: 'log', label: 'Log' }, { key: 'why', label: 'Failures' }]}>
        ${tab === 'history' && html`<${Asked} of=${history} rows=${6}>${(h) => h.attempts.length === 0 ? html`<${Empty} title="It has not run yet" />`
          : html`<ol class="attempts">${[...h.attempts].reverse().map((a) => html`<${Attempt} key=${`${a.run}/${a.attempt}`} of=${a} />`)}</ol>`}<//>`}
        ${tab === 'next' && html`<${Asked} of=${next} rows=${4}>${(n) => n.lines.length === 0 ? html`<${Empty} title="Nothing is foreseen" />`
          : html`<ol class="history pad">${n.lines.map((t) => html`<li key=${t}><${Time} at=${t} /><span class="faint">${f.ago(t)}</span></li>`)}</ol>`}<//>`}
        ${tab === 'log' && html`<${Log} name=${name} />`}
        ${tab === 'why' && html`<${Why} name=${name} />`}<//></section>`}<//>`;
}

function Took({ attempts }) {
  const known = attempts.filter((a) => a.seconds != null);
  const most = Math.max(...known.map((a) => a.seconds), 0.001);
  const failed = known.filter((a) => a.result !== 'success').length;
  return html`<div class="took" role="img" aria-label=${`Durations of the last ${known.length} attempts, at most ${f.seconds(most)}; ${failed} failed.`}>
    ${known.map((a) => html`<span key=${`${a.run}/${a.attempt}`} class=${a.result === 'success' ? 'ok' : 'bad'} style=${{ height: `${Math.max(4, (a.seconds / most) * 100)}%` }}
      title=${`${f.time(a.started)}: ${a.result}, ${f.seconds(a.seconds)}`}></span>`)}</div>`;
}

const CAUSES = { due: 'due', catch_up: 'caught up', by_hand: 'by hand' };

function Attempt({ of: a }) {
  const facts = [
    a.seconds != null && f.seconds(a.seconds), a.exitCode != null && `exit code ${a.exitCode}`, a.signal != null && `signal ${a.signal}`,
    a.cpuSeconds != null && `${f.seconds(a.cpuSeconds)} of CPU`, a.peakBytes != null && `${f.bytes(a.peakBytes)} at most`,
    a.attempt > 1 && `attempt ${a.attempt}`, a.times > 1 && `${a.times} times`,
  ].filter(Boolean);
  const head = html`<${Badge} word=${a.result} /><${Time} at=${a.started ?? a.due} /><span class="faint">${CAUSES[a.cause] ?? a.cause}</span>
      <span class="attempt-facts">${facts.join(' · ')}</span>`;
  return html`<li><${Fold} head=${head} note=${a.detail} output=${a.lines?.map(f.plain).join('\n')} label=${`Output of the run at ${f.time(a.started ?? a.due)}`} /></li>`;
}
