import type { HostRecord, Sensor } from "../model/index.ts";
import type { Family } from "./family.ts";

const NO_SENSORS: readonly Sensor[] = [];

/** Two readings of one sensor, in two objects. */
type Pair = readonly [previous: Sensor, current: Sensor];

/**
 * Finds the families of a host with the same samples as at the previous poll: their text is reused. Most of a host's
 * text is thresholds, identities and counts, which stay the same for months.
 */
export class Changes {
  readonly #previous: HostRecord;
  readonly #current: HostRecord;
  /** Sensors that may have changed; undefined: the host has other sensors than at the previous poll. */
  readonly #pairs: readonly Pair[] | undefined;

  constructor(previous: HostRecord, current: HostRecord) {
    this.#previous = previous;
    this.#current = current;
    this.#pairs = pairsOf(previous.snapshot?.sensors ?? NO_SENSORS, current.snapshot?.sensors ?? NO_SENSORS);
  }

  /** True: the samples of the family are the same. False: they may have changed. */
  isSame(family: Family): boolean {
    // Its labels are in every line.
    if (this.#previous.host !== this.#current.host) return false;
    if (family.ofSensors) return this.#pairs?.every(([previous, current]) => family.same(previous, current)) ?? false;
    const { madeOf } = family;
    if (madeOf === undefined) return false;
    const previous = madeOf(this.#previous);
    const current = madeOf(this.#current);
    return previous.length === current.length && previous.every((value, i) => value === current[i]);
  }
}

/** The sensors that are not the same object; undefined if they do not have the same labels in the same order. */
function pairsOf(previous: readonly Sensor[], current: readonly Sensor[]): readonly Pair[] | undefined {
  if (previous.length !== current.length) return undefined;
  const pairs: Pair[] = [];
  for (let i = 0; i < current.length; i++) {
    const a = previous[i];
    const b = current[i];
    if (a === b || a === undefined || b === undefined) continue;
    if (a.id !== b.id || a.name !== b.name || a.entity !== b.entity || a.role !== b.role) return undefined;
    pairs.push([a, b]);
  }
  return pairs;
}
