import type { HostRecord, Sensor } from "../model/index.ts";
import type { Family } from "./family.ts";

const NO_SENSORS: readonly Sensor[] = [];

/** Two readings of one sensor that are not the same object. */
type Pair = readonly [before: Sensor, now: Sensor];

/**
 * Which families of a host tell what they told before: those whose text need not be made again. Most of a
 * host's text is limits, identities and counts, which stay the same for months.
 */
export class Changes {
  readonly #before: HostRecord;
  readonly #now: HostRecord;
  /** Undefined: the host has other sensors than before. */
  readonly #pairs: readonly Pair[] | undefined;

  constructor(before: HostRecord, now: HostRecord) {
    this.#before = before;
    this.#now = now;
    this.#pairs = pairsOf(before.snapshot?.sensors ?? NO_SENSORS, now.snapshot?.sensors ?? NO_SENSORS);
  }

  /** True: the family's samples are the same. False: perhaps not. */
  isSame(family: Family): boolean {
    // It stands in every line.
    if (this.#before.host !== this.#now.host) return false;
    if (family.ofSensors) return this.#pairs?.every(([before, now]) => family.same(before, now)) ?? false;
    const { madeOf } = family;
    if (madeOf === undefined) return false;
    const before = madeOf(this.#before);
    const now = madeOf(this.#now);
    return before.length === now.length && before.every((value, i) => value === now[i]);
  }
}

/** The sensors that are not the same object; undefined where they do not carry the same labels in the same order. */
function pairsOf(before: readonly Sensor[], now: readonly Sensor[]): readonly Pair[] | undefined {
  if (before.length !== now.length) return undefined;
  const pairs: Pair[] = [];
  for (let i = 0; i < now.length; i++) {
    const a = before[i];
    const b = now[i];
    if (a === b || a === undefined || b === undefined) continue;
    if (a.id !== b.id || a.name !== b.name || a.entity !== b.entity || a.role !== b.role) return undefined;
    pairs.push([a, b]);
  }
  return pairs;
}
