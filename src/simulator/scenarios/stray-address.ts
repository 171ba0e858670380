import type { Scenario } from "../bmc/misbehaviour.ts";

/** Responses leave through another network card: they are correct, but come from another address. */
export function strayAddress(options: { readonly probability: number }): Scenario {
  return ({ random }) => ({
    name: "stray address",
    deliver: (packet, next) => next(packet, 0, random.chance(options.probability)),
  });
}
