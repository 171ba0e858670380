import type { Scenario } from "../bmc/misbehaviour.ts";

/** Answers come twice, the second a little later. */
export function duplication(options: { readonly probability: number; readonly delayMs?: number }): Scenario {
  return ({ random }) => ({
    name: "duplication",
    deliver(packet, next) {
      next(packet);
      if (random.chance(options.probability)) next(packet, options.delayMs ?? 0);
    },
  });
}
