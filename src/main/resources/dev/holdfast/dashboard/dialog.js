// A question before anything is done, and what came of it: in one place, the same for every action.
import { html, useState, useEffect, useRef } from './vendor/htm-3.1.1.js';
import { post, at } from './api.js';
import { may, refresh } from './live.js';
import { Icon, Trouble, Badge } from './ui.js';

let show = () => {};
/** Where the focus goes back to. */
let opener = null;

/**
 * Asks.
 *
 * @param question {title, text, action, danger, fields, run, choices}: run(values) gives what is to be told: {text,
 *     replicas, notes, lines}
 */
export function ask(question) {
  if (!document.querySelector('dialog[open]')) opener = document.activeElement;
  show(question);
}

export const READ_ONLY = 'Your token may look, not act: this needs the operate scope.';

export function Dialogs() {
  const [question, set] = useState(null);
  useEffect(() => {
    show = set;
    return () => {
      show = () => {};
    };
  }, []);
  return question && html`<${Question} key=${question.title} of=${question} close=${() => set(null)} />`;
}

function Question({ of, close }) {
  const box = useRef(null);
  const [values, setValues] = useState(() => Object.fromEntries((of.fields ?? []).map((f) => [f.name, f.value ?? ''])));
  const [turn, setTurn] = useState({ at: 'asked' });
  useEffect(() => {
    const dialog = box.current;
    dialog.showModal();
    if (of.danger) dialog.querySelector('[data-close]').focus();
    return () => {
      dialog.close(); // while it is open, nothing beside it takes the focus
      (opener?.isConnected ? opener : document.querySelector('#main'))?.focus();
    };
  }, []);
  useEffect(() => {
    // What was pressed is gone: the focus goes to what can be pressed now.
    if (turn.at === 'done' || turn.at === 'failed') box.current.querySelector('[data-close]')?.focus();
  }, [turn.at]);

  async function run(e) {
    e.preventDefault();
    setTurn({ at: 'running' });
    try {
      setTurn({ at: 'done', told: await of.run(values) });
    } catch (problem) {
      setTurn({ at: 'failed', problem });
    }
    Object.values(refresh).forEach((again) => again());
  }
  const busy = turn.at === 'running';
  const over = turn.at === 'done' || turn.at === 'failed';
  return html`<dialog ref=${box} class="dialog" aria-labelledby="dialog-title"
      onCancel=${(e) => {
        e.preventDefault();
        close();
      }}
      onClick=${(e) => e.target === box.current && !busy && close()}>
    <form method="dialog" onSubmit=${run} onKeyDown=${(e) => e.key === 'Enter' && e.repeat && e.preventDefault()}>
      <h2 id="dialog-title">${of.title}</h2>
      ${!over && of.text && html`<p>${of.text}</p>`}
      ${!over && of.choices && html`<div class="choices">${of.choices.map(
        (c) => html`<button type="button" class="choice" onClick=${() => ask(c.then)}><${Icon} of=${c.icon} />
          <span>${c.label}<small>${c.text}</small></span></button>`,
      )}</div>`}
      ${!over && (of.fields ?? []).map((f) => html`<${Field} key=${f.name} of=${f} value=${values[f.name]} disabled=${busy}
        set=${(v) => setValues((all) => ({ ...all, [f.name]: v }))} />`)}
      <div role="status" aria-live="polite">
        ${busy && html`<p class="running"><span class="spinner" aria-hidden="true"></span>${of.busy ?? 'Waiting for it to be done…'}</p>`}
        ${turn.at === 'done' && html`<${Told} of=${turn.told} />`}
      </div>
      ${turn.at === 'failed' && html`<${Trouble} problem=${turn.problem} />`}
      <div class="buttons">
        ${!over && of.run && html`<button type="submit" class=${of.danger ? 'danger' : 'primary'} disabled=${busy}>${of.action}</button>`}
        <button type="button" data-close onClick=${close}>${over ? 'Close' : busy ? 'Close, let it go on' : 'Cancel'}</button>
      </div>
    </form></dialog>`;
}

function Field({ of, value, set, disabled }) {
  const id = `field-${of.name}`;
  return html`<div class="field"><label for=${id}>${of.label}</label>
    ${of.options
      ? html`<select id=${id} value=${value} disabled=${disabled} onChange=${(e) => set(e.target.value)}>
          ${of.options.map((o) => html`<option key=${o.value} value=${o.value} selected=${o.value === value}>${o.label}</option>`)}</select>`
      : html`<input id=${id} type=${of.type ?? 'text'} value=${value} min=${of.min} max=${of.max} required=${of.required ?? false}
          disabled=${disabled} maxlength=${of.longest ?? 500} onInput=${(e) => set(e.target.value)} autocomplete="off" />`}
    ${of.hint && html`<small>${of.hint}</small>`}</div>`;
}

function Told({ of }) {
  return html`<div class=${`told ${of.warn ? 'warn' : ''}`}><${Icon} of=${of.warn ? 'warn' : 'ok'} /><div>
    <p>${of.text}</p>
    ${of.replicas?.length > 0 && html`<ul class="told-list">${of.replicas.slice(0, 12).map(
      (r) => html`<li><b>${r.name}</b> <${Badge} word=${r.state} />${r.pid != null && html` <span class="faint">pid ${r.pid}</span>`}
        ${r.detail && html`<small>${r.detail}</small>`}</li>`,
    )}${of.replicas.length > 12 && html`<li>and ${of.replicas.length - 12} more</li>`}</ul>`}
    ${of.notes?.length > 0 && html`<ul>${of.notes.map((n) => html`<li>${n}</li>`)}</ul>`}</div></div>`;
}

// ── actions on processes ──

const PATIENCE_MILLIS = 30_000;

async function act(verb, name, more = {}) {
  const done = await post(`processes/${verb}`, {
    names: [name], signal: null, replicas: null, await: true, timeoutMillis: PATIENCE_MILLIS, ...more,
  });
  return {
    text: done.settled ? 'Done.' : 'It was begun, and is not over yet.',
    warn: !done.settled,
    replicas: done.status?.replicas ?? [],
    notes: done.notes,
  };
}

/** That one alone, also when there are more by the time it is confirmed; what does not run is known by its name. */
function alone(r) {
  return r.wanted || r.pid != null ? `${r.process}/${r.index}` : r.name;
}

/** How many replicas there are: a process without one has a line that says why. */
export function counted(replicas) {
  return replicas.filter((r) => !r.absent).length;
}

export const SIGNALS = ['HUP', 'INT', 'QUIT', 'USR1', 'USR2', 'TERM', 'CONT', 'STOP', 'WINCH', 'KILL'];

export const processes = {
  start: (r) => ({ title: `Start ${r.name}?`, action: 'Start', run: () => act('start', alone(r)) }),
  stop: (r) => ({
    title: `Stop ${r.name}?`,
    text: 'Everything it started ends with it, and it stays down until it is started.',
    action: 'Stop', danger: true, run: () => act('stop', alone(r)),
  }),
  restart: (r) => ({
    title: `Restart ${r.name}?`,
    text: 'It is stopped whole, then started anew.',
    action: 'Restart', run: () => act('restart', alone(r)),
  }),
  signal: (r) => ({
    title: `Send a signal to ${r.name}`,
    fields: [{ name: 'signal', label: 'Signal', value: 'HUP', options: SIGNALS.map((s) => ({ value: s, label: s })) }],
    action: 'Send', run: (v) => act('signal', alone(r), { signal: v.signal }),
  }),
  scale: (process, now) => ({
    title: `Scale ${process}`,
    text: `${process} has ${now} ${now === 1 ? 'replica' : 'replicas'} now. The last ones are stopped first.`,
    fields: [{ name: 'replicas', label: 'Replicas', type: 'number', min: 0, max: 1000, value: String(now), required: true }],
    action: 'Scale', run: (v) => act('scale', process, { replicas: Number(v.replicas) }),
  }),
  all: (r, replicas) => ({
    title: r.name,
    choices: [
      r.wanted || { label: 'Start', icon: 'start', text: 'and what it depends on', then: processes.start(r) },
      { label: 'Restart', icon: 'restart', text: 'stop whole, then start', then: processes.restart(r) },
      !r.wanted || { label: 'Stop', icon: 'stop', text: 'with everything it started', then: processes.stop(r) },
      { label: 'Signal…', icon: 'alerts', text: 'to its process group', then: processes.signal(r) },
      { label: 'Scale…', icon: 'queues', text: `${r.process} has ${replicas} now`, then: processes.scale(r.process, replicas) },
    ].filter((c) => c !== true),
  }),
};

// ── schedules ──

const simply = (text, more) => async () => {
  await more();
  return { text };
};

export const schedules = {
  run: (name) => ({
    title: `Run ${name} now?`,
    text: 'Beside its due times, which stay as they are.',
    action: 'Run', busy: 'Begun. Waiting for its end…',
    run: async () => {
      const done = await post(`cron/${at(name)}/run`, { await: true, timeoutMillis: PATIENCE_MILLIS });
      return done.over
        ? { text: `It ended: ${done.result}.`, warn: done.result !== 'success', notes: done.detail ? [done.detail] : [] }
        : { text: 'It was begun, and is not over yet.' };
    },
  }),
  pause: (name) => ({
    title: `Pause ${name}?`, text: 'Nothing of it becomes due until it is resumed. What runs now goes on.', action: 'Pause',
    run: simply('It is paused.', () => post(`cron/${at(name)}/pause`)),
  }),
  resume: (name) => ({
    title: `Resume ${name}?`, text: 'It becomes due again at its times.', action: 'Resume',
    run: simply('It goes on.', () => post(`cron/${at(name)}/resume`)),
  }),
};

// ── queues and jobs ──

const steer = (queue, verb) => async () => {
  const q = await post(`queues/${at(queue)}/${verb}`);
  return { text: `${queue} is ${q.state} now.` };
};

const job = (id, verb) => async () => {
  const j = await post(`jobs/${at(id)}/${verb}`);
  return { text: `The job is ${j.state} now.`, notes: j.detail ? [j.detail] : [] };
};

export const queues = {
  pause: (q) => ({ title: `Pause ${q}?`, text: 'It accepts jobs and runs none. What runs goes on.', action: 'Pause', run: steer(q, 'pause') }),
  resume: (q) => ({ title: `Resume ${q}?`, text: 'It accepts and runs jobs again.', action: 'Resume', run: steer(q, 'resume') }),
  drain: (q) => ({ title: `Drain ${q}?`, text: 'It runs what waits, and accepts nothing more.', action: 'Drain', run: steer(q, 'drain') }),
  cancel: (id) => ({
    title: 'Cancel this job?', text: `${id}: what waits is over at once, what runs is asked to end.`, action: 'Cancel the job',
    danger: true, run: job(id, 'cancel'),
  }),
  retry: (id) => ({ title: 'Try this job again?', text: `${id}: its attempts are counted anew.`, action: 'Try again', run: job(id, 'retry') }),
};

// ── findings ──

export const findings = {
  /** @param again has the page ask anew */
  audit: (again) => ({
    title: 'Audit this host now?',
    text: 'Its configuration is read as its programs read it, and nothing of it is changed. That takes some seconds.',
    action: 'Audit', busy: 'Reading its configuration…',
    run: async () => {
      const all = await post('findings');
      again();
      const bad = all.findings.filter((x) => x.severity !== 'note').length;
      return { text: `${all.findings.length} found, ${bad} of them worse than a note.`, warn: bad > 0, notes: [all.line] };
    },
  }),
};

// ── alerts ──

export const alerts = {
  silence: (pattern) => ({
    title: 'Silence alerts', action: 'Silence',
    text: 'Nobody is told of what matches until it ends. What still lasts then is told.',
    fields: [
      { name: 'pattern', label: 'Pattern of keys', value: pattern, required: true, hint: '* stands for anything, ? for one character' },
      {
        name: 'seconds', label: 'For', value: '7200',
        options: [[900, '15 minutes'], [3600, '1 hour'], [7200, '2 hours'], [28800, '8 hours'], [86400, '1 day'], [604800, '1 week']]
          .map(([v, label]) => ({ value: String(v), label })),
      },
      { name: 'reason', label: 'Reason', value: '', hint: 'for those who look at it later' },
    ],
    run: async (v) => {
      const done = await post('alerts/silence', { pattern: v.pattern, seconds: Number(v.seconds), reason: v.reason });
      refresh.alerts();
      return {
        text: done.covered.length ? `It covers ${done.covered.length} open ${done.covered.length === 1 ? 'alert' : 'alerts'}:` : 'It covers nothing that is open now.',
        notes: done.covered,
      };
    },
  }),
  unsilence: (pattern) => ({
    title: `End the silence of ${pattern}?`, action: 'End it', text: 'What lasts is told again.',
    run: async () => {
      await post('alerts/unsilence', { pattern, seconds: 1, reason: '' });
      refresh.alerts();
      return { text: 'It has ended.' };
    },
  }),
};

/** A button that asks, or that says why it cannot. */
export function Act({ of, label, icon, kind = '', only = false, name, scope = 'operate' }) {
  const allowed = may(scope);
  return html`<button class=${`${kind} ${only ? 'only' : ''}`} disabled=${!allowed} title=${allowed ? (only ? label : undefined) : READ_ONLY}
    aria-label=${name ? `${label} ${name}` : undefined} onClick=${() => ask(of())}>
    ${icon && html`<${Icon} of=${icon} />`}${!only && html`<span>${label}</span>`}</button>`;
}
