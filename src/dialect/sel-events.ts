import type { GoRegexp } from "../lib/index.ts";
import type { CodedEvent } from "../model/index.ts";
import { eventState, eventText } from "./events/index.ts";
import { type DialectSample, FAMILIES } from "./metrics.ts";

/** Events that are counted under a name. */
export interface SelEventRule {
  readonly name: string;
  /** Matches anywhere in FreeIPMI's text of the event. */
  readonly regexp: GoRegexp;
}

/** Time stamps up to this count from the start of the BMC, and FFFFFFFFh is unspecified: FreeIPMI prints no date for either. */
const LAST_RELATIVE = 0x20000000;
const UNSPECIFIED = 0xffffffff;

/**
 * Numbers of log records by state, and by the names of the rules that match, with the time of the latest match: seconds
 * since 1970 by the clock of the BMC, or 0.
 */
export function selEventSamples(events: Iterable<CodedEvent>, rules: readonly SelEventRule[]): DialectSample[] {
  const byState = new Map<string, number>();
  const byName = new Map(rules.map(({ name }) => [name, { count: 0, latest: 0 }]));
  // The same texts occur many times in a log: each is matched once.
  const matching = new Map<string, readonly string[]>();
  for (const event of events) {
    const state = eventState(event);
    byState.set(state, (byState.get(state) ?? 0) + 1);
    if (rules.length === 0) continue;
    const text = eventText(event);
    const names = matching.get(text) ?? rules.filter(({ regexp }) => regexp.matches(text)).map(({ name }) => name);
    matching.set(text, names);
    for (const name of names) {
      const counted = byName.get(name);
      if (!counted) continue;
      counted.count++;
      counted.latest = Math.max(counted.latest, dateOf(event));
    }
  }
  return [
    ...[...byState].map(([state, value]) => ({
      family: FAMILIES.selEventsByState,
      labels: [["state", state] as const],
      value,
    })),
    ...[...byName].flatMap(([name, { count, latest }]) => [
      { family: FAMILIES.selEventsByName, labels: [["name", name] as const], value: count },
      { family: FAMILIES.selEventsLatest, labels: [["name", name] as const], value: latest },
    ]),
  ];
}

function dateOf({ timestamp = 0 }: CodedEvent): number {
  return timestamp > LAST_RELATIVE && timestamp !== UNSPECIFIED ? timestamp : 0;
}
