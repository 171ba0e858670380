import {
  assertedStates,
  type SensorReading,
  statesOf,
  THRESHOLD_NAMES,
  thresholdHealth,
  thresholdMask,
  thresholdsIn,
} from "../../ipmi/index.ts";
import { type Health, type NoReading, type Sensor, type Thresholds, worstHealth } from "../../model/index.ts";
import type { PlannedSensor } from "./sensor-plan.ts";

/** What besides the answer decides what a reading means. */
export interface ReadingContext {
  readonly manufacturerId: number;
  readonly productId: number;
  /** Known to be off: fans stand still and voltages are gone, which is no fault. */
  readonly hostOff: boolean;
  /** The quirk: "scanning disabled" says nothing on this BMC. */
  readonly scanningDisabledIsValid: boolean;
}

const NO_STATES: readonly string[] = [];

/** A sensor without a reading: known to exist, nothing to say about. */
export function unread(sensor: PlannedSensor, noReading: NoReading, thresholds?: Thresholds): Sensor {
  return {
    name: sensor.name,
    id: sensor.id,
    entity: sensor.entity,
    kind: sensor.kind,
    role: sensor.role,
    quantity: sensor.unit?.quantity,
    unit: sensor.unit?.unit,
    noReading,
    thresholds,
    states: NO_STATES,
  };
}

/** The answer to Get Sensor Reading in model words. */
export function sensorOf(
  sensor: PlannedSensor,
  reading: SensorReading,
  thresholds: Thresholds | undefined,
  context: ReadingContext,
  convert: PlannedSensor["convert"] = sensor.convert,
): Sensor {
  const absent = noReadingOf(sensor, reading, context);
  if (absent) return unread(sensor, absent, thresholds);
  const value = sensor.unit ? convert(reading.raw) : undefined;
  const verdict =
    sensor.definition.class === "threshold"
      ? thresholdVerdict(value, thresholds, reading)
      : discreteVerdict(sensor, reading, context);
  return {
    name: sensor.name,
    id: sensor.id,
    entity: sensor.entity,
    kind: sensor.kind,
    role: sensor.role,
    quantity: sensor.unit?.quantity,
    unit: sensor.unit?.unit,
    value,
    noReading: value === undefined && sensor.unit ? "not_analog" : undefined,
    thresholds,
    health: verdict.health,
    states: verdict.states,
  };
}

function noReadingOf(sensor: PlannedSensor, reading: SensorReading, context: ReadingContext): NoReading | undefined {
  if (reading.unavailable) return "unavailable";
  if (!reading.scanningEnabled && !(context.scanningDisabledIsValid && reading.raw !== 0)) return "scanning_disabled";
  const quantity = sensor.unit?.quantity;
  const dead = quantity === "fan_speed" || quantity === "fan_ratio" || quantity === "voltage";
  return context.hostOff && dead && reading.raw === 0 ? "unavailable" : undefined;
}

interface Verdict {
  readonly health?: Health;
  readonly states: readonly string[];
}

const FINE: Verdict = { health: 0, states: NO_STATES };
const UNKNOWN: Verdict = { states: NO_STATES };

/**
 * Our own comparison where the limit is known, since the comparison bits of some BMCs lie (Intel SR1500,
 * SR2500, S5000PAL); the BMC's bits for limits it keeps to itself.
 */
function thresholdVerdict(value: number | undefined, limits: Thresholds | undefined, reading: SensorReading): Verdict {
  const bits = reading.comparison;
  const own = value !== undefined && limits ? thresholdHealth({ value, thresholds: limits }) : undefined;
  if (!own)
    return reading.stateBytes === 0 ? UNKNOWN : bits === 0 ? FINE : (thresholdHealth({ comparison: bits }) ?? FINE);
  const untold = bits === 0 ? 0 : bits & ~thresholdMask(THRESHOLD_NAMES.filter((name) => limits?.[name] !== undefined));
  if (untold === 0) return own.health === 0 ? FINE : own;
  const theirs = thresholdHealth({ comparison: thresholdMask(thresholdsIn(untold)) });
  return { health: worstHealth([own.health, theirs?.health]), states: [...own.states, ...(theirs?.states ?? [])] };
}

/** The worst of the asserted states; nothing asserted is fine, unless nobody knows what the states mean. */
function discreteVerdict(sensor: PlannedSensor, reading: SensorReading, context: ReadingContext): Verdict {
  const { eventType, sensorType } = sensor.definition;
  const { manufacturerId, productId } = context;
  if (reading.stateBytes === 0) return UNKNOWN;
  const asserted = assertedStates(eventType, sensorType, reading.states, manufacturerId, productId);
  if (asserted.length > 0) {
    return { health: worstHealth(asserted.map((s) => s.severity)), states: asserted.map((s) => s.state) };
  }
  return statesOf({ eventType, sensorType, manufacturerId, productId }).length > 0 ? FINE : UNKNOWN;
}
