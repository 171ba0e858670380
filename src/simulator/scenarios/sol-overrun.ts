import type { Scenario } from "../bmc/misbehaviour.ts";

/** The BMC reports that it lost output of the host. */
export function solOverrun({ probability }: { readonly probability: number }): Scenario {
  return ({ random }) => ({ name: "sol overrun", sol: { overruns: () => random.chance(probability) } });
}
