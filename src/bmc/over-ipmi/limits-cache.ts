import { LimitedSensor, SensorCache } from "./limited-sensor.ts";
import { convertedLimits, type Limits, parsedLimits } from "./limits.ts";
import type { PlannedSensor } from "./planned-sensor.ts";

/** Maximum number of cached sets per sensor. More would not help with a BMC that reports other limits every time. */
const MOST_SETS = 64;

/**
 * The sensors of a plan with the limits that their BMCs report. Boards of the same model usually have equal limits, and
 * each different set exists once.
 */
export class LimitsCache {
  /** Cached readings of these sensors. */
  readonly readings = new SensorCache();
  readonly #rows: (readonly LimitedSensor[])[] = [];
  readonly #bySensor = new Map<PlannedSensor, Map<string | undefined, LimitedSensor>>();

  /**
   * The sensor with these limits.
   *
   * @param text see limitsText(); an invalid text means no limits, undefined those of the record
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

  /** The list of sensors, shared by all hosts with the same limits. */
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
