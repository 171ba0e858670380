import type { CompactSensorRecord } from "../../ipmi/records/sdr/compact-sensor.ts";
import type { EventOnlySensorRecord } from "../../ipmi/records/sdr/event-only-sensor.ts";
import type { FullSensorRecord, ThresholdRaws } from "../../ipmi/records/sdr/full-sensor.ts";
import type {
  SensorCapabilities,
  SensorKey,
  SensorMasks,
  SharedSensors,
} from "../../ipmi/records/sdr/sensor-record.ts";
import { EventType } from "../../ipmi/tables/event-type.ts";
import { THRESHOLD_NAMES, type ThresholdName } from "../../ipmi/tables/threshold.ts";
import { rawOf, type Scale } from "./scale.ts";
import type { AnalogSpec, DiscreteSpec, EventOnlySpec, Limits, SensorSpec, Words } from "./spec.ts";

const SDR_VERSION = 0x51;
const BMC = 0x20;
/** Scanning, events, limits, hysteresis and type are initialised; scanning and events are on. */
const INITIALISE_ALL = 0x7f;
const ALONE: SharedSensors = {
  count: 1,
  modifierType: 0,
  modifierOffset: 0,
  incrementsEntityInstance: false,
  direction: 0,
};

/** In the order of the masks. */
export const LIMIT_KEYS: readonly (keyof Limits)[] = ["lnc", "lc", "lnr", "unc", "uc", "unr"];

/** Offsets of the threshold events, in the order of the masks: going low, going high. */
export const CROSSING_OFFSETS: readonly number[] = [0, 2, 4, 7, 9, 11];

/** Bits of LIMIT_KEYS the sensor has. */
function limitMask(limits: Limits | undefined): number {
  return LIMIT_KEYS.reduce((mask, key, n) => (limits?.[key] === undefined ? mask : mask | (1 << n)), 0);
}

/** Events a threshold sensor sends, both directions alike. */
function crossingMask(limits: Limits | undefined): number {
  return CROSSING_OFFSETS.reduce((mask, offset, n) => ((limitMask(limits) >> n) & 1 ? mask | (1 << offset) : mask), 0);
}

function key(spec: SensorSpec, number: number): SensorKey {
  return {
    ownerId: spec.owner ?? BMC,
    channel: spec.channel ?? 0,
    fruOwnerLun: 0,
    ownerLun: 0,
    number,
    entityId: spec.entity[0],
    entityInstance: spec.entity[1],
  };
}

function analogMasks(spec: AnalogSpec): SensorMasks {
  if (spec.eventType !== EventType.Threshold) {
    const events = spec.words ? notOk(spec.words) : 0;
    return { assertion: events, deassertion: events, reading: spec.words ? allOf(spec.words) : 0 };
  }
  const mask = limitMask(spec.limits);
  const events = crossingMask(spec.limits);
  const settable = spec.thresholdAccess === "settable" ? mask << 8 : 0;
  return {
    assertion: ((mask & 0x07) << 12) | events,
    deassertion: ((mask >> 3) << 12) | events,
    reading: settable | mask,
  };
}

export function fullRecord(id: number, number: number, spec: AnalogSpec, scale: Scale): FullSensorRecord {
  const counts = spec.hysteresis === undefined ? 0 : Math.max(1, Math.round(spec.hysteresis / scale.step));
  const hasLimits = limitMask(spec.limits) !== 0;
  const thresholds = Object.fromEntries(
    THRESHOLD_NAMES.map((name: ThresholdName, n) => {
      const limit = spec.limits?.[LIMIT_KEYS[n] as keyof Limits];
      return [name, limit === undefined ? 0 : rawOf(scale, limit)];
    }),
  ) as ThresholdRaws;
  const capabilities: SensorCapabilities = {
    ignoreIfAbsent: false,
    autoRearm: true,
    hysteresis: hasLimits && counts > 0 ? "readable" : "none",
    thresholdAccess: hasLimits ? (spec.thresholdAccess ?? "readable") : "none",
    eventControl: hasLimits ? "per_state" : "no_events",
  };
  return {
    type: "full",
    id,
    version: SDR_VERSION,
    ...key(spec, number),
    initialisation: INITIALISE_ALL,
    capabilities,
    sensorType: spec.sensorType,
    eventType: spec.eventType,
    masks: analogMasks(spec),
    analogFormat: scale.analogFormat,
    units: { percentage: spec.percentage ?? false, rate: 0, modifierUse: 0, base: spec.unit, modifier: 0 },
    factors: scale.factors,
    direction: 1,
    specified: { nominalReading: true, normalMaximum: false, normalMinimum: false },
    nominalReading: rawOf(scale, spec.nominal),
    normalMaximum: 0,
    normalMinimum: 0,
    sensorMaximum: scale.highest & 0xff,
    sensorMinimum: scale.lowest & 0xff,
    thresholds,
    positiveHysteresis: hasLimits ? counts : 0,
    negativeHysteresis: hasLimits ? counts : 0,
    reserved: 0,
    oem: 0,
    name: spec.name,
  };
}

const allOf = (words: Words): number => Object.values(words).reduce((mask, states) => mask | states, 0);

/** By default all states that are not those of ok have events. */
const notOk = (words: Words): number => allOf(words) & ~words.ok;

/** All states of the words, and other possible ones. */
const possibleStates = (spec: DiscreteSpec): number => spec.possible ?? allOf(spec.words);

/** States whose beginning is an event. */
export function assertedEvents(spec: DiscreteSpec | AnalogSpec): number {
  if (spec.kind === "analog") return spec.words ? notOk(spec.words) : 0;
  return spec.asserts ?? possibleStates(spec) & ~spec.words.ok;
}

/** States whose end is an event. */
export function deassertedEvents(spec: DiscreteSpec | AnalogSpec): number {
  return spec.kind === "analog" ? assertedEvents(spec) : (spec.deasserts ?? assertedEvents(spec));
}

export function compactRecord(id: number, number: number, spec: DiscreteSpec): CompactSensorRecord {
  const assertion = assertedEvents(spec);
  const deassertion = deassertedEvents(spec);
  return {
    type: "compact",
    id,
    version: SDR_VERSION,
    ...key(spec, number),
    initialisation: INITIALISE_ALL,
    capabilities: {
      ignoreIfAbsent: spec.unreadable ?? false,
      autoRearm: true,
      hysteresis: "none",
      thresholdAccess: "none",
      eventControl: assertion === 0 ? "no_events" : "per_state",
    },
    sensorType: spec.sensorType,
    eventType: spec.eventType,
    masks: { assertion, deassertion, reading: possibleStates(spec) },
    analogFormat: "none",
    units: { percentage: false, rate: 0, modifierUse: 0, base: 0, modifier: 0 },
    shared: ALONE,
    positiveHysteresis: 0,
    negativeHysteresis: 0,
    reserved: 0,
    oem: 0,
    name: spec.name,
  };
}

export function eventOnlyRecord(id: number, number: number, spec: EventOnlySpec): EventOnlySensorRecord {
  return {
    type: "event_only",
    id,
    version: SDR_VERSION,
    ...key(spec, number),
    sensorType: spec.sensorType,
    eventType: spec.eventType,
    shared: ALONE,
    reserved: 0,
    oem: 0,
    name: spec.name,
  };
}
