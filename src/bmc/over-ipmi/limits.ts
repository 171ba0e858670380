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
 * Limits of sensors as their BMC tells them. Boards of a kind mostly have the same: each different set
 * exists once, however many hosts have it.
 */
export class LimitsCache {
  readonly #bySensor = new Map<PlannedSensor, Map<string, Thresholds | undefined>>();

  /** The limits in the sensor's base unit; undefined where there are none. Text that is no limits has none. */
  limitsOf(sensor: PlannedSensor, text: string): Thresholds | undefined {
    let known = this.#bySensor.get(sensor);
    if (!known) {
      known = new Map();
      this.#bySensor.set(sensor, known);
    }
    if (known.has(text)) return known.get(text);
    const { unit, definition } = sensor;
    const limits = unit && LIMITS_TEXT.test(text) ? thresholdsOf(definition, unit, rawsOf(text)) : undefined;
    if (known.size < MOST_SETS) known.set(text, limits);
    return limits;
  }
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
