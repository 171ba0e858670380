import { parseDuration } from "../../../src/lib/index.ts";

const DURATION = "\\d+(?:ms|s|m|h|d|w)";
/** Durations of rules and routes: `for` and the like, ranges, subquery steps, offsets. Annotations contain none of these. */
const PLACES = [
  new RegExp(
    `(?<=^ *(?:- )?(?:for|keep_firing_for|interval|group_wait|group_interval|repeat_interval): )${DURATION}`,
    "gm",
  ),
  new RegExp(`(?<=\\[)${DURATION}(?=[\\]:])`, "g"),
  new RegExp(`(?<=\\[${DURATION}:)${DURATION}(?=\\])`, "g"),
  new RegExp(`(?<=\\boffset )${DURATION}\\b`, "g"),
];

/** Factor that converts a rate to events per hour. */
const HOUR = /(?<=\brate\(\w+\[\w+\]\)\) \* )3600\b/g;

/**
 * Rules or an Alertmanager configuration with every duration divided by `factor`. Limits, texts, labels and routes are
 * unchanged. Slopes stay per second of real time, so the limits for machines stay the same. Hours in which events are
 * counted are shortened, too: otherwise a single event would exceed the limit of an event storm.
 */
export function shortened(text: string, factor: number): string {
  if (factor === 1) return text;
  return PLACES.reduce(
    (rest, place) =>
      rest.replaceAll(place, (duration) => `${Math.max(1, Math.round((parseDuration(duration) ?? 0) / factor))}ms`),
    text.replaceAll(HOUR, `3600 / ${factor}`),
  );
}
