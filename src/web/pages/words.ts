import { type Health, plain } from "../../model/index.ts";

export { plain, shownAs, spaced, span } from "../../model/index.ts";

/** Names of the health scale. */
const HEALTH_WORDS: Readonly<Record<Health, string>> = { 0: "ok", 1: "warning", 2: "critical", 3: "non-recoverable" };

export const healthWord = (health: Health | undefined): string =>
  health === undefined ? "unknown" : HEALTH_WORDS[health];

/** "2024-05-01 12:00:00 UTC" */
export const moment = (epochMs: number): string =>
  new Date(epochMs)
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z$/, " UTC");

/** How long something took: "0.81 s"; durations under half a millisecond are not exact. */
export const took = (ms: number): string => (ms > 0 && ms < 0.5 ? "under 0.001 s" : `${plain(ms / 1000)} s`);
