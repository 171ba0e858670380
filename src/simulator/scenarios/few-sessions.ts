import type { Scenario } from "../bmc/misbehaviour.ts";

const NO_RESOURCES = 0x01;
const NO_SLOT_15 = 0x81;

/** The BMC refuses a login while this many sessions are open. */
export function fewSessions({ count }: { readonly count: number }): Scenario {
  return (context) => ({
    name: "few sessions",
    refuseLogin(step) {
      if (context.activeSessions < count) return undefined;
      if (step === "open_session") return NO_RESOURCES;
      return step === "activate_session" ? NO_SLOT_15 : undefined;
    },
  });
}
