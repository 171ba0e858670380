import {
  assertedStates,
  BEYOND,
  crossedState,
  crossedThresholds,
  fromBaseUnit,
  type SensorReading,
  statesOf,
  THRESHOLD_NAMES,
  type ThresholdName,
  thresholdMask,
  thresholdsIn,
} from "../../ipmi/index.ts";
import {
  type CodedReading,
  DISAPPEARED,
  Health,
  type NoReading,
  type Presence,
  type Sensor,
  type Thresholds,
  worstHealth,
} from "../../model/index.ts";
import type { Limits } from "./limits.ts";
import type { PlannedSensor } from "./planned-sensor.ts";
import { presenceOf } from "./presence.ts";

/** What else decides the meaning of a reading. */
export interface ReadingContext {
  readonly manufacturerId: number;
  readonly productId: number;
  /** The host is known to be off: stopped fans and missing voltages are no faults. */
  readonly hostOff: boolean;
  /** The quirk: "scanning disabled" is meaningless on this BMC. */
  readonly scanningDisabledIsValid: boolean;
}

/** Properties of a single reading. */
export interface ReadingCase {
  /** Conversion with factors for this reading; default: that of the plan. */
  readonly convert?: PlannedSensor["convert"];
  /** Mask of the limits that were crossed at the previous reading; absent if there was none. */
  readonly held?: number;
  /** The part was present in an earlier poll: its absence is a change. */
  readonly wasPresent?: boolean;
}

const NO_STATES: readonly string[] = [];

/** A sensor without a reading: known to exist, without value and health. */
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

const PLAIN: ReadingCase = {};

/** The response of Get Sensor Reading in terms of the model. */
export function sensorOf(
  sensor: PlannedSensor,
  reading: SensorReading,
  limits: Limits,
  context: ReadingContext,
  { convert = sensor.convert, held, wasPresent = false }: ReadingCase = PLAIN,
): Sensor {
  const absent = noReadingOf(sensor, reading, context);
  const { thresholds } = limits;
  if (absent) return unread(sensor, absent, thresholds);
  const value = sensor.unit ? convert(reading.raw) : undefined;
  const verdict =
    sensor.definition.class === "threshold"
      ? thresholdVerdict(sensor, reading, value, limits, held)
      : discreteVerdict(sensor, reading, context, wasPresent);
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
    presence: verdict.presence,
  };
}

/** The unchanged response, also if the 0 of an off host is not a reading. Undefined if the BMC reports no reading. */
export function codedReading(
  sensor: PlannedSensor,
  reading: SensorReading,
  context: ReadingContext,
  convert = sensor.convert,
): CodedReading | undefined {
  if (noReadingOf(sensor, reading, { ...context, hostOff: false })) return undefined;
  const based = sensor.unit ? convert(reading.raw) : undefined;
  return {
    record: sensor.codes,
    value: based === undefined || !sensor.unit ? undefined : fromBaseUnit(based, sensor.unit),
    asserted: reading.states,
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
  readonly presence?: Presence;
}

const FINE: Verdict = { health: 0, states: NO_STATES };
const UNKNOWN: Verdict = { states: NO_STATES };

/**
 * Compares with known limits itself, because the comparison bits of some BMCs are wrong (Intel SR1500, SR2500,
 * S5000PAL). For limits that the BMC does not report, its bits are used.
 *
 * The bits include the BMC's hysteresis. Ours uses the hysteresis of the sensor: a limit that was crossed at the
 * previous reading stays crossed until the reading has returned by more than the hysteresis, so that a reading that
 * jitters around a limit does not make the health flap. At the first reading, the bits replace the previous state.
 */
function thresholdVerdict(
  sensor: PlannedSensor,
  reading: SensorReading,
  value: number | undefined,
  { compared: thresholds, uncrossable = 0, rearm }: Limits,
  held = reading.comparison,
): Verdict {
  const own = value !== undefined && thresholds ? crossedThresholds({ value, thresholds, rearm, held }) : undefined;
  const bits = reading.comparison & ~uncrossable;
  if (!own) return reading.stateBytes === 0 ? UNKNOWN : crossedVerdict(sensor, thresholdsIn(bits));
  const others = bits === 0 ? 0 : bits & ~thresholdMask(THRESHOLD_NAMES.filter((n) => thresholds?.[n] !== undefined));
  return crossedVerdict(sensor, others === 0 ? own : [...own, ...thresholdsIn(others)]);
}

function crossedVerdict({ grade }: PlannedSensor, crossed: readonly ThresholdName[]): Verdict {
  if (crossed.length === 0) return FINE;
  const states = crossed.map(crossedState);
  const healths = crossed.map((name, i) => grade?.(states[i] as string, BEYOND[name]) ?? BEYOND[name]);
  return { health: worstHealth(healths), states };
}

/** Mask of the crossed limits in the states of a sensor, for the hysteresis of the next reading. */
export function heldLimits({ states }: Pick<Sensor, "states">): number {
  if (states.length === 0) return 0;
  return thresholdMask(THRESHOLD_NAMES.filter((name) => states.includes(crossedState(name))));
}

/** The worst severity of the asserted states. Without a state it is ok, unless the meaning of the states is unknown. */
function discreteVerdict(
  sensor: PlannedSensor,
  reading: SensorReading,
  { manufacturerId, productId }: ReadingContext,
  wasPresent: boolean,
): Verdict {
  const { eventType, sensorType } = sensor.definition;
  if (reading.stateBytes === 0) return UNKNOWN;
  const subject = { eventType, sensorType, manufacturerId, productId };
  const asserted = assertedStates(eventType, sensorType, reading.states, manufacturerId, productId);
  const { grade } = sensor;
  const graded = asserted.map(({ state, severity }) => ({ state, health: grade?.(state, severity) ?? severity }));
  const presence = presenceOf(
    subject,
    asserted.map(({ state }) => state),
  );
  if (wasPresent && presence === "absent")
    graded.push({ state: DISAPPEARED, health: grade?.(DISAPPEARED, Health.Warning) ?? Health.Warning });
  if (graded.length === 0) return { ...(statesOf(subject).length > 0 ? FINE : UNKNOWN), presence };
  return { health: worstHealth(graded.map(({ health }) => health)), states: graded.map((s) => s.state), presence };
}
