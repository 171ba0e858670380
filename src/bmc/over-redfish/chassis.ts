import { type ChassisState, worstHealth } from "../../model/index.ts";
import { type Chassis, type ComputerSystem, isPoweredOn } from "../../redfish/index.ts";
import { healthOf } from "./health.ts";

/**
 * Power and faults of a machine. It is on if any of its systems is on. Undefined if no system reports it, as on a power
 * shelf.
 */
export function chassisStateOf(
  systems: readonly ComputerSystem[],
  chassis: readonly Chassis[],
): ChassisState | undefined {
  const states = systems.map(isPoweredOn).filter((on) => on !== undefined);
  if (states.length === 0) return undefined;
  const intrusion = chassis.map((c) => c.intrusion).filter((word) => word !== undefined);
  return {
    powerOn: states.includes(true),
    faults: intrusion.length === 0 ? undefined : { intrusion: intrusion.some((word) => !/^normal$/i.test(word)) },
    identify: identifyOf(systems),
    systemHealth: worstHealth(systems.map(({ status }) => healthOf(status.healthRollup ?? status.health))),
  };
}

function identifyOf(systems: readonly ComputerSystem[]): boolean | undefined {
  for (const { locationIndicatorActive, indicator } of systems) {
    if (locationIndicatorActive !== undefined) return locationIndicatorActive;
    if (indicator !== undefined && !/^unknown$/i.test(indicator)) return /^(lit|blinking)$/i.test(indicator);
  }
  return undefined;
}
