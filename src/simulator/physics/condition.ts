import type { Plant } from "./plant.ts";

/** Condition of a part of the machine; it decides the states of its discrete sensors. */
export const CONDITIONS = [
  "ok",
  "absent",
  "failed",
  "input_lost",
  "predicted",
  "correctable",
  "logging_limit",
  "uncorrectable",
  "rebuilding",
  "throttled",
  "thermal_trip",
  "machine_check",
  "degraded",
  "lost",
  "off",
  "almost_full",
  "full",
  "open",
  "low",
] as const;
export type Condition = (typeof CONDITIONS)[number];

/** Parts with a condition. From "host" on a machine has one of each. */
export const COMPONENTS = [
  "psu",
  "fan",
  "cpu",
  "dimm",
  "drive",
  "rail",
  "host",
  "power",
  "cooling",
  "memory",
  "chassis",
  "battery",
  "log",
] as const;
export type Component = (typeof COMPONENTS)[number];

/** A part, counted from 1. */
interface Part {
  readonly component: Component;
  readonly part: number;
}

/** Places of the conditions in the bytes of a host. */
export interface ConditionLayout {
  readonly size: number;
  readonly base: Readonly<Record<Component, number>>;
  readonly count: Readonly<Record<Component, number>>;
}

export const codeOf = (condition: Condition): number => CONDITIONS.indexOf(condition);

/** The codes by name. */
export const CODE = Object.fromEntries(CONDITIONS.map((condition, code) => [condition, code])) as Readonly<
  Record<Condition, number>
>;

export function conditionLayoutOf(plant: Plant, rails: number): ConditionLayout {
  const count: Record<Component, number> = {
    psu: plant.supplies.count,
    fan: plant.fans.maxRpm.length,
    cpu: plant.processors.count,
    dimm: plant.dimms,
    drive: plant.drives,
    rail: rails,
    host: 1,
    power: 1,
    cooling: 1,
    memory: 1,
    chassis: 1,
    battery: 1,
    log: 1,
  };
  const base = { ...count };
  let size = 0;
  for (const component of COMPONENTS) {
    base[component] = size;
    size += count[component];
  }
  return { size, base, count };
}

/** @throws RangeError for a part the plant does not have */
export function conditionPlace(layout: ConditionLayout, { component, part }: Part): number {
  if (part < 1 || part > layout.count[component])
    throw new RangeError(`there is no ${component} ${part} of ${layout.count[component]}`);
  return layout.base[component] + part - 1;
}
