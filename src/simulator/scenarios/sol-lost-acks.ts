import type { Scenario } from "../bmc/misbehaviour.ts";

/** Acknowledgements of SOL input get lost; the input does not. */
export function solLostAcks({ probability }: { readonly probability: number }): Scenario {
  return ({ random }) => ({ name: "sol lost acks", sol: { losesAck: () => random.chance(probability) } });
}
