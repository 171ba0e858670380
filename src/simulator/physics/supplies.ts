import type { Random } from "../bmc/random.ts";
import type { Plant } from "./plant.ts";
import { type Layout, STRIDE } from "./quantity.ts";
import { FEEDS } from "./rack.ts";

/** Efficiency of a supply by its load, both as ratios. */
function efficiency(load: number): number {
  if (load < 0.1) return 0.78 + load * 1.1;
  if (load < 0.5) return 0.89 + (load - 0.1) * 0.125;
  return 0.94 - (load - 0.5) * 0.05;
}

/** Input of a working supply without load. */
const NO_LOAD_WATTS = 8;

/** Injected state of a supply. */
export type SupplyState = "ok" | "failed" | "absent" | "predicted";

/** The feed of the nth supply (from 0). */
export const feedOf = (supply: number): number => supply % FEEDS;

/**
 * Shares the power of the machine among the supplies that work and have input, and computes their input.
 *
 * @param volts at the input of each supply; 0: lost
 */
export function shareSupplies(
  v: Float32Array,
  at: Layout,
  plant: Plant,
  volts: (supply: number) => number,
  stateOf: (supply: number) => SupplyState,
  random: Random,
): void {
  const { count, capacityWatts } = plant.supplies;
  const dc = v[at.single.dc_watts] ?? 0;
  let live = 0;
  for (let n = 0; n < count; n++) if (volts(n) > 0 && delivers(stateOf(n))) live++;
  let input = 0;
  for (let n = 0, place = at.base.psu; n < count; n++, place += STRIDE.psu) {
    const feed = stateOf(n) === "absent" ? 0 : volts(n);
    const works = feed > 0 && delivers(stateOf(n));
    // Two supplies never share the load exactly evenly.
    const uneven = live > 1 ? 1 + (n % 2 === 0 ? 0.02 : -0.02) : 1;
    const out = works ? (dc / live) * uneven : 0;
    const drawn = works ? out / efficiency(out / capacityWatts) + NO_LOAD_WATTS : 0;
    const read = drawn * (1 + 0.004 * (random.next() - 0.5));
    const inlet = v[at.single.inlet] ?? 0;
    v[place] = read;
    v[place + 1] = out;
    v[place + 2] = inlet + 6 + 16 * (out / capacityWatts) + (works ? 4 : 0);
    v[place + 3] = feed;
    v[place + 4] = feed > 0 ? read / feed : 0;
    v[place + 5] = (100 * out) / capacityWatts;
    input += read;
  }
  v[at.single.input_watts] = input;
}

const delivers = (state: SupplyState): boolean => state === "ok" || state === "predicted";
