import type { GoRegexp } from "../lib/index.ts";
import type { CodedEvent } from "../model/index.ts";
import { eventState, eventText } from "./events/index.ts";
import { type DialectSample, FAMILIES } from "./metrics.ts";

/** Events that are counted under a name. */
export interface SelEventRule {
  readonly name: string;
  /** Matches anywhere in what FreeIPMI says of the event. */
  readonly regexp: GoRegexp;
}

/** Stamps up to here count from the start of the BMC, and the last one stands for none: FreeIPMI prints no date. */
const LAST_RELATIVE = 0x20000000;
const UNSPECIFIED = 0xffffffff;

/**
 * The records of a log by state, and by the names of the rules they match, with the time of the latest of each:
 * seconds since 1970 as the BMC wrote them, 0 where there is none.
 */
export function selEventSamples(events: Iterable<CodedEvent>, rules: readonly SelEventRule[]): DialectSample[] {
  const byState = new Map<string, number>();
  const byName = new Map(rules.map(({ name }) => [name, { count: 0, latest: 0 }]));
  // Logs repeat themselves: each text is matched once.
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
