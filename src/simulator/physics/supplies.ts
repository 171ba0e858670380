import type { Random } from "../bmc/random.ts";
import type { Plant } from "./plant.ts";
import { type Layout, STRIDE } from "./quantity.ts";
import { FEEDS } from "./rack.ts";

/** Share of the input that comes out, by the share of what the supply could give. */
function efficiency(load: number): number {
  if (load < 0.1) return 0.78 + load * 1.1;
  if (load < 0.5) return 0.89 + (load - 0.1) * 0.125;
  return 0.94 - (load - 0.5) * 0.05;
}

/** A live supply without load draws so much. */
const NO_LOAD_WATTS = 8;

/** How the nth supply (from 0) is. */
export type SupplyState = "ok" | "failed" | "absent" | "predicted";

/** The feed of the nth supply (from 0). */
export const feedOf = (supply: number): number => supply % FEEDS;

/**
 * Shares the machine's power among the supplies that have input and work, and works out what they draw.
 *
 * @param volts at the input of each feed; 0: it is gone
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
    // Supplies of a pair never share quite evenly.
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
