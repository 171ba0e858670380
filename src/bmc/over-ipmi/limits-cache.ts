import { LimitedSensor, SensorCache } from "./limited-sensor.ts";
import { convertedLimits, type Limits, parsedLimits } from "./limits.ts";
import type { PlannedSensor } from "./planned-sensor.ts";

/** Different sets kept of one sensor; more would not help with a BMC that reports others all the time. */
const MOST_SETS = 64;

/**
 * The sensors of a plan under the limits that their BMCs report. Boards of a kind mostly have the same: each
 * different set exists once, however many hosts have it.
 */
export class LimitsCache {
  /** Cached readings of these sensors. */
  readonly readings = new SensorCache();
  readonly #rows: (readonly LimitedSensor[])[] = [];
  readonly #bySensor = new Map<PlannedSensor, Map<string | undefined, LimitedSensor>>();

  /**
   * The sensor under these limits.
   *
   * @param text see limitsText(); what is no limits has none. Undefined: the limits of the record
   */
  limited(sensor: PlannedSensor, text: string | undefined): LimitedSensor {
    let known = this.#bySensor.get(sensor);
    if (!known) {
      known = new Map();
      this.#bySensor.set(sensor, known);
    }
    const before = known.get(text);
    if (before) return before;
    const isKept = known.size < MOST_SETS;
    const limits = { ...inEffect(sensor, text), text };
    const made = new LimitedSensor(sensor, limits, isKept ? this.readings : undefined);
    if (isKept) known.set(text, made);
    return made;
  }

  /** The same row for all hosts that have the same limits: they keep one list of their sensors and not one each. */
  row(limited: readonly LimitedSensor[]): readonly LimitedSensor[] {
    const known = this.#rows.find((row) => row.length === limited.length && row.every((one, i) => one === limited[i]));
    if (known) return known;
    if (this.#rows.length < MOST_SETS) this.#rows.push(limited);
    return limited;
  }
}

function inEffect(sensor: PlannedSensor, text: string | undefined): Limits {
  if (text === undefined) {
    const { thresholds, compared, uncrossable, rearm } = sensor;
    return { thresholds, compared, uncrossable, rearm };
  }
  const { unit, definition } = sensor;
  const reported = parsedLimits(text);
  return unit && reported ? convertedLimits(definition, unit, reported) : {};
}
