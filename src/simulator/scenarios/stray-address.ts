import type { Scenario } from "../bmc/misbehaviour.ts";

/** Answers leave through another network card: right in every way but for the address they come from. */
export function strayAddress(options: { readonly probability: number }): Scenario {
  return ({ random }) => ({
    name: "stray address",
    deliver: (packet, next) => next(packet, 0, random.chance(options.probability)),
  });
}
