import { bit } from "../wire/bytes.ts";

/**
 * The six limits of a threshold sensor in the order of the masks (IPMI 2.0 tables 35-9, 35-15, 43-1):
 * bit 0 LNC, 1 LC, 2 LNR, 3 UNC, 4 UC, 5 UNR.
 */
export const THRESHOLD_NAMES = [
  "lower_non_critical",
  "lower_critical",
  "lower_non_recoverable",
  "upper_non_critical",
  "upper_critical",
  "upper_non_recoverable",
] as const;
export type ThresholdName = (typeof THRESHOLD_NAMES)[number];

/** Limits in the unit of the reading; what the sensor does not have is absent. */
export type Thresholds = Readonly<Partial<Record<ThresholdName, number>>>;

/** Health of a sensor beyond each limit: 1 warning, 2 critical, 3 non-recoverable. */
export const BEYOND: Readonly<Record<ThresholdName, 1 | 2 | 3>> = {
  lower_non_critical: 1,
  lower_critical: 2,
  lower_non_recoverable: 3,
  upper_non_critical: 1,
  upper_critical: 2,
  upper_non_recoverable: 3,
};

/** Comparison of a reading with its limits. */
export interface ThresholdVerdict {
  /** 0 within the limits, 1 warning, 2 critical, 3 non-recoverable. */
  readonly health: 0 | 1 | 2 | 3;
  /** at_or_below_lower_critical, at_or_above_upper_non_critical ...; every crossed limit. */
  readonly states: readonly string[];
}

/** A reading beside its limits, all in one unit. */
export interface LimitedReading {
  readonly value: number;
  readonly thresholds: Thresholds;
  /**
   * Where a limit that was crossed counts as crossed no more, for limits with hysteresis: the last value that
   * still counts. Hysteresis is that between here and the limit the past decides.
   */
  readonly rearm?: Thresholds;
  /** Mask of the limits that were crossed before. */
  readonly held?: number;
}

/**
 * The limits a reading is beyond: at or past them, or come back from them by less than the hysteresis.
 * Undefined for limits that contradict each other; see `thresholdHealth`.
 */
export function crossedThresholds(reading: LimitedReading): readonly ThresholdName[] | undefined {
  const { value, thresholds, rearm, held = 0 } = reading;
  if (contradictory(thresholds)) return undefined;
  return THRESHOLD_NAMES.filter(
    (name, i) =>
      crosses(value, name, thresholds[name]) || (bit(held, i) && isWithinBand(value, name, rearm, thresholds)),
  );
}

function isWithinBand(value: number, name: ThresholdName, rearm: Thresholds | undefined, limits: Thresholds): boolean {
  return limits[name] !== undefined && crosses(value, name, rearm?.[name]);
}

/** The names whose bit is set in a readable, settable or comparison mask. */
export function thresholdsIn(mask: number): readonly ThresholdName[] {
  return THRESHOLD_NAMES.filter((_, i) => bit(mask, i));
}

/** The mask of some names; the other way round of `thresholdsIn`. */
export function thresholdMask(names: Iterable<ThresholdName>): number {
  let mask = 0;
  for (const name of names) mask |= 1 << THRESHOLD_NAMES.indexOf(name);
  return mask;
}

/**
 * The verdict of the BMC (`comparison`: the status byte of Get Sensor Reading, 5:0) or our own
 * (`value` against `thresholds`, both in the same unit).
 *
 * Undefined for limits that contradict each other, a lower one at or above an upper one: HP DL140 G3
 * and ML160 G6 publish such. Comparison bits may be wrong too: Intel SR1500, SR2500 and S5000PAL set
 * them without a crossing, others set only the highest; a reader that has the limits prefers them.
 */
export function thresholdHealth(
  input: { readonly comparison: number } | { readonly value: number; readonly thresholds: Thresholds },
): ThresholdVerdict | undefined {
  if ("comparison" in input) return verdict(thresholdsIn(input.comparison));
  const crossed = crossedThresholds(input);
  return crossed && verdict(crossed);
}

function verdict(crossed: readonly ThresholdName[]): ThresholdVerdict {
  let health: ThresholdVerdict["health"] = 0;
  for (const name of crossed) if (BEYOND[name] > health) health = BEYOND[name];
  return { health, states: crossed.map(crossedState) };
}

const isLower = (name: ThresholdName): boolean => name.startsWith("lower_");

/** The word for a crossed limit: at_or_above_upper_critical. */
export const crossedState = (name: ThresholdName): string => `at_or_${isLower(name) ? "below" : "above"}_${name}`;

function crosses(value: number, name: ThresholdName, limit: number | undefined): boolean {
  if (limit === undefined) return false;
  return isLower(name) ? value <= limit : value >= limit;
}

function contradictory(thresholds: Thresholds): boolean {
  let lower = Number.NEGATIVE_INFINITY;
  let upper = Number.POSITIVE_INFINITY;
  for (const name of THRESHOLD_NAMES) {
    const limit = thresholds[name];
    if (limit === undefined) continue;
    if (isLower(name)) lower = Math.max(lower, limit);
    else upper = Math.min(upper, limit);
  }
  return lower >= upper;
}
