import type { Scenario } from "../bmc/misbehaviour.ts";

/** SOL output is sent once: a lost packet is lost output. */
export function solNoRetries(): Scenario {
  return () => ({ name: "sol no retries", sol: { retries: 0 } });
}
