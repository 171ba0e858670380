import type { Scenario } from "../bmc/misbehaviour.ts";

/** After a change of the host's power SOL stays active without output until it is activated again (X38ML, SR1520). */
export function solStuckOutput(): Scenario {
  return () => ({ name: "sol stuck output", sol: { sticksAfterPower: true } });
}
