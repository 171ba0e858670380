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

/** What besides the answer decides what a reading means. */
export interface ReadingContext {
  readonly manufacturerId: number;
  readonly productId: number;
  /** Known to be off: fans stand still and voltages are gone, which is no fault. */
  readonly hostOff: boolean;
  /** The quirk: "scanning disabled" says nothing on this BMC. */
  readonly scanningDisabledIsValid: boolean;
}

/** What is special about one reading. */
export interface ReadingCase {
  /** For readings with factors of their own; else that of the plan. */
  readonly convert?: PlannedSensor["convert"];
  /** Mask of the limits that were crossed at the reading before; absent: there was none. */
  readonly held?: number;
  /** The part was present in an earlier poll: its absence is a change. */
  readonly wasPresent?: boolean;
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

const PLAIN: ReadingCase = {};

/** The answer to Get Sensor Reading in model words. */
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

/** What was answered, as it was: also where an off host's zero is no reading. Undefined where the BMC says there is none. */
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
 * Our own comparison where the limit is known, since the comparison bits of some BMCs lie (Intel SR1500,
 * SR2500, S5000PAL); the BMC's bits for limits it does not report.
 *
 * The bits have the BMC's hysteresis in them. Ours is made of the sensor's: a limit that was crossed at the
 * reading before stays crossed until the reading has gone back by more than the hysteresis, so that one that
 * jitters about its limit does not make the health flap. At the first reading the bits tell the past.
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

/** Mask of the limits that a sensor's states name: what the next reading has to come back from. */
export function heldLimits({ states }: Pick<Sensor, "states">): number {
  if (states.length === 0) return 0;
  return thresholdMask(THRESHOLD_NAMES.filter((name) => states.includes(crossedState(name))));
}

/** The worst of the asserted states; nothing asserted is fine, unless nobody knows what the states mean. */
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
