// What in the host's own configuration will break, and who may claim how much of its memory.
import { html } from '../vendor/htm-3.1.1.js';
import { usePoll } from '../live.js';
import { Act, findings } from '../dialog.js';
import { Asked, Badge, Empty, Head, Section, Time } from '../ui.js';
import * as f from '../format.js';

const TONES = { critical: 'bad', warning: 'warn', note: 'idle' };

export function Findings() {
  const found = usePoll('findings', 30_000);
  if (found.value == null && (found.problem?.status === 409 || found.problem?.status === 404)) {
    return html`<${Head} title="Findings" /><section class="card"><${Empty} title="No audit">${found.problem.message}<//></section>`;
  }
  const v = found.value;
  const sub = v && html`Audited <${Time} at=${v.at} />${v.every != null ? `, and every ${f.seconds(v.every)}` : ''}.`;
  return html`<${Head} title="Findings" sub=${sub}><${Act} of=${() => findings.audit(found.again)} label="Audit now" icon="retry" /><//>
    <${Asked} of=${found} rows=${6}>${(all) => html`
      <section class="card pad" role=${all.total.deadly ? 'alert' : undefined}><p><b>${all.line}</b></p></section>
      <${Section} flush id="findings" title="What will break" note=${f.count(all.findings.length)}>${all.findings.length === 0
        ? html`<${Empty} title="Nothing found">Nothing that was read will break by what is known of it.<//>`
        : html`<ol class="attempts">${all.findings.map((x, i) => html`<${Found} key=${`${x.rule}/${x.subject}/${i}`} of=${x} />`)}</ol>`}<//>
      <${Claims} of=${all.total} />
      <${Section} flush id="read" title="What was read">${all.programs.length === 0
        ? html`<${Empty} title="Nothing">No program is here whose configuration is known.<//>`
        : html`<ul class="evidence pad">${all.programs.map((p) => html`<li key=${p.name}><b>${p.name}</b> ${p.files.length === 1 ? p.files[0] : `${f.count(p.files.length)} files`}</li>`)}</ul>`}<//>`}<//>`;
}

function place(s) {
  return s.line > 0 ? `${s.file}:${s.line}` : s.file;
}

function Found({ of: x }) {
  return html`<li><div class="attempt"><${Badge} word=${x.severity} as=${TONES[x.severity]} /><b>${x.what}</b>
      <span class="attempt-facts">${x.rule}</span></div>
    <p class="attempt-why">${x.why}</p>
    ${x.sites.length > 0 && html`<p class="deed-command"><code>${x.sites.map(place).join(', ')}</code></p>`}
    <p class="attempt-why">Fix: ${x.fix}.</p>
    ${x.edits.length > 0 && html`<div class="scroll diff" tabindex="0" role="region" aria-label=${`Lines that mend ${x.rule}`}>${x.edits.map((e) => html`
      <div class="diff-file">${e.file}:${e.line}</div>
      ${e.before.map((l) => html`<div class="gone"><span aria-hidden="true">- </span><del>${l}</del></div>`)}
      ${e.after.map((l) => html`<div class="new"><span aria-hidden="true">+ </span><ins>${l}</ins></div>`)}`)}</div>`}
    ${x.evidence.length > 0 && html`<details class="more"><summary>Evidence</summary><ul class="evidence">${x.evidence.map((e) => html`<li>${e}</li>`)}</ul></details>`}</li>`;
}

function Claims({ of: t }) {
  if (t.claims.length === 0) return null;
  const there = t.memory == null ? '' : `of ${f.bytes(t.memory)}${t.swap ? ` and ${f.bytes(t.swap)} of swap` : ''}`;
  return html`<${Section} flush id="claims" title="Who may claim memory" note=${there}>
    <div class="scroll" tabindex="0" role="region" aria-label="Who may claim memory"><table><thead><tr><th>Who</th><th class="right">Worst</th><th class="right">Typical</th><th class="right">Measured</th><th>Because of</th><th>In</th></tr></thead>
      <tbody>${t.claims.map((c) => html`<tr key=${c.who} class=${t.memory != null && (c.worst == null && !t.unknown.includes(c.who) || c.worst > t.memory + (t.swap ?? 0)) ? 'due' : ''}><td><b>${c.who}</b></td>
        <td class="right num">${c.worst == null ? (t.unknown.includes(c.who) ? 'not known' : 'no bound') : f.bytes(c.worst)}</td><td class="right num">${f.bytes(c.typical)}</td><td class="right num">${f.bytes(c.measured)}</td><td>${c.arithmetic}</td><td class="command">${c.sites.slice(0, 1).map(place)}</td></tr>`)}
        ${t.rest > 0 && html`<tr><td>everything else that runs</td><td class="right num">${f.bytes(t.rest)}</td><td class="right num">${f.bytes(t.rest)}</td><td class="right num">${f.bytes(t.rest)}</td><td></td><td></td></tr>`}
        <tr><td><b>together</b></td><td class="right num"><b>${f.bytes(t.worst)}</b></td><td class="right num"><b>${f.bytes(t.typical)}</b></td><td class="right num"><b>${f.bytes(t.measured + t.rest)}</b></td><td>${there}</td><td></td></tr></tbody></table></div><//>`;
}
