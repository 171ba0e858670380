import type { Quantity, ThresholdName, Thresholds } from "../../model/index.ts";
import type { Limits } from "../../redfish/index.ts";

const NAMES: readonly (readonly [keyof Limits, ThresholdName])[] = [
  ["lowerFatal", "lower_non_recoverable"],
  ["lowerCritical", "lower_critical"],
  ["lowerCaution", "lower_non_critical"],
  ["upperCaution", "upper_non_critical"],
  ["upperCritical", "upper_critical"],
  ["upperFatal", "upper_non_recoverable"],
];

/** Quantities that are never negative: a lower limit of 0 cannot be crossed. */
const NEVER_NEGATIVE: ReadonlySet<Quantity> = new Set([
  "fan_speed",
  "fan_ratio",
  "power",
  "energy",
  "humidity",
  "airflow",
]);

/**
 * The limits of a reading under the names of the model, in its base unit. What cannot be a limit is left out:
 *
 * - An upper limit of 0 or less belongs to a margin, which is negative itself; elsewhere it is none. Supermicro X10
 *   reports 0 for all limits of what is absent.
 * - A lower limit of 0 or less of what is never negative, or of a voltage that is positive.
 * - Lower limits alone that rise from critical to caution the wrong way round are upper ones: iLO 4 2.54 reports an
 *   inlet of 18 degrees with "lower" critical 46 and caution 42.
 *
 * @param scale factor to the base unit
 */
export function thresholdsOf(
  limits: Limits,
  { quantity, reading, scale = 1 }: { quantity: Quantity; reading: number | undefined; scale?: number },
): Thresholds | undefined {
  const thresholds: Partial<Record<ThresholdName, number>> = {};
  for (const [key, name] of NAMES) {
    const value = limits[key];
    if (value === undefined) continue;
    if (name.startsWith("upper") && value <= 0 && (reading === undefined || reading >= 0)) continue;
    const isPositive = NEVER_NEGATIVE.has(quantity) || (quantity === "voltage" && (reading ?? 0) >= 0);
    if (name.startsWith("lower") && value <= 0 && isPositive) continue;
    thresholds[name] = value * scale;
  }
  const sorted = asUpper(thresholds);
  return Object.keys(sorted).length === 0 ? undefined : sorted;
}

function asUpper(thresholds: Thresholds): Thresholds {
  const { lower_critical: critical, lower_non_critical: caution, ...others } = thresholds;
  if (critical === undefined || caution === undefined || critical <= caution) return thresholds;
  if (Object.keys(others).length > 0) return thresholds;
  return { upper_non_critical: caution, upper_critical: critical };
}
