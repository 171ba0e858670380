import type { Thresholds } from "../../model/index.ts";
import { html, type Markup } from "./html.ts";

const WIDTH = 110;

/** Where a value is relative to its limits. */
function toneAt(value: number, t: Thresholds): "ok" | "warning" | "critical" {
  const below = (limit: number | undefined): boolean => limit !== undefined && value <= limit;
  const above = (limit: number | undefined): boolean => limit !== undefined && value >= limit;
  if (below(t.lower_critical) || below(t.lower_non_recoverable)) return "critical";
  if (above(t.upper_critical) || above(t.upper_non_recoverable)) return "critical";
  return below(t.lower_non_critical) || above(t.upper_non_critical) ? "warning" : "ok";
}

/** The ends of the scale: all limits and the value are on it, with some room beyond. */
function scaleOf(value: number | undefined, t: Thresholds): readonly [number, number] {
  const limits = Object.values(t);
  const shown = value === undefined ? limits : [...limits, value];
  let low = Math.min(...shown);
  let high = Math.max(...shown);
  const open = (names: readonly (keyof Thresholds)[]): boolean => names.every((name) => t[name] === undefined);
  if (open(["lower_non_recoverable", "lower_critical", "lower_non_critical"])) low = Math.min(low, 0);
  if (open(["upper_non_recoverable", "upper_critical", "upper_non_critical"])) high += Math.abs(high) * 0.25;
  const room = (high - low || Math.abs(high) || 1) * 0.08;
  return [low - room, high + room];
}

/** A strip with the zones between the limits and a mark at the value. The table has the same as text. */
export function gauge(value: number | undefined, thresholds: Thresholds): Markup | undefined {
  const limits = Object.values(thresholds).filter((limit) => Number.isFinite(limit));
  if (limits.length === 0) return undefined;
  const [low, high] = scaleOf(value, thresholds);
  const at = (position: number): number => Math.round(((position - low) / (high - low)) * WIDTH * 10) / 10;
  const ends = [low, ...[...limits].sort((a, b) => a - b), high];
  const zones = ends.slice(1).map((end, index) => {
    const start = ends[index] ?? low;
    const tone = toneAt((start + end) / 2, thresholds);
    return html`<rect class="zone-${tone}" x="${at(start)}" y="4" width="${Math.max(0, at(end) - at(start)).toFixed(1)}" height="6"/>`;
  });
  const mark =
    value === undefined ? "" : html`<rect class="mark" x="${at(value) - 1.5}" y="0" width="3" height="14" rx="1"/>`;
  return html`<svg class="gauge" viewBox="0 0 ${WIDTH} 14" aria-hidden="true" focusable="false">${zones}${mark}</svg>`;
}
