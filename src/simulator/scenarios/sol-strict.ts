import type { Scenario } from "../bmc/misbehaviour.ts";

/** SOL packets without the next sequence number are dropped, repetitions too, as OpenBMC does. */
export function solStrict(): Scenario {
  return () => ({ name: "sol strict", sol: { strict: true } });
}
