import { BEYOND, crossedState, crossedThresholds } from "../../ipmi/index.ts";
import { type Health, type Thresholds, worstHealth } from "../../model/index.ts";
import type { HealthWord } from "../../redfish/index.ts";

const HEALTH: Readonly<Record<HealthWord, Health>> = { OK: 0, Warning: 1, Critical: 2 };

export const healthOf = (word: HealthWord | undefined): Health | undefined =>
  word === undefined ? undefined : HEALTH[word];

/**
 * The worse of the health that the BMC reports and of our own comparison with the limits, and the crossed limits.
 * Without either there is no health.
 */
export function verdictOf(
  word: HealthWord | undefined,
  value: number | undefined,
  thresholds: Thresholds | undefined,
): { readonly health: Health | undefined; readonly states: readonly string[] } {
  const crossed = value !== undefined && thresholds ? crossedThresholds({ value, thresholds }) : undefined;
  const compared = crossed === undefined ? undefined : (worstHealth([0, ...crossed.map((name) => BEYOND[name])]) ?? 0);
  return { health: worstHealth([healthOf(word), compared]), states: (crossed ?? []).map(crossedState) };
}
