// What somebody is told of, and who shall not be told for a while.
import { html } from '../vendor/htm-3.1.1.js';
import { may, usePoll } from '../live.js';
import { Act, READ_ONLY, alerts as act } from '../dialog.js';
import { Asked, Badge, Empty, Head, Section, Time } from '../ui.js';
import * as f from '../format.js';

export function Alerts() {
  const alerts = usePoll('alerts', 4000);
  if (alerts.value == null && (alerts.problem?.status === 409 || alerts.problem?.status === 404)) {
    return html`<${Head} title="Alerts" /><section class="card"><${Empty} title="Nobody is told of anything">${alerts.problem.message}<//></section>`;
  }
  return html`<${Head} title="Alerts" sub="What somebody is told of, once, until it is over.">
      <${Act} of=${() => act.silence('')} label="Silence…" icon="alerts" /><//>
    ${!may('operate') && html`<p class="read-only">${READ_ONLY}</p>`}
    <${Asked} of=${alerts} rows=${6}>${(v) => html`
      <${Section} flush id="open" title="Open" note=${f.count(v.open.length)}>${v.open.length === 0 ? html`<${Empty} title="All is quiet">Nothing that anybody is to be told of lasts.<//>`
        : html`<ul class="alerts">${v.open.map((a) => html`<${One} key=${a.key} of=${a} />`)}</ul>`}<//>
      ${v.silences.length > 0 && html`<${Section} flush id="silences" title="Silences" note=${f.count(v.silences.length)}><ul class="alerts">${v.silences.map((s) => html`<li key=${s.pattern}>
        <div class="alert-main"><p><code class="key">${s.pattern}</code></p><p class="faint">until <${Time} at=${s.until} />, by ${s.by}${s.reason && `: ${s.reason}`}</p></div>
        ${may('operate') && html`<${Act} of=${() => act.unsilence(s.pattern)} label="End" kind="quiet" name=${`the silence of ${s.pattern}`} />`}</li>`)}</ul><//>`}
      ${v.waiting.length > 0 && html`<${Section} flush id="waiting" title="Not delivered yet" note=${f.count(v.waiting.length)}><ul class="alerts">${v.waiting.map((m) => html`<li key=${m.id}>
        <div class="alert-main"><p><b>${m.channel}</b> ${m.titles.join(', ')}</p><p class="faint">since <${Time} at=${m.made} />, ${f.plural(m.tries, 'try', 'tries')}</p>
          ${m.trouble && html`<p class="why">${m.trouble}</p>`}</div></li>`)}</ul><//>`}
      <${Section} flush id="recent" title="Over" note=${f.count(v.recent.length)}>${v.recent.length === 0 ? html`<${Empty} title="None lately" />`
        : html`<ul class="alerts over">${v.recent.map((a, i) => html`<${One} key=${`${a.key}/${i}`} of=${a} />`)}</ul>`}<//>`}<//>`;
}

function One({ of: a }) {
  return html`<li class=${a.silenced ? 'silenced' : ''}><${Badge} word=${a.severity} as=${a.ended ? 'idle' : undefined} />
    <div class="alert-main"><p><b>${a.title}</b>${a.silenced && html` <${Badge} word="silenced" as="idle" />`}</p>
      <p class="faint"><code class="key">${a.key}</code> since <${Time} at=${a.began} />${a.ended && html` until <${Time} at=${a.ended} />`}${a.times > 1 && `, ${f.count(a.times)} times`}${a.channels.length > 0 && `, to ${a.channels.join(', ')}`}</p></div>
    ${!a.ended && !a.silenced && may('operate') && html`<${Act} of=${() => act.silence(a.key)} label="Silence" kind="quiet" name=${a.key} />`}</li>`;
}
