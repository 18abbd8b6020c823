// The guard: what its rules say, whom they see now, what they did and on what evidence.
import { html } from '../vendor/htm-3.1.1.js';
import { usePoll } from '../live.js';
import { Asked, Badge, Empty, Head, Section, Time } from '../ui.js';
import * as f from '../format.js';

export function Guard() {
  const guard = usePoll('guard', 5000);
  if (guard.value == null && (guard.problem?.status === 409 || guard.problem?.status === 404)) {
    return html`<${Head} title="Guard" /><section class="card"><${Empty} title="No guard">${guard.problem.message}<//></section>`;
  }
  const g = guard.value;
  return html`<${Head} title="Guard" badge=${g?.dryRun ? html`<${Badge} word="dry run" as="warn" title="Nothing is done" />` : null}
      sub=${g && `Looks at all processes of the host every ${g.interval}${g.dryRun ? ', and only says what it would do' : ''}.`} />
    <${Asked} of=${guard} rows=${6}>${(v) => html`
      ${v.rules.length === 0 ? html`<section class="card"><${Empty} title="No rules" /></section>` : v.rules.map((r) => html`<${Rule} key=${r.name} of=${r} />`)}
      <${Section} flush id="deeds" title="What it did" note=${f.count(v.history.length)}>${v.history.length === 0
        ? html`<${Empty} title="Nothing yet">When a rule fires, what it saw and did is kept here.<//>`
        : html`<ol class="attempts">${latestFirst(v.history).map((h, i) => html`<${Deed} key=${`${h.at}/${i}`} of=${h} />`)}</ol>`}<//>`}<//>`;
}

function latestFirst(history) {
  return [...history].sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
}

function Rule({ of: r }) {
  const due = r.matches.filter((m) => m.due && !m.protection).length;
  return html`<${Section} flush id=${`rule-${r.name}`} title=${r.name} note=${r.matches.length === 0 ? 'sees nobody' : `sees ${f.count(r.matches.length)}${due ? `, ${f.count(due)} due` : ''}`}>
    <p class="pad rule-what">${r.what}<span class="arrow" aria-hidden="true"> → </span><b>${r.action}</b></p>
    ${r.together.length > 0 && html`<ul class="pad rule-what faint">${r.together.map((t) => html`<li>${t}</li>`)}</ul>`}
    ${r.matches.length > 0 && html`<div class="scroll" tabindex="0" role="region" aria-label=${`Whom ${r.name} sees`}><table><thead><tr><th>PID</th><th>Program</th><th>User</th><th class="right">CPU</th><th class="right">Memory</th><th class="right">Age</th><th>Measured</th><th>Command</th></tr></thead>
      <tbody>${r.matches.slice(0, 50).map((m) => html`<tr key=${m.pid} class=${m.due && !m.protection ? 'due' : ''}><td class="num">${m.pid}</td><td><b>${m.name}</b>${m.due && (m.protection ? html` <${Badge} word="spared" as="warn" title=${m.protection} />` : html` <${Badge} word="due" as="bad" />`)}
          ${m.protection && html`<small class="spared">${m.protection}</small>`}</td><td>${m.user}</td>
        <td class="right num">${f.percent(m.cpuPercent)}</td><td class="right num">${f.bytes(m.memoryBytes)}</td><td class="right num">${f.seconds(m.seconds)}</td><td>${m.conditions.map((c) => html`<div>${c}</div>`)}</td><td class="command" title=${m.command}>${m.command}</td></tr>`)}</tbody></table></div>
      ${r.matches.length > 50 && html`<p class="pad faint">and ${f.count(r.matches.length - 50)} more</p>`}`}<//>`;
}

const TONES = { fired: 'bad', escalated: 'bad', spared: 'warn', 'held-back': 'warn', stays: 'bad', refused: 'warn', ended: 'ok', cleared: 'ok' };

function Deed({ of: h }) {
  const facts = [
    h.pid != null && `pid ${h.pid}`, h.user,
  ].filter(Boolean);
  return html`<li><div class="attempt"><${Badge} word=${h.kind} as=${TONES[h.kind] ?? 'idle'} /><${Time} at=${h.at} /><b>${h.rule}</b>
      ${h.dryRun && html`<${Badge} word="dry run" as="warn" />`}<span class="attempt-facts">${facts.join(' · ')}</span></div>
    <p class="attempt-why">${h.why}${h.deed && html`<span class="arrow" aria-hidden="true"> → </span><b>${h.deed}</b>`}</p>
    ${h.command && html`<p class="deed-command"><code>${h.command}</code></p>`}
    ${h.evidence?.length > 0 && html`<details class="more"><summary>Evidence</summary><ul class="evidence">${h.evidence.map((e) => html`<li>${e}</li>`)}</ul></details>`}</li>`;
}
