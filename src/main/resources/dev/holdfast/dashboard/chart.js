// One measure over time, with its limit and what happened meanwhile.
import { html, useEffect, useRef, useState } from './vendor/htm-3.1.1.js';
import * as f from './format.js';
import { Empty, Trouble, Waiting } from './ui.js';
import { usePoll } from './live.js';
import { query } from './api.js';

/* global uPlot */

const SHOWN = {
  bytes: f.bytes,
  cores: (n) => f.percent(n == null ? null : n * 100), // of one, as everywhere else
  seconds: f.seconds,
};

export function shown(unit) {
  return SHOWN[unit] ?? ((n) => (n == null ? f.NONE : n >= 100 || Number.isInteger(n) ? f.count(Math.round(n)) : n.toFixed(2)));
}

/** How often a span's values change. */
export const SPANS = { '1h': 5000, '24h': 60_000, '30d': 300_000 };

export function usePast(of, metric, span) {
  return usePoll(of && `history${query({ of, metric, span })}`, SPANS[span]);
}

export function Past({ of, metric, span, title, marks = [], always }) {
  const past = usePast(of, metric, span);
  if (past.value == null && past.problem) {
    return html`<figure class="chart"><figcaption><span>${title}</span></figcaption>
      ${past.problem.status === 404 || past.problem.status === 409
        ? html`<${Empty} title="No history is kept of this">${past.problem.message}<//>`
        : html`<${Trouble} problem=${past.problem} again=${past.again} />`}</figure>`;
  }
  if (past.value == null) return html`<figure class="chart"><figcaption><span>${title}</span></figcaption><${Waiting} /></figure>`;
  return html`<${Chart} of=${past.value} title=${title} marks=${marks} always=${always} />`;
}

function css(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** As it is in the present palette: a canvas knows neither variables nor light-dark(). */
function colour(name) {
  const probe = document.createElement('i');
  probe.hidden = true;
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

function points(h) {
  const until = Date.parse(h.until) / 1000;
  const xs = h.values.map((_, i) => until - (h.values.length - 1 - i) * h.stepSeconds);
  return [xs, h.values.map((v) => v ?? null)];
}

function Chart({ of, title, marks, always }) {
  const box = useRef(null);
  const plot = useRef(null);
  const now = useRef({});
  const [at, setAt] = useState(null);
  const [look, setLook] = useState(0);
  now.current = { of, marks };
  const say = shown(of.unit);
  const known = of.values.filter((v) => v != null);
  const last = known.at(-1) ?? null;
  const most = known.length ? Math.max(...known) : null;

  useEffect(() => {
    const again = () => setLook((n) => n + 1);
    const media = matchMedia('(prefers-color-scheme: dark)');
    media.addEventListener('change', again);
    const seen = new MutationObserver(again);
    seen.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    return () => {
      media.removeEventListener('change', again);
      seen.disconnect();
    };
  }, []);

  useEffect(() => {
    if (!known.length) return undefined;
    const muted = colour('--text-2');
    const grid = colour('--line-soft');
    const line = colour('--series');
    const bad = colour('--bad');
    const size = () => ({ width: Math.max(200, box.current.clientWidth), height: 168 });
    const above = (u, min, max) => {
      const limit = now.current.of.limit;
      // The limit is shown where it is near enough to matter; else it would flatten everything.
      const top = Math.max(max ?? 0, always && limit ? Math.min(limit, (max || limit) * 4) : 0, limit && max > limit * 0.3 ? limit : 0);
      return [0, top > 0 ? top * 1.08 : 1];
    };
    const u = new uPlot(
      {
        ...size(),
        padding: [8, 6, 0, 0],
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false }, points: { size: 7, fill: line, stroke: colour('--surface') } },
        scales: { y: { range: above } },
        axes: [
          { stroke: muted, grid: { show: false }, ticks: { show: false }, size: 24, font: css('--chart-font'), values: clock },
          {
            stroke: muted, grid: { stroke: grid, width: 1 }, ticks: { show: false }, size: 66, font: css('--chart-font'), gap: 6,
            values: (_, splits) => splits.map((v) => say(v)), space: 34,
            ...(of.unit === 'bytes' ? { incrs: Array.from({ length: 45 }, (_, i) => 2 ** i) } : {}),
          },
        ],
        series: [{}, { stroke: line, width: 1.5, fill: colour('--series-fill'), spanGaps: false, points: { show: false } }],
        hooks: {
          draw: [(p) => over(p, now.current, bad, muted)],
          setCursor: [(p) => setAt(p.cursor.idx ?? null)],
        },
      },
      points(of),
      box.current,
    );
    plot.current = u;
    const wide = new ResizeObserver(() => {
      const s = size();
      if (s.width !== u.width) u.setSize(s);
    });
    wide.observe(box.current);
    return () => {
      wide.disconnect();
      u.destroy();
      plot.current = null;
    };
  }, [look, of.unit, of.stepSeconds, known.length > 0]);

  useEffect(() => {
    plot.current?.setData(points(of));
  }, [of, marks]);

  const here = at != null && at < of.values.length ? at : null;
  const [xs] = here == null ? [[]] : points(of);
  const words = `${title}: now ${say(last)}, at most ${say(most)}${of.limit != null ? `, limit ${say(of.limit)}` : ''}`;
  return html`<figure class="chart"><figcaption><span>${title}</span>
      <span class="chart-now">${here == null
        ? html`<b>${say(last)}</b>${of.limit != null && html` <small>of ${say(of.limit)}</small>`}`
        : html`<b>${say(of.values[here])}</b> <small>${f.time(new Date(xs[here] * 1000).toISOString(), of.stepSeconds < 60)}</small>`}</span></figcaption>
    ${known.length
      ? html`<div ref=${box} class="plot" role="img" aria-label=${words}></div>`
      : html`<${Empty} title="Nothing was measured in this time" />`}</figure>`;
}

function clock(_, splits, _axis, _space, step) {
  return splits.map((s) => {
    const t = new Date(s * 1000);
    const text = f.time(t.toISOString(), step < 60);
    const cut = text.lastIndexOf(' '); // today has no date
    return step >= 86400 && cut > 0 ? text.slice(0, cut) : text.slice(cut + 1);
  });
}

/** The limit as a line, what happened as marks at the foot. */
function over(u, { of, marks }, bad, muted) {
  const { ctx, bbox } = u;
  const ratio = devicePixelRatio;
  ctx.save();
  if (of.limit != null && of.limit <= u.scales.y.max) {
    const y = Math.round(u.valToPos(of.limit, 'y', true)) + 0.5;
    ctx.strokeStyle = bad;
    ctx.lineWidth = ratio;
    ctx.setLineDash([5 * ratio, 4 * ratio]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.setLineDash([]);
    ctx.fillStyle = bad;
    ctx.font = `${10 * ratio}px sans-serif`;
    ctx.textAlign = 'right';
    ctx.textBaseline = 'bottom';
    ctx.fillText('limit', bbox.left + bbox.width - 2 * ratio, y - 2 * ratio);
  }
  for (const m of marks) {
    const x = u.valToPos(m.at, 'x', true);
    if (!(x >= bbox.left && x <= bbox.left + bbox.width)) continue;
    ctx.strokeStyle = ctx.fillStyle = m.bad ? bad : muted;
    ctx.globalAlpha = 0.55;
    ctx.lineWidth = ratio;
    ctx.beginPath();
    ctx.moveTo(Math.round(x) + 0.5, bbox.top);
    ctx.lineTo(Math.round(x) + 0.5, bbox.top + bbox.height);
    ctx.stroke();
    ctx.globalAlpha = 1;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top + bbox.height - 7 * ratio);
    ctx.lineTo(x - 4 * ratio, bbox.top + bbox.height);
    ctx.lineTo(x + 4 * ratio, bbox.top + bbox.height);
    ctx.fill();
  }
  ctx.restore();
}
