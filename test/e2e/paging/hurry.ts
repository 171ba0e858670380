import { parseDuration } from "../../../src/lib/index.ts";

const DURATION = "\\d+(?:ms|s|m|h|d|w)";
/** Where rules and routes say how long: waiting times, windows, offsets. Nothing in a sentence looks like this. */
const PLACES = [
  new RegExp(
    `(?<=^ *(?:- )?(?:for|keep_firing_for|interval|group_wait|group_interval|repeat_interval): )${DURATION}`,
    "gm",
  ),
  new RegExp(`(?<=\\[)${DURATION}(?=[\\]:])`, "g"),
  new RegExp(`(?<=\\[${DURATION}:)${DURATION}(?=\\])`, "g"),
  new RegExp(`(?<=\\boffset )${DURATION}\\b`, "g"),
];

/** An hour in which events are counted. */
const HOUR = /(?<=\brate\(\w+\[\w+\]\)\) \* )3600\b/g;

/**
 * Rules or an Alertmanager configuration in which every duration is `factor` times shorter, and nothing else is
 * changed: limits, words, labels and routes are those that are shipped. Slopes are per second of the clock in both, so
 * what a rule asks of the machines stays what it is; it only looks back, and waits, for less long. Events are counted
 * over hours that are shorter, too: otherwise one event would be a storm where ten within ten minutes are.
 */
export function inHurry(text: string, factor: number): string {
  if (factor === 1) return text;
  return PLACES.reduce(
    (rest, place) =>
      rest.replaceAll(place, (duration) => `${Math.max(1, Math.round((parseDuration(duration) ?? 0) / factor))}ms`),
    text.replaceAll(HOUR, `3600 / ${factor}`),
  );
}
