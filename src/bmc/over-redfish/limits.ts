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
 * The limits of a reading with the names of the model, in its base unit. Invalid limits are omitted:
 *
 * - An upper limit of 0 or less, unless the reading is a margin, which is negative itself. Supermicro X10 reports 0 for
 * all missing limits.
 * - A lower limit of 0 or less if the quantity is never negative, or if it is a voltage that is positive.
 * - Lower limits alone that rise from critical to caution in the wrong order are upper limits: iLO 4 2.54 reports an
 * inlet of 18 degrees with "lower" critical 46 and caution 42.
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
