import {
  type BaseUnit,
  convertThresholds,
  type SensorDefinition,
  type SensorThresholds,
  THRESHOLD_NAMES,
  type ThresholdName,
  toBaseUnit,
} from "../../ipmi/index.ts";
import type { Thresholds } from "../../model/index.ts";
import { LimitedSensor, ToldSensors } from "./limited-sensor.ts";
import type { PlannedSensor } from "./sensor-plan.ts";

const FIELDS: Readonly<Record<ThresholdName, keyof SensorThresholds>> = {
  lower_non_critical: "lowerNonCritical",
  lower_critical: "lowerCritical",
  lower_non_recoverable: "lowerNonRecoverable",
  upper_non_critical: "upperNonCritical",
  upper_critical: "upperCritical",
  upper_non_recoverable: "upperNonRecoverable",
};

const ABSENT = "--";

/** Raw limits as text, "0a05--5f6469" in the order of the masks: to be kept in a file, and compared. */
export function limitsText(answer: SensorThresholds): string {
  return THRESHOLD_NAMES.map((name) => answer[FIELDS[name]]?.toString(16).padStart(2, "0") ?? ABSENT).join("");
}

/** Different sets kept of one sensor; a BMC that tells others all the time is not helped by more. */
const MOST_SETS = 64;

const LIMITS_TEXT = /^(?:[0-9a-f]{2}|--){6}$/;

/**
 * The sensors of a plan under the limits their BMCs tell. Boards of a kind mostly have the same: each
 * different set exists once, however many hosts have it.
 */
export class LimitsCache {
  /** What was read of these sensors. */
  readonly told = new ToldSensors();
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
    const limits = { thresholds: inEffect(sensor, text), text };
    const made = new LimitedSensor(sensor, limits, isKept ? this.told : undefined);
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

function inEffect(sensor: PlannedSensor, text: string | undefined): Thresholds | undefined {
  if (text === undefined) return sensor.thresholds;
  const { unit, definition } = sensor;
  return unit && LIMITS_TEXT.test(text) ? thresholdsOf(definition, unit, rawsOf(text)) : undefined;
}

function rawsOf(text: string): Partial<Record<ThresholdName, number>> {
  const raws: Partial<Record<ThresholdName, number>> = {};
  for (const [i, name] of THRESHOLD_NAMES.entries()) {
    const digits = text.slice(2 * i, 2 * i + 2);
    if (digits !== ABSENT) raws[name] = Number.parseInt(digits, 16);
  }
  return raws;
}

/**
 * Limits in the base unit: those of the record, or `raws` of Get Sensor Thresholds. Undefined where there
 * are none.
 */
export function thresholdsOf(
  definition: SensorDefinition,
  unit: BaseUnit,
  raws?: Readonly<Partial<Record<ThresholdName, number>>>,
): Thresholds | undefined {
  const converted = raws ? convertThresholds(definition, raws) : convertThresholds(definition);
  const entries = Object.entries(converted);
  if (entries.length === 0) return undefined;
  return Object.fromEntries(entries.map(([name, value]) => [name, toBaseUnit(value as number, unit)]));
}
