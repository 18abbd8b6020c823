// The API as any client has it: a token, JSON, and streams that are resumed.
const KEY = 'holdfast.token';
const ROOT = 'api/v1/';
/** Of a stream that says something every 15 seconds at least. */
const SILENCE_MILLIS = 40_000;
/** Until an answer is there, all of it; of a stream, its head. */
const LOOK_MILLIS = 15_000;
const ACT_MILLIS = 45_000;

/** What the daemon refused, or could not be asked (status 0). */
export class Problem extends Error {
  constructor(status, message, problems = [], retryAfter = null) {
    super(message);
    this.status = status;
    this.problems = problems;
    this.retryAfter = retryAfter;
  }

  get lost() {
    return this.status === 0;
  }
}

let held = sessionStorage.getItem(KEY);
let refused = () => {};

export function token() {
  return held;
}

export function hold(value) {
  held = value;
  if (value) sessionStorage.setItem(KEY, value);
  else sessionStorage.removeItem(KEY);
}

/** @param what to do when the token is not taken any more */
export function whenRefused(what) {
  refused = what;
}

async function send(path, { method = 'GET', body, headers = {}, signal, quiet, stream } = {}) {
  const mine = held;
  const limit = stream ? null : AbortSignal.timeout(method === 'GET' ? LOOK_MILLIS : ACT_MILLIS);
  const all = { Accept: 'application/json', ...headers };
  if (held) all.Authorization = `Bearer ${held}`;
  if (method !== 'GET') all['Content-Type'] = 'application/json';
  let answer;
  try {
    answer = await fetch(ROOT + path, {
      method,
      headers: all,
      body: method === 'GET' ? undefined : JSON.stringify(body ?? {}),
      signal: !limit ? signal : signal ? AbortSignal.any([signal, limit]) : limit,
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
    });
  } catch (e) {
    if (e.name === 'AbortError') throw e;
    throw new Problem(0, 'The daemon does not answer.');
  }
  if (answer.ok || answer.status === 304) return answer;
  const problem = await told(answer);
  // Of a token that has been replaced meanwhile it says nothing.
  if (answer.status === 401 && !quiet && held === mine) refused(problem.message);
  throw problem;
}

async function told(answer) {
  let said = {};
  try {
    said = await answer.json();
  } catch {
    // No JSON: something between us and the daemon answered.
  }
  const retry = Number(answer.headers.get('Retry-After')) || said.retryAfterSeconds || null;
  const problems = Array.isArray(said.problems) ? said.problems.map(String) : [];
  return new Problem(
    answer.status,
    String(said.detail || said.error || said.title || `The answer was ${answer.status}.`),
    problems,
    retry,
  );
}

async function whole(reading) {
  try {
    return await reading;
  } catch (e) {
    if (e.name === 'AbortError') throw e;
    throw new Problem(0, 'The answer of the daemon broke off.');
  }
}

export async function get(path, options = {}) {
  return whole((await send(path, options)).json());
}

export async function post(path, body, options = {}) {
  const text = await whole((await send(path, { ...options, method: 'POST', body })).text());
  return text ? JSON.parse(text) : {};
}

/** @return null: it is as it was */
export async function changed(path, tag) {
  const answer = await send(path, { headers: tag ? { 'If-None-Match': tag } : {} });
  if (answer.status === 304) return null;
  return { value: await whole(answer.json()), tag: answer.headers.get('ETag') };
}

/** Parts of a path. */
export function at(...steps) {
  return steps.map(encodeURIComponent).join('/');
}

export function query(values) {
  const q = new URLSearchParams();
  for (const [k, v] of Object.entries(values)) {
    if (v != null && v !== '') q.set(k, v);
  }
  const text = q.toString();
  return text ? `?${text}` : '';
}

/**
 * Reads a stream of events for as long as it is wanted, resumed after the last one that came. A page that nobody sees
 * has none: browsers have six connections to a host for all of their tabs.
 *
 * @param on open(), event({id, event, data}), down(problem, millisUntilNextTry)
 * @return ends it
 */
export function follow(path, on, lastId = null) {
  let over = false;
  let tries = 0;
  let timer = 0;
  let abort = new AbortController();

  async function once() {
    abort = new AbortController();
    const headers = { Accept: 'text/event-stream' };
    if (lastId != null) headers['Last-Event-ID'] = lastId;
    const late = setTimeout(() => abort.abort(), LOOK_MILLIS);
    const answer = await send(path, { headers, signal: abort.signal, stream: true }).finally(() => clearTimeout(late));
    tries = 0;
    on.open?.();
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    let one = { id: null, event: 'message', data: [] };
    for (;;) {
      const silent = setTimeout(() => abort.abort(), SILENCE_MILLIS);
      const { value, done } = await reader.read().finally(() => clearTimeout(silent));
      if (done || over) return;
      const lines = (rest + value).split(/\r\n|\n|\r/);
      rest = lines.pop();
      for (const line of lines) {
        if (line === '') {
          if (one.data.length) {
            if (one.id != null) lastId = one.id;
            on.event?.({ id: one.id, event: one.event, data: one.data.join('\n') });
          }
          one = { id: null, event: 'message', data: [] };
          continue;
        }
        if (line.startsWith(':')) continue;
        const colon = line.indexOf(':');
        const field = colon < 0 ? line : line.slice(0, colon);
        const text = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
        if (field === 'data') one.data.push(text);
        else if (field === 'id') one.id = text;
        else if (field === 'event') one.event = text;
      }
    }
  }

  async function forever() {
    while (!over) {
      if (document.hidden) {
        await new Promise((go) => {
          wake = go;
        });
        continue;
      }
      let problem = new Problem(0, 'The connection ended.');
      try {
        await once();
      } catch (e) {
        if (e instanceof Problem) problem = e;
      }
      if (over) return;
      if (document.hidden) continue;
      // What is refused as such is refused again: ask seldom.
      const least = problem.status >= 400 && problem.status < 500 ? 30_000 : 1000 * 2 ** Math.min(tries, 4);
      const wait = Math.max(least, (problem.retryAfter ?? 0) * 1000) * (0.75 + Math.random() / 2);
      tries++;
      on.down?.(problem, wait);
      await new Promise((go) => {
        timer = setTimeout(go, wait);
        wake = go;
      });
    }
  }

  let wake = () => {};
  const seen = () => {
    if (document.hidden) abort.abort();
    clearTimeout(timer);
    wake();
  };
  document.addEventListener('visibilitychange', seen);
  forever();
  return {
    close() {
      over = true;
      document.removeEventListener('visibilitychange', seen);
      clearTimeout(timer);
      abort.abort();
      wake();
    },
    /** Does not wait for the next try any longer. */
    now() {
      clearTimeout(timer);
      tries = 0;
      wake();
    },
  };
}
