// One process: what it uses, what it prints, why it died, how it is configured.
import { html, useState, useMemo } from '../vendor/htm-3.1.1.js';
import { at, query } from '../api.js';
import { aged, may, useLive, usePoll } from '../live.js';
import { Act, READ_ONLY, counted, processes as act } from '../dialog.js';
import { Past } from '../chart.js';
import { Log } from '../log.js';
import { Asked, Badge, Chips, Empty, Facts, Head, Tabs, Time, Waiting } from '../ui.js';
import { EventRow, bad, marking } from './events.js';
import * as f from '../format.js';

export function Process({ name: asked }) {
  const l = useLive();
  const [tab, setTab] = useState('log');
  const [span, setSpan] = useState('1h');
  const all = l.status?.replicas ?? [];
  // The journal knows each by its number; status names a lone one like its process.
  const r = all.find((x) => x.name === asked) ?? all.find((x) => numbered(x) === asked);
  const name = r?.name ?? asked;
  const scale = r && (l.status.scales ?? []).find((x) => x.process === r.process);
  const others = r ? all.filter((x) => x.process === r.process) : [];
  const before = usePoll(r ? `events${query({ replica: numbered(r), n: 500 })}` : null, 60_000);
  const mine = useMemo(() => {
    const kept = before.value?.events ?? [];
    const known = new Set(kept.map((e) => e.id));
    const own = l.events.filter((e) => !known.has(e.id) && (e.replica === name || (r && e.replica === numbered(r))));
    return [...kept, ...own].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  }, [before.value, l.events, name, r != null]);
  const marks = useMemo(() => mine.filter(marking).map((e) => ({ at: Date.parse(e.at) / 1000, bad: bad(e) })), [mine]);
  if (l.status == null) return html`<${Head} title=${name} /><${Waiting} rows=${6} />`;
  if (!r) {
    const replicas = all.filter((x) => x.process === name);
    return html`<${Head} title=${name} back="#/" backTo="Overview" />
      ${replicas.length
        ? html`<section class="card"><p>It has ${f.plural(replicas.length, 'replica')}:</p><ul>${replicas.map(
            (x) => html`<li><a href=${`#/process/${encodeURIComponent(x.name)}`}>${x.name}</a> <${Badge} word=${x.state} /></li>`)}</ul></section>`
        : html`<${Empty} title="There is no such process"><a href="#/">Go to the overview</a><//>`}`;
  }
  const tabs = [
    { key: 'log', label: 'Log' }, { key: 'why', label: 'Why it ended' }, { key: 'events', label: 'Events', count: mine.length || null },
    { key: 'health', label: 'Health' }, { key: 'configuration', label: 'Configuration' },
  ];
  return html`<${Head} title=${r.name} back="#/" backTo="Overview" badge=${html`<${Badge} word=${r.state} />`} sub=${r.detail}>
      ${r.wanted
        ? html`<${Act} of=${() => act.restart(r)} label="Restart" icon="restart" /><${Act} of=${() => act.stop(r)} label="Stop" icon="stop" />`
        : html`<${Act} of=${() => act.start(r)} label="Start" icon="start" kind="primary" />`}
      <${Act} of=${() => act.signal(r)} label="Signal…" icon="alerts" />
      <${Act} of=${() => act.scale(r.process, counted(others))} label="Scale…" icon="queues" />
    <//>
    ${!may('operate') && html`<p class="read-only">${READ_ONLY}</p>`}
    ${others.length > 1 && html`<nav class="siblings" aria-label=${`Replicas of ${r.process}`}>${others.map((x) => html`<a key=${x.name}
      href=${`#/process/${encodeURIComponent(x.name)}`} aria-current=${x.name === name ? 'page' : undefined}><span class=${`dot ${x.state}`} aria-hidden="true"></span>${x.name}<span class="hidden"> ${x.state}</span></a>`)}</nav>`}
    <${Facts} of=${[
      ['PID', r.pid], [r.pid != null ? 'Up for' : 'Since', r.pid != null ? f.seconds(r.seconds + aged()) : f.time(r.since)], ['Restarts', f.count(r.restarts)],
      ['Health', r.health || 'no check'],
      scale && ['Replicas', `${scale.replicas} of ${scale.min} to ${scale.max}`, scale.wanted != null && scale.wanted !== scale.replicas && `${scale.wanted} wanted`],
      ['CPU', f.percent(r.cpuPercent), r.cpuLimit != null && `limit ${r.cpuLimit} ${r.cpuLimit === 1 ? 'core' : 'cores'}`],
      ['Memory', f.bytes(r.memoryBytes), r.memoryLimitBytes != null && `limit ${f.bytes(r.memoryLimitBytes)}`],
      ['Peak', f.bytes(r.memoryPeakBytes)],
      ['Tasks', f.count(r.pids), r.pidsLimit != null && `limit ${f.count(r.pidsLimit)}`],
      ['Limits kept by', r.enforcedBy ?? 'none set'],
    ]} />
    ${scale && html`<p class="read-only scaling">Replicas follow ${scale.by}: ${scale.detail}</p>`}
    ${r.weaker && html`<p class="read-only">${r.weaker}</p>`}
    <section class="card" aria-labelledby="use"><header class="card-head"><h2 id="use">Use</h2><div class="tools">
        <${Chips} label="Span" value=${span} onChoose=${setSpan} options=${[{ key: '1h', label: '1 hour' }, { key: '24h', label: '24 hours' }, { key: '30d', label: '30 days' }]} /></div></header>
      <div class="charts"><${Past} of=${`process:${name}`} metric="cpu" span=${span} title="CPU" marks=${marks} />
        <${Past} of=${`process:${name}`} metric="memory" span=${span} title="Memory" marks=${marks} always /></div></section>
    <section class="card flush"><${Tabs} label=${`About ${name}`} tabs=${tabs} value=${tab} onChoose=${setTab}>
      ${tab === 'log' && html`<${Log} key=${name} name=${name} />`}
      ${tab === 'why' && html`<${Why} name=${name} />`}
      ${tab === 'events' && html`<${Happened} events=${mine} />`}
      ${tab === 'health' && html`<${Health} replica=${r} items=${l.health?.items ?? []} />`}
      ${tab === 'configuration' && html`<${Configuration} name=${r.process} />`}<//></section>`;
}

function numbered(replica) {
  return `${replica.process}/${replica.index}`;
}

export function Why({ name }) {
  const why = usePoll(`why/${at(name)}${query({ ends: 10, lines: 15 })}`, 10_000);
  return html`<${Asked} of=${why} rows=${4}>${(w) => w.replicas.map((r) => html`<div class="pad why-now" key=${r.name}>
    <p class="now">${r.now}</p>${r.uses && html`<p class="faint">${r.uses}</p>`}
    ${r.ends.length === 0
      ? html`<${Empty} title=${r.schedule ? 'No run failed' : 'It has not ended'}>Nothing is known of an end of it.<//>`
      : html`<ol class="ends">${r.ends.map((e) => html`<li key=${e.at}><div class="end-head"><b>${e.how}</b><${Time} at=${e.at} />
          <span class="faint">${f.ago(e.at)}</span></div>
        <p>${e.reason}</p>
        <p class="faint">ran ${f.seconds(e.seconds)}${e.cpuSeconds != null ? `, used ${f.seconds(e.cpuSeconds)} of CPU` : ''}${e.maxRssBytes != null ? `, ${f.bytes(e.maxRssBytes)} at most` : ''}</p>
        ${e.lastLines.length > 0 && html`<pre class="output" tabindex="0" aria-label="Its last lines">${e.lastLines.map(f.plain).join('\n')}</pre>`}</li>`)}</ol>`}
    ${r.history.length > 0 && html`<h3>What happened</h3><ol class="history">${[...r.history].reverse().map((h) => html`<li><${Time} at=${h.at} /><span>${h.what}</span></li>`)}</ol>`}
  </div>`)}<//>`;
}

function Happened({ events }) {
  if (!events.length) return html`<${Empty} title="No events">None since the oldest that is kept at hand.<//>`;
  return html`<ol class="events">${[...events].reverse().map((e) => html`<${EventRow} key=${e.id} of=${e} plain />`)}</ol>`;
}

function Health({ replica, items }) {
  const mine = items.filter((i) => i.kind === 'process' && i.name === replica.name);
  return html`<div class="pad"><${Facts} of=${[['Check', replica.health || 'none configured'], ['State', replica.state], ['Detail', replica.detail || f.NONE]]} />
    ${mine.length > 0 && html`<ul class="plain-list">${mine.map((i) => html`<li><${Badge} word=${i.level} /> ${i.value} <span class="faint">${i.detail}</span></li>`)}</ul>`}
    ${!replica.health && html`<p class="faint">Without a <code>health:</code> check it counts as well while it runs.</p>`}</div>`;
}

function Configuration({ name }) {
  const c = usePoll(`processes/${at(name)}/configuration`, 0);
  return html`<${Asked} of=${c} rows=${8}>${(v) => html`<div class="pad"><p class="faint">What holds for ${name}, defaults included, secrets withheld.</p>
    <pre class="output" tabindex="0" aria-label=${`Configuration of ${name}`}>${v.yaml}</pre></div>`}<//>`;
}
