import {
  type BaseUnit,
  convertThresholds,
  type Hysteresis,
  type RawThresholds,
  rearmPoints,
  type SensorDefinition,
  type SensorThresholds,
  THRESHOLD_NAMES,
  type ThresholdName,
  thresholdMask,
  toBaseUnit,
  uncrossableThresholds,
} from "../../ipmi/index.ts";
import type { Thresholds } from "../../model/index.ts";

const FIELDS: Readonly<Record<ThresholdName, keyof SensorThresholds>> = {
  lower_non_critical: "lowerNonCritical",
  lower_critical: "lowerCritical",
  lower_non_recoverable: "lowerNonRecoverable",
  upper_non_critical: "upperNonCritical",
  upper_critical: "upperCritical",
  upper_non_recoverable: "upperNonRecoverable",
};

const ABSENT = "--";

/** The limits of a sensor in its base unit, and how readings are compared with them. */
export interface Limits {
  /** Absent if there are no limits, or none that can be crossed. */
  readonly thresholds?: Thresholds;
  /** The limits that a reading can cross. */
  readonly compared?: Thresholds;
  /** Mask of the limits that no reading can cross, even if the BMC's comparison bits report it. */
  readonly uncrossable?: number;
  /** The last value at which a crossed limit still counts as crossed, for limits with hysteresis. */
  readonly rearm?: Thresholds;
}

/** Support for hysteresis according to the record. "none" may mean a built-in hysteresis that is not reported. */
export function recordedHysteresis({ capabilities, hysteresis }: SensorDefinition): Hysteresis | undefined {
  return capabilities === undefined || capabilities.hysteresis === "none" ? undefined : hysteresis;
}

/** Get Sensor Hysteresis takes precedence over the record: the value may have been set, or be missing in the record. */
export function asksHysteresis({ capabilities, hysteresis }: SensorDefinition): boolean {
  if (capabilities?.hysteresis === "settable") return true;
  const isSpecified = (counts: number | undefined): boolean =>
    counts !== undefined && counts !== 0x00 && counts !== 0xff;
  const isRecorded = isSpecified(hysteresis?.positive) || isSpecified(hysteresis?.negative);
  return capabilities?.hysteresis === "readable" && !isRecorded;
}

const hexByte = (value: number): string => value.toString(16).padStart(2, "0");

/**
 * Raw limits and hysteresis from the BMC as a text that can be saved and compared: "0a05--5f6469/0203" has the limits
 * in the order of the masks, then positive and negative hysteresis. Either may be missing; then the record applies.
 */
export function limitsText(answer: SensorThresholds | undefined, hysteresis?: Hysteresis): string {
  const limits = answer ? THRESHOLD_NAMES.map((name) => optionalByte(answer[FIELDS[name]])).join("") : "";
  return hysteresis ? `${limits}/${hexByte(hysteresis.positive)}${hexByte(hysteresis.negative)}` : limits;
}

const optionalByte = (value: number | undefined): string => (value === undefined ? ABSENT : hexByte(value));

const LIMITS_TEXT = /^((?:[0-9a-f]{2}|--){6})?(?:\/([0-9a-f]{2})([0-9a-f]{2}))?$/;

/** Raw values from the BMC; the others are those of the record. */
export interface ReportedLimits {
  readonly raws?: RawThresholds;
  readonly hysteresis?: Hysteresis;
}

/** The inverse of limitsText(); undefined for any other text. */
export function parsedLimits(text: string): ReportedLimits | undefined {
  const match = LIMITS_TEXT.exec(text);
  if (match === null) return undefined;
  const [, limits, positive, negative] = match;
  return {
    raws: limits === undefined ? undefined : rawsOf(limits),
    hysteresis:
      positive === undefined || negative === undefined
        ? undefined
        : { positive: Number.parseInt(positive, 16), negative: Number.parseInt(negative, 16) },
  };
}

export function hasLimits(answer: SensorThresholds): boolean {
  return THRESHOLD_NAMES.some((name) => answer[FIELDS[name]] !== undefined);
}

/** The readable limits under their names. */
export function rawLimits(answer: SensorThresholds): RawThresholds {
  const raws: Partial<Record<ThresholdName, number>> = {};
  for (const name of THRESHOLD_NAMES) {
    const raw = answer[FIELDS[name]];
    if (raw !== undefined) raws[name] = raw;
  }
  return raws;
}

function rawsOf(text: string): RawThresholds {
  const raws: Partial<Record<ThresholdName, number>> = {};
  for (const [i, name] of THRESHOLD_NAMES.entries()) {
    const digits = text.slice(2 * i, 2 * i + 2);
    if (digits !== ABSENT) raws[name] = Number.parseInt(digits, 16);
  }
  return raws;
}

/** Limits in the base unit: from the record, or from the BMC if it reported them. */
export function convertedLimits(definition: SensorDefinition, unit: BaseUnit, reported: ReportedLimits = {}): Limits {
  const { raws, hysteresis = recordedHysteresis(definition) } = reported;
  const thresholds = inBaseUnit(convertThresholds(definition, raws), unit);
  const uncrossable = uncrossableThresholds(definition, raws);
  const compared = thresholds && without(thresholds, uncrossable);
  return {
    thresholds: compared && thresholds,
    compared,
    uncrossable: uncrossable.length === 0 ? undefined : thresholdMask(uncrossable),
    rearm: hysteresis && inBaseUnit(rearmPoints(definition, hysteresis, raws), unit),
  };
}

/** The limits without some of them; undefined if none remains. */
function without(thresholds: Thresholds, names: readonly ThresholdName[]): Thresholds | undefined {
  if (names.length === 0) return thresholds;
  const entries = Object.entries(thresholds).filter(([name]) => !names.includes(name as ThresholdName));
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** Undefined if there are none. */
function inBaseUnit(values: Thresholds, unit: BaseUnit): Thresholds | undefined {
  const entries = Object.entries(values);
  if (entries.length === 0) return undefined;
  return Object.fromEntries(entries.map(([name, value]) => [name, toBaseUnit(value, unit)]));
}
