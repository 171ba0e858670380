import type { Scenario } from "../bmc/misbehaviour.ts";

/** Each response is sent twice, the second time a little later. */
export function duplication(options: { readonly probability: number; readonly delayMs?: number }): Scenario {
  return ({ random }) => ({
    name: "duplication",
    deliver(packet, next) {
      next(packet);
      if (random.chance(options.probability)) next(packet, options.delayMs ?? 0);
    },
  });
}
