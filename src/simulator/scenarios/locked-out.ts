import type { Scenario } from "../bmc/misbehaviour.ts";

const UNAUTHORISED_NAME = 0x0d;
const INVALID_USER_NAME_15 = 0x81;

/** After `attempts` failed logins all logins are refused for a while, as if the account did not exist. */
export function lockedOut(options: { readonly attempts: number; readonly forMs: number }): Scenario {
  return ({ clock }) => {
    let failures = 0;
    let until = Number.NEGATIVE_INFINITY;
    return {
      name: "locked out",
      loginFailed() {
        if (clock.monotonicMs() < until) return;
        failures++;
        if (failures < options.attempts) return;
        failures = 0;
        until = clock.monotonicMs() + options.forMs;
      },
      refuseLogin(step) {
        if (clock.monotonicMs() >= until) return undefined;
        if (step === "rakp1") return UNAUTHORISED_NAME;
        return step === "session_challenge" ? INVALID_USER_NAME_15 : undefined;
      },
    };
  };
}
