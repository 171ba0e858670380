import { type Health, plain } from "../../model/index.ts";

export { plain, shownAs, spaced } from "../../model/index.ts";

/** Names of the health scale. */
const HEALTH_WORDS: Readonly<Record<Health, string>> = { 0: "ok", 1: "warning", 2: "critical", 3: "non-recoverable" };

export const healthWord = (health: Health | undefined): string =>
  health === undefined ? "unknown" : HEALTH_WORDS[health];

const STEPS = [
  { ms: 86_400_000, unit: "d" },
  { ms: 3_600_000, unit: "h" },
  { ms: 60_000, unit: "min" },
] as const;

/** A span for a person: "12 s", "5 min", "3 h", "9 d". */
export function span(ms: number): string {
  for (const { ms: size, unit } of STEPS) if (ms >= size) return `${Math.floor(ms / size)} ${unit}`;
  return ms < 1000 ? "under 1 s" : `${Math.floor(ms / 1000)} s`;
}

/** "2024-05-01 12:00:00 UTC" */
export const moment = (epochMs: number): string =>
  new Date(epochMs)
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z$/, " UTC");

/** How long something took: "0.81 s"; durations under half a millisecond are not exact. */
export const took = (ms: number): string => (ms > 0 && ms < 0.5 ? "under 0.001 s" : `${plain(ms / 1000)} s`);
