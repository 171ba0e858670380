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
  /** Absent where there are none, or where none of them can be crossed. */
  readonly thresholds?: Thresholds;
  /** Those that a reading can cross. */
  readonly compared?: Thresholds;
  /** Mask of those that no reading can cross, whatever the BMC's comparison bits say. */
  readonly uncrossable?: number;
  /** The last value at which a crossed limit still counts as crossed, for limits with hysteresis. */
  readonly rearm?: Thresholds;
}

/** What the record says of the hysteresis. "none" may mean a built-in one, which is reported nowhere. */
export function recordedHysteresis({ capabilities, hysteresis }: SensorDefinition): Hysteresis | undefined {
  return capabilities === undefined || capabilities.hysteresis === "none" ? undefined : hysteresis;
}

/** Get Sensor Hysteresis knows better than the record: somebody may have set it, or the record leaves it out. */
export function asksHysteresis({ capabilities, hysteresis }: SensorDefinition): boolean {
  if (capabilities?.hysteresis === "settable") return true;
  const isSpecified = (counts: number | undefined): boolean =>
    counts !== undefined && counts !== 0x00 && counts !== 0xff;
  const isRecorded = isSpecified(hysteresis?.positive) || isSpecified(hysteresis?.negative);
  return capabilities?.hysteresis === "readable" && !isRecorded;
}

const hexByte = (value: number): string => value.toString(16).padStart(2, "0");

/**
 * The raw limits and hysteresis as the BMC reported them, in a text that can be saved and compared:
 * "0a05--5f6469/0203" are limits in the order of the masks, and positive and negative hysteresis. Either may
 * be missing; then the record counts.
 */
export function limitsText(answer: SensorThresholds | undefined, hysteresis?: Hysteresis): string {
  const limits = answer ? THRESHOLD_NAMES.map((name) => optionalByte(answer[FIELDS[name]])).join("") : "";
  return hysteresis ? `${limits}/${hexByte(hysteresis.positive)}${hexByte(hysteresis.negative)}` : limits;
}

const optionalByte = (value: number | undefined): string => (value === undefined ? ABSENT : hexByte(value));

const LIMITS_TEXT = /^((?:[0-9a-f]{2}|--){6})?(?:\/([0-9a-f]{2})([0-9a-f]{2}))?$/;

/** What the BMC reported, in raw counts; the rest is as the record has it. */
export interface ReportedLimits {
  readonly raws?: RawThresholds;
  readonly hysteresis?: Hysteresis;
}

/** What limitsText() made a text of; undefined for any other. */
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

/** Limits in the base unit: those of the record, or those that the BMC reported instead. */
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

/** The limits but for some; undefined where nothing remains. */
function without(thresholds: Thresholds, names: readonly ThresholdName[]): Thresholds | undefined {
  if (names.length === 0) return thresholds;
  const entries = Object.entries(thresholds).filter(([name]) => !names.includes(name as ThresholdName));
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** Undefined where there are none. */
function inBaseUnit(values: Thresholds, unit: BaseUnit): Thresholds | undefined {
  const entries = Object.entries(values);
  if (entries.length === 0) return undefined;
  return Object.fromEntries(entries.map(([name, value]) => [name, toBaseUnit(value, unit)]));
}
