// What every page shows of the present: status, health, alerts, events, and whether any of it is still true.
import { useState, useEffect } from './vendor/htm-3.1.1.js';
import { get, changed, follow, query } from './api.js';

const MOST_EVENTS = 1000;
const SAMPLES = 60;
/** Since status was last confirmed. */
const LATE_MILLIS = 10_000;

const fresh = () => ({
  me: null,
  status: null,
  statusAt: 0,
  /** when what is shown was told; it may be confirmed later */
  valueAt: 0,
  /** whether nothing has confirmed it for a while */
  late: false,
  health: null,
  alerts: null,
  events: [],
  eventsKnown: false,
  /** connecting; live; delayed: asked, but no stream; lost */
  link: 'connecting',
  lostSince: 0,
  retryAt: 0,
  /** name → {cpu, memory}: what was seen since this page was opened */
  samples: new Map(),
});

export let live = fresh();
const watchers = new Set();
let timers = [];
let stream = null;
let streaming = false;
let failing = false;
let tag = null;
let soon = 0;
let nextSample = 0;
let notBefore = 0;
let asking = null;
let more = false;
let running = 0;

function tell() {
  for (const w of watchers) w();
}

export function useLive() {
  const [, again] = useState(0);
  useEffect(() => {
    const w = () => again((n) => n + 1);
    watchers.add(w);
    return () => watchers.delete(w);
  }, []);
  return live;
}

export function may(scope) {
  return Boolean(live.me?.scopes?.includes(scope));
}

function linked() {
  const before = live.link;
  live.late = live.statusAt > 0 && Date.now() - live.statusAt > LATE_MILLIS;
  live.link = failing ? 'lost' : live.status == null ? 'connecting' : streaming && !live.late ? 'live' : 'delayed';
  if (live.link === 'lost' && before !== 'lost') live.lostSince = Date.now();
}

function many() {
  return (live.status?.replicas.length ?? 0) > 300;
}

/** Of figures alone, as often as their history: what happens is told by the stream, and asked for at once. */
function interval() {
  return failing ? 2000 : 5000;
}

/** One at a time: what is asked meanwhile is one more afterwards. */
function status() {
  if (asking) {
    more = true;
    return asking;
  }
  const mine = (async () => {
    do {
      more = false;
      await statusOnce();
    } while (more && asking === mine);
    if (asking === mine) asking = null;
  })();
  asking = mine;
  return mine;
}

async function statusOnce() {
  if (Date.now() < notBefore) return;
  const life = running;
  try {
    const answer = await changed('status', tag);
    if (life !== running) return;
    if (answer) {
      tag = answer.tag;
      live.status = answer.value;
      live.valueAt = Date.now();
    }
    live.statusAt = Date.now();
    if (live.status) sample(live.status);
    if (failing) stream?.now();
    failing = false;
  } catch (e) {
    if (life !== running) return;
    if (e.lost || e.status >= 500) failing = true;
    if (e.retryAfter) notBefore = Date.now() + Math.min(e.retryAfter, 60) * 1000;
  }
  linked();
  tell();
}

/** For how long what is shown has been known to hold, in seconds. */
export function aged() {
  return Math.max(0, Math.floor((live.statusAt - live.valueAt) / 1000));
}

/** Every 5 seconds, as the history has it; of a new one at once. */
function sample(s) {
  const at = Date.now();
  const due = at >= nextSample;
  if (due) nextSample = Math.max(nextSample + 5000, at + 2500);
  const names = new Set();
  for (const r of s.replicas) {
    names.add(r.name);
    let kept = live.samples.get(r.name);
    if (!kept) {
      kept = { cpu: [], memory: [] };
      live.samples.set(r.name, kept);
    } else if (!due) continue;
    kept.cpu.push(r.cpuPercent);
    kept.memory.push(r.memoryBytes);
    if (kept.cpu.length > SAMPLES) {
      kept.cpu.shift();
      kept.memory.shift();
    }
  }
  for (const name of live.samples.keys()) {
    if (!names.has(name)) live.samples.delete(name);
  }
}

/** What was before this page was opened, for a sparkline; once a process. */
export function seed(name, values) {
  const kept = live.samples.get(name);
  if (kept && !kept.seeded) {
    kept.seeded = true;
    kept.cpu = [...values, ...kept.cpu].slice(-SAMPLES);
    tell();
  }
}

async function now(name, path, none) {
  const life = running;
  try {
    const value = await get(path);
    if (life === running) live[name] = value;
  } catch (e) {
    if (life === running && none.includes(e.status)) live[name] = null;
  }
  if (life === running) tell();
}

export const refresh = {
  status,
  health: () => now('health', 'health', []),
  alerts: () => now('alerts', 'alerts', [409, 404]),
};

function every(millis, what) {
  const life = running;
  let timer = 0;
  const turn = async () => {
    if (!document.hidden) await what();
    if (life !== running) return;
    timer = setTimeout(turn, typeof millis === 'function' ? millis() : millis);
  };
  timer = setTimeout(turn, 0);
  timers.push(() => clearTimeout(timer));
}

function happened(list) {
  const known = new Set(live.events.map((e) => e.id));
  const merged = [...live.events, ...list.filter((e) => !known.has(e.id))];
  live.events = merged.slice(-MOST_EVENTS);
}

/** Some went by while nobody listened: what is kept of them. */
async function again() {
  const life = running;
  try {
    const known = await get(`events${query({ n: 200 })}`);
    if (life !== running) return;
    live.events = [];
    happened(known.events);
    stream?.close();
    listen(live.events.at(-1)?.id ?? null); // not all that is kept, one by one
    tell();
  } catch {
    // The next ones come by themselves.
  }
}

function listen(last) {
  stream = follow(
    'events',
    {
      open() {
        streaming = true;
        status();
      },
      event(e) {
        if (e.event === 'missed') again();
        if (e.event !== 'journal') return;
        try {
          happened([JSON.parse(e.data)]);
        } catch {
          return;
        }
        if (!soon) {
          soon = setTimeout(() => {
            soon = 0;
            if (!document.hidden) status();
          }, many() ? 1000 : 150);
        }
        tell();
      },
      down(problem, wait) {
        streaming = false;
        live.retryAt = Date.now() + wait;
        if (problem.lost) status();
        linked();
        tell();
      },
    },
    last,
  );
}

export async function start(me) {
  stop();
  live = fresh();
  live.me = me;
  const life = ++running;
  every(interval, status);
  every(2000, () => {
    const before = live.link + live.late;
    linked();
    if (live.link + live.late !== before) tell();
  });
  every(10_000, refresh.health);
  every(10_000, refresh.alerts);
  document.addEventListener('visibilitychange', shown);
  let last = null;
  try {
    const known = await get(`events${query({ n: 200 })}`);
    if (life !== running) return;
    happened(known.events);
    last = live.events.at(-1)?.id ?? null;
    live.eventsKnown = true;
  } catch {
    // The stream tells what comes.
  }
  if (life === running) listen(last);
}

function shown() {
  if (!document.hidden) status();
}

export function retryNow() {
  notBefore = 0;
  status();
  stream?.now();
}

export function stop() {
  running++;
  timers.forEach((end) => end());
  timers = [];
  stream?.close();
  stream = null;
  streaming = false;
  failing = false;
  tag = null;
  asking = null;
  more = false;
  notBefore = 0;
  nextSample = 0;
  clearTimeout(soon);
  soon = 0;
  document.removeEventListener('visibilitychange', shown);
}

/**
 * Asks now, and again every so many milliseconds while it is looked at.
 *
 * @return {value, problem, again}
 */
export function usePoll(path, millis = 5000) {
  const [state, set] = useState({ path: null, value: null, problem: null });
  const [turn, next] = useState(0);
  useEffect(() => {
    if (path == null) return undefined;
    let over = false;
    let asked = false;
    let timer = 0;
    const abort = new AbortController();
    const ask = async () => {
      if (!document.hidden || !asked) {
        asked = true;
        try {
          const value = await get(path, { signal: abort.signal });
          if (!over) set({ path, value, problem: null });
        } catch (e) {
          if (!over && e.name !== 'AbortError') {
            set((s) => ({ path, value: s.path === path ? s.value : null, problem: e }));
          }
        }
      }
      if (!over && millis) timer = setTimeout(ask, millis);
    };
    ask();
    return () => {
      over = true;
      clearTimeout(timer);
      abort.abort();
    };
  }, [path, millis, turn]);
  const mine = state.path === path ? state : { value: null, problem: null };
  return { value: mine.value, problem: mine.problem, again: () => next((n) => n + 1) };
}
