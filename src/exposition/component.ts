import { type ChassisFault, Health, type HostSnapshot } from "../model/index.ts";

/** What bmc_health is broken down by, besides "system". */
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

/** Sensor kinds by component; a kind that is not here is "other". */
const COMPONENT_OF_KIND: ReadonlyMap<string, Component> = new Map<string, Component>([
  ["temperature", "thermal"],
  ["humidity", "thermal"],
  ["airflow", "thermal"],
  ["leak_detector", "thermal"],
  ["fan", "fan"],
  ["cooling_device", "fan"],
  ["voltage", "power"],
  ["current", "power"],
  ["power", "power"],
  ["energy", "power"],
  ["power_supply", "power"],
  ["power_unit", "power"],
  ["battery", "power"],
  ["memory", "memory"],
  ["processor", "processor"],
  ["drive", "storage"],
  ["drive_slot", "storage"],
  ["volume", "storage"],
  ["storage", "storage"],
  ["storage_controller", "storage"],
  ["physical_security", "security"],
  ["platform_security", "security"],
  ["chassis_intrusion", "security"],
  ["lan", "network"],
  ["network", "network"],
  ["network_adapter", "network"],
  ["management_subsystem", "management"],
  ["microcontroller", "management"],
  ["manager", "management"],
]);

export const componentOf = (kind: string): Component => COMPONENT_OF_KIND.get(kind) ?? "other";

/**
 * What a set fault bit of the chassis means. A cleared bit means nothing, many boards never set one.
 * Intrusion is a warning: the bit stays set for years on boards without a switch.
 */
const FAULT_MEANING: Readonly<Record<ChassisFault, readonly [Component, Health]>> = {
  power: ["power", Health.Critical],
  power_control: ["power", Health.Critical],
  overload: ["power", Health.Critical],
  interlock: ["power", Health.Critical],
  cooling: ["fan", Health.Critical],
  drive: ["storage", Health.Critical],
  intrusion: ["security", Health.Warning],
};

/** The worst health of each component that says anything. */
export function componentHealth(snapshot: HostSnapshot): ReadonlyMap<Component, Health> {
  const worst = new Map<Component, Health>();
  const say = (component: Component, health: Health): void => {
    const before = worst.get(component);
    if (before === undefined || health > before) worst.set(component, health);
  };
  for (const { kind, health } of snapshot.sensors ?? []) if (health !== undefined) say(componentOf(kind), health);
  const selfTest = snapshot.controller?.selfTest?.health;
  if (selfTest !== undefined) say("management", selfTest);
  const faults = snapshot.chassis?.faults;
  if (faults !== undefined)
    for (const fault of Object.keys(faults) as ChassisFault[]) if (faults[fault]) say(...FAULT_MEANING[fault]);
  return worst;
}
