import type { Plant } from "./plant.ts";

/** Quantities of the whole machine. Temperatures are in degrees C, usages in percent. */
const SINGLE_QUANTITIES = [
  "inlet",
  "exhaust",
  "board",
  "chip_set",
  "bmc",
  "rear",
  "drive_bay",
  "airflow",
  "dc_watts",
  "input_watts",
  "cpu_watts_total",
  "gpu_watts_total",
  "memory_watts",
  "fan_watts",
  "cpu_usage",
  "memory_usage",
  "io_usage",
  "system_usage",
  "duty",
  "one",
] as const;
export type SingleQuantity = (typeof SINGLE_QUANTITIES)[number];

/** Quantities of each part; parts are counted from 1. */
const PART_QUANTITIES = {
  cpu: ["cpu_celsius", "cpu_vrm_celsius", "cpu_dimm_celsius", "cpu_watts"],
  fan: ["fan_rpm", "fan_health"],
  psu: ["psu_input_watts", "psu_output_watts", "psu_celsius", "psu_input_volts", "psu_input_amperes", "psu_load"],
  gpu: ["gpu_celsius", "gpu_memory_celsius", "gpu_watts"],
  rail: ["rail_ratio", "rail_fault"],
} as const;
export type PartKind = keyof typeof PART_QUANTITIES;
export type PartQuantity = (typeof PART_QUANTITIES)[PartKind][number];

/** Inner state of the model, which no sensor reports. */
const HIDDEN = ["load", "load_noise", "gpu_load", "gpu_noise", "inlet_shift", "load_floor"] as const;

/** A quantity of the machine or of one of its parts. `rail_ratio` is 1 at the nominal voltage. */
export type Source = readonly [quantity: SingleQuantity] | readonly [quantity: PartQuantity, part: number];

/** Places of the quantities in the numbers of a host. */
export interface Layout {
  readonly size: number;
  readonly single: Readonly<Record<SingleQuantity | (typeof HIDDEN)[number], number>>;
  /** First place of part 1 and the distance to the next part. */
  readonly base: Readonly<Record<PartKind, number>>;
  readonly count: Readonly<Record<PartKind, number>>;
}

export const STRIDE: Readonly<Record<PartKind, number>> = {
  cpu: PART_QUANTITIES.cpu.length,
  fan: PART_QUANTITIES.fan.length,
  psu: PART_QUANTITIES.psu.length,
  gpu: PART_QUANTITIES.gpu.length,
  rail: PART_QUANTITIES.rail.length,
};

export function layoutOf(plant: Plant, rails: number): Layout {
  const singles = [...SINGLE_QUANTITIES, ...HIDDEN];
  const single = Object.fromEntries(singles.map((name, i) => [name, i])) as Layout["single"];
  const count = {
    cpu: plant.processors.count,
    fan: plant.fans.maxRpm.length,
    psu: plant.supplies.count,
    gpu: plant.accelerators?.count ?? 0,
    rail: rails,
  };
  let size = singles.length;
  const place = (kind: PartKind): number => {
    const at = size;
    size += count[kind] * STRIDE[kind];
    return at;
  };
  const base = { cpu: place("cpu"), fan: place("fan"), psu: place("psu"), gpu: place("gpu"), rail: place("rail") };
  return { size, single, base, count };
}

/**
 * Place of a quantity.
 *
 * @throws RangeError for a part the plant does not have
 */
export function placeOf(layout: Layout, source: Source): number {
  const [quantity, part] = source;
  if (part === undefined) return layout.single[quantity as SingleQuantity];
  for (const kind of Object.keys(PART_QUANTITIES) as PartKind[]) {
    const names: readonly string[] = PART_QUANTITIES[kind];
    const offset = names.indexOf(quantity);
    if (offset < 0) continue;
    if (part < 1 || part > layout.count[kind])
      throw new RangeError(`there is no ${kind} ${part} of ${layout.count[kind]}`);
    return layout.base[kind] + (part - 1) * STRIDE[kind] + offset;
  }
  throw new RangeError(`${quantity} is not of a part`);
}
