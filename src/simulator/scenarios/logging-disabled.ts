import type { Scenario } from "../bmc/misbehaviour.ts";

/** Event logging is off in the global enables of the BMC: states change, and nothing is logged. */
export function loggingDisabled(): Scenario {
  return ({ board }) => {
    board.logsEvents = false;
    return { name: "logging disabled" };
  };
}
