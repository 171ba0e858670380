import {
  BEYOND,
  CompletionCodeError,
  convertRaw,
  crossedState,
  entityName,
  eventTypeTitle,
  formulaText,
  type Hysteresis,
  linearisationName,
  type SensorReading,
  type SensorThresholds,
  sensorTypeTitle,
  statesOf,
  THRESHOLD_NAMES,
  type ThresholdName,
  toBaseUnit,
  unitText,
} from "../../ipmi/index.ts";
import { HEALTH_WORDS, type NoReading, type Sensor } from "../../model/index.ts";
import type { Exchange, LimitExplanation, SensorExplanation, StateExplanation } from "../explanation.ts";
import type { Roles } from "../roles.ts";
import type { Severities } from "../severities.ts";
import { convertedLimits, type ReportedLimits, rawLimits, recordedHysteresis } from "./limits.ts";
import type { PlannedSensor } from "./planned-sensor.ts";
import type { RecordedCall } from "./recording-runner.ts";
import { subjectOf } from "./ruled-plan.ts";

/** All data about one sensor of a host. */
export interface SensorEvidence {
  readonly sensor: PlannedSensor;
  /** The record that describes it. */
  readonly record?: Uint8Array;
  /** The result of the poll; absent if the sensor was not read. */
  readonly reported?: Sensor;
  readonly calls: readonly RecordedCall[];
  readonly excluded: boolean;
  readonly manufacturerId: number;
  readonly productId: number;
  readonly roles?: Roles;
  readonly severities?: Severities;
}

const hexByte = (value: number): string => value.toString(16).padStart(2, "0");
const hex = (bytes: Uint8Array | undefined): string | undefined => bytes && Buffer.from(bytes).toString("hex");

/** Explains the result of a sensor from the data about it. */
export function explainSensor(evidence: SensorEvidence): SensorExplanation {
  const { sensor, reported, calls, roles, manufacturerId } = evidence;
  const { definition, unit } = sensor;
  const { recordId, recordType, ownerId, channel, ownerLun, number, sensorType, eventType, entityId } = definition;
  const subject = { name: sensor.name, kind: sensor.kind, quantity: unit?.quantity, entityId, manufacturerId };
  const reading = responseOf<SensorReading>(calls, "Get Sensor Reading");
  const states = reported ? reported.states.map((state) => explainState(evidence, state)) : [];
  return {
    id: sensor.id,
    name: sensor.name,
    kind: sensor.kind,
    sensorType: `${sensorTypeTitle(sensorType)} (${hexByte(sensorType)}h)`,
    eventType: `${eventTypeTitle(eventType)} (${hexByte(eventType)}h)`,
    entity: sensor.entity,
    entityName: entityName(entityId),
    owner: ownerText(ownerId, channel),
    lun: ownerLun,
    number,
    record: { id: `0x${recordId.toString(16).padStart(4, "0")}`, type: recordType, bytes: hex(evidence.record) },
    role: sensor.role,
    roleRule: roles?.ruleOf(subject)?.origin,
    exchanges: calls.map(exchangeOf),
    reading: reading && {
      raw: reading.raw,
      eventMessagesEnabled: reading.eventMessagesEnabled,
      scanningEnabled: reading.scanningEnabled,
      unavailable: reading.unavailable,
      stateBits: reading.stateBytes === 0 ? "not given" : `0x${reading.states.toString(16).padStart(4, "0")}`,
    },
    conversion: conversionOf(sensor, reading?.raw),
    quantity: unit?.quantity,
    value: reported?.value,
    unit: unit?.unit,
    ...limitsOf(sensor, calls),
    states,
    health: reported?.health,
    healthWhy: healthWhy(evidence, states),
    noReading: noReadingWhy(evidence, reading),
    excluded: evidence.excluded,
  };
}

function ownerText(ownerId: number, channel: number): string {
  if (ownerId === 0x20) return "the BMC (20h)";
  if (ownerId & 1) return `system software (${hexByte(ownerId)}h)`;
  return `controller ${hexByte(ownerId)}h on channel ${channel}`;
}

function exchangeOf({ command, data, error }: RecordedCall): Exchange {
  const reported = { command, response: hex(data) };
  if (error === undefined) return reported;
  const completionCode = error instanceof CompletionCodeError ? hexByte(error.completionCode) : undefined;
  return { ...reported, completionCode, error: error instanceof Error ? error.message : String(error) };
}

/** The last response to a command. Its type follows from the name of the command. */
function responseOf<R>(calls: readonly RecordedCall[], command: string): R | undefined {
  return calls.findLast((call) => call.command === command && call.response !== undefined)?.response as R | undefined;
}

function conversionOf(sensor: PlannedSensor, raw: number | undefined): SensorExplanation["conversion"] {
  const { definition, unit } = sensor;
  const { factors, units, analogFormat } = definition;
  if (!factors || !units || !unit) return undefined;
  const { m, b, bExponent, rExponent, linearisation } = factors;
  const isBase = unit.factor === 1 && unit.offset === 0;
  const offset = unit.offset === 0 ? "" : ` ${unit.offset < 0 ? "−" : "+"} ${short(Math.abs(unit.offset))}`;
  return {
    format: analogFormat,
    m,
    b,
    bExponent,
    rExponent,
    linearisation: linearisationName(linearisation),
    formula: raw === undefined ? undefined : formulaText(definition, raw),
    unit: unitText(units),
    base: isBase ? undefined : `× ${short(unit.factor)}${offset} = ${unit.unit}`,
  };
}

const short = (value: number): number => Number(value.toPrecision(6));

function limitsOf(
  sensor: PlannedSensor,
  calls: readonly RecordedCall[],
): Pick<SensorExplanation, "limits" | "hysteresis"> {
  const { definition, unit } = sensor;
  const asked = responseOf<SensorThresholds>(calls, "Get Sensor Thresholds");
  const askedHysteresis = responseOf<Hysteresis>(calls, "Get Sensor Hysteresis");
  const hysteresis = askedHysteresis ?? recordedHysteresis(definition);
  const support = definition.capabilities?.hysteresis;
  const reported: ReportedLimits = { raws: asked && rawLimits(asked), hysteresis: askedHysteresis };
  const { thresholds = {}, rearm } = unit && !definition.nonLinear ? convertedLimits(definition, unit, reported) : {};
  const raws = reported.raws ?? definition.thresholdRaws ?? {};
  const rawOf = (name: ThresholdName): string | undefined => {
    const other = name.replace(/^(lower|upper)/, (side) => (side === "lower" ? "upper" : "lower")) as ThresholdName;
    const raw = [raws[name], raws[other]].find((r) => {
      const value = r === undefined || !unit ? undefined : convertRaw(definition, r);
      return value !== undefined && unit && toBaseUnit(value, unit) === thresholds[name];
    });
    return raw === undefined ? undefined : hexByte(raw);
  };
  const limits = THRESHOLD_NAMES.flatMap((name): LimitExplanation[] => {
    const value = thresholds[name];
    if (value === undefined) return [];
    return [{ name, raw: rawOf(name), value, from: asked ? "Get Sensor Thresholds" : "record", rearm: rearm?.[name] }];
  });
  if (definition.class !== "threshold" || support === undefined || !hysteresis) return { limits };
  const from = askedHysteresis ? "Get Sensor Hysteresis" : "record";
  return { limits, hysteresis: { support, positive: hysteresis.positive, negative: hysteresis.negative, from } };
}

function explainState(evidence: SensorEvidence, state: string): StateExplanation {
  const { sensor, severities, manufacturerId, productId } = evidence;
  const { eventType, sensorType } = sensor.definition;
  const limit = THRESHOLD_NAMES.find((name) => crossedState(name) === state);
  const rows = statesOf({ eventType, sensorType, manufacturerId, productId });
  const builtIn = limit ? BEYOND[limit] : (rows.find((row) => row.state === state)?.asserted ?? 0);
  const grade = severities?.gradeOf(subjectOf(sensor, manufacturerId, productId), state, {
    asserted: builtIn,
    deasserted: 0,
  });
  return { state, severity: HEALTH_WORDS[grade?.asserted ?? builtIn], rule: grade?.rule?.origin };
}

function healthWhy({ reported, sensor }: SensorEvidence, states: readonly StateExplanation[]): string {
  if (reported?.health === undefined) {
    if (!reported || reported.noReading) return "no health: there is no reading";
    return "no health: the meaning of its states is unknown, or it reported none";
  }
  if (states.length === 0) {
    const isLimited = sensor.definition.class === "threshold";
    return isLimited ? "no limit is crossed" : "no state is asserted";
  }
  const worst = HEALTH_WORDS[reported.health];
  return `${states
    .filter(({ severity }) => severity === worst)
    .map(({ state }) => state)
    .join(", ")} is ${worst}`;
}

const NO_READING: Readonly<Record<NoReading, string>> = {
  unavailable: "the BMC reports no reading at present",
  scanning_disabled: "the BMC does not scan the sensor (scanning enabled is 0)",
  not_present: "the BMC reports that the sensor is not present",
  not_analog: "the raw reading has no value",
  not_asked: "its owner is a controller behind the BMC, and sensors.bridge of the module is off",
};

function noReadingWhy({ sensor, reported, calls, excluded }: SensorEvidence, reading: SensorReading | undefined) {
  const { definition } = sensor;
  if (!definition.readable) {
    const why = definition.recordType === "event_only" ? "its record is event-only" : "system software owns it";
    return `it cannot be read: ${why}`;
  }
  if (excluded) return "a rule of the configuration excludes it";
  if (!reported) return "the poll timed out before it was read";
  if (reported.noReading === undefined) return undefined;
  const refusal = calls.findLast(({ command }) => command === "Get Sensor Reading")?.error;
  if (!reading && refusal instanceof Error) return refusal.message;
  if (reported.noReading === "unavailable" && reading?.unavailable)
    return "the BMC reports: reading or state unavailable";
  if (reported.noReading === "unavailable" && reading) return "the host is off, so a reading of 0 has no meaning";
  return NO_READING[reported.noReading];
}
