// The frame around all pages: who is logged in, where one is, whether what is shown is still true.
import { html, render, useState, useEffect } from './vendor/htm-3.1.1.js';
import { get, hold, token, whenRefused } from './api.js';
import { may, retryNow, start, stop, useLive } from './live.js';
import { Icon, useClock, useMedia } from './ui.js';
import { Dialogs, READ_ONLY } from './dialog.js';
import * as f from './format.js';
import { Overview } from './pages/overview.js';
import { Process } from './pages/process.js';
import { Schedules } from './pages/schedules.js';
import { Schedule } from './pages/schedule.js';
import { Queues, Queue } from './pages/queues.js';
import { Job } from './pages/jobs.js';
import { Guard } from './pages/guard.js';
import { Findings } from './pages/findings.js';
import { Report } from './pages/report.js';
import { Alerts } from './pages/alerts.js';
import { Events } from './pages/events.js';

const NAV = [
  { key: '', icon: 'overview', label: 'Overview' },
  { key: 'schedules', icon: 'schedules', label: 'Schedules' },
  { key: 'queues', icon: 'queues', label: 'Queues' },
  { key: 'guard', icon: 'guard', label: 'Guard' },
  { key: 'findings', icon: 'findings', label: 'Findings' },
  { key: 'report', icon: 'report', label: 'Report' },
  { key: 'alerts', icon: 'alerts', label: 'Alerts' },
  { key: 'events', icon: 'events', label: 'Events' },
];

/** What is under which place, and what it belongs to. */
const PAGES = {
  '': [Overview, ''], process: [Process, ''], schedules: [Schedules, 'schedules'], schedule: [Schedule, 'schedules'],
  queues: [Queues, 'queues'], queue: [Queue, 'queues'], job: [Job, 'queues'], guard: [Guard, 'guard'],
  findings: [Findings, 'findings'], report: [Report, 'report'],
  alerts: [Alerts, 'alerts'], events: [Events, 'events'],
};

function place() {
  const steps = location.hash.replace(/^#\/?/, '').split('/');
  try {
    return { page: steps[0], name: steps.slice(1).map(decodeURIComponent).join('/') };
  } catch {
    return { page: steps[0], name: '' };
  }
}

function Login({ said, enter }) {
  const [value, set] = useState('');
  const [problem, setProblem] = useState(said);
  const [busy, setBusy] = useState(false);
  const submit = async (e) => {
    e.preventDefault();
    setBusy(true);
    hold(value.trim());
    try {
      const me = await get('me', { quiet: true });
      if (!me.scopes.includes('read')) throw new Error('This token may not look: it needs the read scope.');
      enter(me);
    } catch (error) {
      hold(null);
      setProblem(error.status === 401 ? 'This token is not known here, or has ended.'
        : error.retryAfter ? `${error.message} Try again in ${f.seconds(error.retryAfter)}.` : error.message);
      setBusy(false);
    }
  };
  useEffect(() => {
    document.title = 'Log in · Holdfast';
  }, []);
  return html`<main id="main" class="login" tabindex="-1"><form onSubmit=${submit} class="card">
    <div class="brand big"><${Mark} /><h1>Holdfast</h1></div>
    <div class="field"><label for="token">Token</label>
      <input id="token" type="password" value=${value} onInput=${(e) => set(e.target.value)} placeholder="hft_…" required
        autocomplete="off" spellcheck=${false} aria-describedby="token-hint" aria-invalid=${problem ? 'true' : undefined} />
      <small id="token-hint">Made by <code>holdfast token create</code> on the host; kept only until this tab is closed.</small></div>
    ${problem && html`<p class="login-problem" role="alert">${problem}</p>`}
    <button type="submit" class="primary" disabled=${busy}>${busy ? 'Asking…' : 'Log in'}</button>
  </form></main>`;
}

function Mark() {
  return html`<svg class="mark" viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="8" />
    <path d="M16 5v13M16 18c0 5-3 8-8 9M16 18c0 5 3 8 8 9M16 18v9M10 9c0 4 2 6 6 6M22 9c0 4-2 6-6 6" /></svg>`;
}

function Theme() {
  const dark = useMedia('(prefers-color-scheme: dark)');
  const [chosen, set] = useState(document.documentElement.dataset.theme);
  const now = chosen ?? (dark ? 'dark' : 'light');
  const other = now === 'dark' ? 'light' : 'dark';
  const turn = () => {
    document.documentElement.dataset.theme = other;
    try {
      localStorage.setItem('holdfast.theme', other);
    } catch {
      // Only for this page, then.
    }
    set(other);
  };
  return html`<button class="quiet only" onClick=${turn} aria-label=${`Use ${other} colours`} title=${`Use ${other} colours`}>
    <${Icon} of=${now === 'dark' ? 'sun' : 'moon'} /></button>`;
}

const LINKS = { live: 'Live', delayed: 'Delayed', connecting: 'Connecting', lost: 'Connection lost' };

function Lost({ of }) {
  const now = useClock();
  const next = Math.max(0, Math.ceil((of.retryAt - now) / 1000));
  return html`<div class="lost"><${Icon} of="warn" /><p><b role="alert">Connection lost.</b> The daemon has not answered for
    ${' '}${f.seconds(Math.max(0, Math.round((now - of.lostSince) / 1000)))}. What is shown is of
    ${' '}${of.statusAt ? f.time(new Date(of.statusAt).toISOString()) : 'before'}${next > 0 ? `; next try in ${next}s` : ''}.</p>
    <button onClick=${retryNow}>Try now</button></div>`;
}

function Frame({ logOut }) {
  const l = useLive();
  const [here, go] = useState(place());
  useEffect(() => {
    const on = () => {
      go(place());
      scrollTo(0, 0);
      setTimeout(() => document.querySelector('h1')?.focus({ preventScroll: true }));
    };
    addEventListener('hashchange', on);
    return () => removeEventListener('hashchange', on);
  }, []);
  const [Page, section] = PAGES[here.page] ?? [Nowhere, null];
  const label = NAV.find((n) => n.key === section)?.label ?? 'Not found';
  useEffect(() => {
    document.title = `${here.name || label} · Holdfast`;
  }, [here.page, here.name]);
  useEffect(() => {
    document.querySelector('.side nav [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [section]);
  const open = l.alerts?.open.filter((a) => !a.silenced && !a.ended).length ?? 0;
  return html`<div class=${`frame ${l.link}`}>
    <aside class="side">
      <a class="brand" href="#/" aria-label="Holdfast, overview"><${Mark} /><span>Holdfast</span></a>
      <nav aria-label="Pages">${NAV.map((n) => html`<a key=${n.key} href=${`#/${n.key}`} aria-current=${n.key === section ? 'page' : undefined}>
        <${Icon} of=${n.icon} /><span>${n.label}</span>
        ${n.key === 'alerts' && open > 0 && html`<b class="pill" aria-label=${`${open} open`}>${open}</b>`}</a>`)}</nav>
      <div class="who">
        <span class=${`link ${l.link}`} role="status"><i aria-hidden="true"></i>${LINKS[l.link]}
          ${l.late && l.link === 'delayed' && html` <small>as of ${f.time(new Date(l.statusAt).toISOString()).slice(-8)}</small>`}</span>
        <span class="who-name" title=${`scopes: ${l.me?.scopes.join(', ')}`}>${l.me?.name}
          ${!may('operate') && html`<small title=${READ_ONLY}>read-only</small>`}</span>
        <span class="who-tools"><${Theme} /><button class="quiet only" onClick=${logOut} aria-label="Log out" title="Log out"><${Icon} of="out" /></button></span>
        ${l.status && html`<span class="version">${l.status.version}</span>`}
      </div>
    </aside>
    <main id="main" tabindex="-1">
      ${l.link === 'lost' && html`<${Lost} of=${l} />`}
      <${Page} key=${`${here.page}/${here.name}`} name=${here.name} />
    </main>
    <${Dialogs} />
  </div>`;
}

function Nowhere() {
  return html`<header class="head"><h1 tabindex="-1">There is nothing here</h1>
    <p class="sub"><a href="#/">Go to the overview</a></p></header>`;
}

function App() {
  const [state, set] = useState({ at: token() ? 'asking' : 'out', said: null });
  const enter = (me) => {
    start(me);
    set({ at: 'in' });
  };
  const leave = (said) => {
    stop();
    hold(null);
    set({ at: 'out', said });
  };
  const known = async () => {
    set({ at: 'asking' });
    try {
      enter(await get('me'));
    } catch (e) {
      if (e.status !== 401) set({ at: 'failed', said: e.message });
    }
  };
  useEffect(() => {
    whenRefused(() => leave('Your token is not taken any more: log in again.'));
    if (token()) known();
    document.querySelector('.skip').addEventListener('click', (e) => {
      e.preventDefault();
      document.querySelector('#main')?.focus();
    });
    addEventListener('keydown', (e) => {
      const typing = e.target.closest?.('input, textarea, select, dialog');
      if (e.key !== '/' || typing || e.ctrlKey || e.metaKey || e.altKey) return;
      const search = document.querySelector('[data-search]');
      if (search) {
        e.preventDefault();
        search.focus();
        search.select();
      }
    });
  }, []);
  if (state.at === 'in') return html`<${Frame} logOut=${() => leave(null)} />`;
  if (state.at === 'asking') return html`<main id="main" class="login" tabindex="-1"><p role="status">Asking the daemon…</p></main>`;
  if (state.at === 'failed') {
    return html`<main id="main" class="login" tabindex="-1"><div class="card"><h1>Holdfast</h1>
      <p class="login-problem" role="alert">${state.said}</p><button class="primary" onClick=${known}>Try again</button></div></main>`;
  }
  return html`<${Login} key=${state.said} said=${state.said} enter=${enter} />`;
}

const root = document.querySelector('#app');
root.textContent = '';
render(html`<${App} />`, root);
