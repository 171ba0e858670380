import type { LoginStep, Scenario } from "../bmc/misbehaviour.ts";

interface RefusedLoginOptions {
  readonly step: LoginStep;
  /** RMCP+ status for open_session, rakp1, rakp3; completion code for the two of IPMI 1.5. */
  readonly status: number;
  /** The number of refusals; unlimited where absent. */
  readonly times?: number;
}

/** A step of the login is refused to every user. */
export function refusedLogin({ step, status, times = Number.POSITIVE_INFINITY }: RefusedLoginOptions): Scenario {
  return () => {
    let left = times;
    return { name: "refused login", refuseLogin: (current) => (current === step && left-- > 0 ? status : undefined) };
  };
}

const NO_RESOURCES = 0x01;
const NO_SLOT_15 = 0x81;

/** Other consoles use all sessions; some firmware never frees them. */
export function sessionsTaken(options: { readonly forMs?: number } = {}): Scenario {
  return ({ clock }) => {
    const until = clock.monotonicMs() + (options.forMs ?? Number.POSITIVE_INFINITY);
    return {
      name: "sessions taken",
      refuseLogin(step) {
        if (clock.monotonicMs() >= until) return undefined;
        if (step === "open_session") return NO_RESOURCES;
        return step === "activate_session" ? NO_SLOT_15 : undefined;
      },
    };
  };
}
