// What runs at its time.
import { html, useState } from '../vendor/htm-3.1.1.js';
import { may, usePoll } from '../live.js';
import { Act, READ_ONLY, schedules as act } from '../dialog.js';
import { Asked, Badge, Empty, Head, Search, Section, Time } from '../ui.js';
import { Timeline } from './timeline.js';
import * as f from '../format.js';

export function Schedules() {
  const cron = usePoll('cron');
  const overlaps = usePoll('cron/overlaps', 300_000);
  const [words, setWords] = useState('');
  return html`<${Head} title="Schedules" sub="What runs at its time, for how long, and beside what." />
    ${!may('operate') && html`<p class="read-only">${READ_ONLY}</p>`}
    <${Asked} of=${cron} rows=${6}>${(list) => list.schedules.length === 0
      ? html`<section class="card"><${Empty} title="No schedules">None are configured. They stand under <code>schedules:</code> in the configuration.<//></section>`
      : html`<${Section} id="day" title="The next 24 hours"><${Timeline} schedules=${list.schedules} />
          ${overlaps.value?.lines.length > 0 && html`<details class="said"><summary>Better minutes, if there are</summary>
            <pre class="output" tabindex="0" aria-label="Overlaps in words">${overlaps.value.lines.join('\n')}</pre></details>`}<//>
        <${List} schedules=${list.schedules} words=${words} setWords=${setWords} />`}<//>`;
}

function List({ schedules, words, setWords }) {
  const wanted = words.toLowerCase();
  const found = schedules.filter((s) => `${s.name} ${s.timing} ${s.state} ${s.result ?? ''}`.toLowerCase().includes(wanted));
  return html`<${Section} flush id="all" title="Schedules" note=${f.count(found.length)} tools=${html`<${Search} label="Search schedules" value=${words} onInput=${setWords} />`}>
    ${found.length === 0 && html`<${Empty} title="No schedule matches" />`}
    <div class="table schedules" role="table" aria-label="Schedules"><div role="rowgroup" class="table-head"><div role="row" class="row">
      ${['Schedule', 'State', 'Next', 'Last', 'Takes', 'Attempts'].map((c) => html`<span key=${c} role="columnheader" class=${c.toLowerCase()}>${c}</span>`)}
      <span role="columnheader" class="acts"><span class="hidden">Actions</span></span></div></div>
    <div role="rowgroup">${found.map((s) => html`<div role="row" class="row" key=${s.name}>
      <span role="cell" class="schedule name"><a href=${`#/schedule/${encodeURIComponent(s.name)}`}>${s.name}</a><small><code>${s.timing}</code></small></span>
      <span role="cell" class="state"><${Badge} word=${s.paused ? 'paused' : s.state} />${s.pending > 0 && html`<small>${s.pending} waiting</small>`}${s.paused && html`<small>${s.paused}</small>`}</span>
      <span role="cell" class="next">${s.next ? html`<${Time} at=${s.next} precise=${false} /><small>${f.ago(s.next)}</small>` : html`<span class="faint">not foreseen</span>`}</span>
      <span role="cell" class="last">${s.result ? html`<${Badge} word=${s.result} title=${s.detail} />` : ''}<small>${s.last ? f.ago(s.last) : 'never ran'}${s.failures > 0 ? `, ${f.plural(s.failures, 'failure')} in a row` : ''}</small></span>
      <span role="cell" class="takes">${f.seconds(s.averageSeconds)}<small>${s.p95Seconds != null ? `95 %: ${f.seconds(s.p95Seconds)}` : ''}</small></span>
      <span role="cell" class="attempts">${f.count(s.attempts)}</span>
      <span role="cell" class="acts">${may('operate') && html`<${Act} of=${() => act.run(s.name)} label="Run now" icon="start" kind="quiet" only name=${s.name} />
        ${s.paused ? html`<${Act} of=${() => act.resume(s.name)} label="Resume" icon="retry" kind="quiet" only name=${s.name} />`
          : html`<${Act} of=${() => act.pause(s.name)} label="Pause" icon="pause" kind="quiet" only name=${s.name} />`}`}</span></div>`)}</div></div><//>`;
}
