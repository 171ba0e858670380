import { type ChassisFault, Health, type HostSnapshot } from "../model/index.ts";

/** The components of bmc_health, besides "system". */
export const COMPONENTS = [
  "thermal",
  "fan",
  "power",
  "memory",
  "processor",
  "storage",
  "security",
  "network",
  "management",
  "other",
] as const;
export type Component = (typeof COMPONENTS)[number];

/** The component of each sensor kind; any other kind is "other". */
export const COMPONENT_OF_KIND: ReadonlyMap<string, Component> = new Map<string, Component>([
  ["temperature", "thermal"],
  ["fan", "fan"],
  ["cooling_device", "fan"],
  ["voltage", "power"],
  ["current", "power"],
  ["power_supply", "power"],
  ["power_unit", "power"],
  ["battery", "power"],
  ["memory", "memory"],
  ["processor", "processor"],
  ["leak_detector", "thermal"],
  ["drive", "storage"],
  ["storage_controller", "storage"],
  ["volume", "storage"],
  ["physical_security", "security"],
  ["platform_security", "security"],
  ["lan", "network"],
  ["management_subsystem", "management"],
  ["microcontroller", "management"],
]);

export const componentOf = (kind: string): Component => COMPONENT_OF_KIND.get(kind) ?? "other";

/**
 * Component and health of each chassis fault. A cleared bit is no sign of health: many boards never set one. Intrusion
 * is a warning, because the bit stays set for years on boards without a switch.
 */
const FAULTS: Readonly<Record<ChassisFault, readonly [Component, Health]>> = {
  power: ["power", Health.Critical],
  power_control: ["power", Health.Critical],
  overload: ["power", Health.Critical],
  interlock: ["power", Health.Critical],
  cooling: ["fan", Health.Critical],
  drive: ["storage", Health.Critical],
  intrusion: ["security", Health.Warning],
};

/** The worst health of each component whose health is known. */
export function componentHealth(snapshot: HostSnapshot): ReadonlyMap<Component, Health> {
  const worst = new Map<Component, Health>();
  const add = (component: Component, health: Health): void => {
    const known = worst.get(component);
    if (known === undefined || health > known) worst.set(component, health);
  };
  for (const { kind, health } of snapshot.sensors ?? []) if (health !== undefined) add(componentOf(kind), health);
  const selfTest = snapshot.controller?.selfTest?.health;
  if (selfTest !== undefined) add("management", selfTest);
  const faults = snapshot.chassis?.faults;
  if (faults !== undefined)
    for (const fault of Object.keys(faults) as ChassisFault[]) if (faults[fault]) add(...FAULTS[fault]);
  return worst;
}
