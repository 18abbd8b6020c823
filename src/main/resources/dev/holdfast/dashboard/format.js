// Numbers and times as people read them. Null is unknown, and shown as a dash.
export const NONE = '–';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

export function bytes(n) {
  if (n == null || Number.isNaN(n)) return NONE;
  let unit = 0;
  let v = n;
  while (Math.abs(v) >= 1024 && unit < UNITS.length - 1) {
    v /= 1024;
    unit++;
  }
  return `${unit === 0 || v >= 100 ? Math.round(v) : v.toFixed(1)} ${UNITS[unit]}`;
}

export function percent(n) {
  if (n == null || Number.isNaN(n)) return NONE;
  return `${n >= 100 || n === 0 ? Math.round(n) : n.toFixed(1)} %`;
}

export function count(n) {
  return n == null ? NONE : n.toLocaleString('en-US');
}

/** Two steps at most: 3d 4h, 12m 5s, 4.2s. */
export function seconds(s) {
  if (s == null || Number.isNaN(s)) return NONE;
  if (s < 0) s = 0;
  if (s < 1) return s === 0 ? '0s' : `${Math.max(1, Math.round(s * 1000))}ms`;
  if (s < 10 && s % 1 !== 0) return `${s.toFixed(1)}s`;
  s = Math.round(s);
  if (s < 60) return `${s}s`;
  const m = Math.floor(s / 60);
  if (m < 60) return s % 60 ? `${m}m ${s % 60}s` : `${m}m`;
  const h = Math.floor(m / 60);
  if (h < 24) return m % 60 ? `${h}h ${m % 60}m` : `${h}h`;
  const d = Math.floor(h / 24);
  return h % 24 && d < 100 ? `${d}d ${h % 24}h` : `${d}d`;
}

const two = (n) => String(n).padStart(2, '0');

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Of today: 14:03:22; else with the day, and of another year with that. */
export function time(iso, precise = true) {
  if (!iso) return NONE;
  const t = new Date(iso);
  if (Number.isNaN(t.getTime())) return String(iso);
  const clock = `${two(t.getHours())}:${two(t.getMinutes())}${precise ? `:${two(t.getSeconds())}` : ''}`;
  const now = new Date();
  if (t.toDateString() === now.toDateString()) return clock;
  const year = t.getFullYear() === now.getFullYear() ? '' : ` ${t.getFullYear()}`;
  return `${t.getDate()} ${MONTHS[t.getMonth()]}${year} ${clock}`;
}

export function ago(iso, now = Date.now()) {
  if (!iso) return NONE;
  const s = (now - new Date(iso).getTime()) / 1000;
  return s < 0 ? `in ${seconds(Math.round(-s))}` : s < 1 ? 'now' : `${seconds(Math.round(s))} ago`;
}

export function plural(n, one, many = `${one}s`) {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** What colours a terminal would show is not text. */
export function plain(line) {
  // eslint-disable-next-line no-control-regex
  return line.replace(/\x1b\[[0-9;?]*[ -/]*[@-~]/g, '').replace(/\x1b\][^\x07\x1b]*(\x07|\x1b\\)/g, '');
}
