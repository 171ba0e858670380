import type { Scenario } from "../bmc/misbehaviour.ts";

const UNAUTHORISED_NAME = 0x0d;

interface UnreadyLoginOptions {
  /** From the start of the BMC. */
  readonly forMs: number;
  /** RAKP 2 with status 0Dh (unauthorised name), or with a code that is wrong. */
  readonly answer: "unauthorised_name" | "wrong_code";
}

/** Firmware that is starting does not have its users yet: it refuses logins that are correct, and accepts them later. */
export function unreadyLogin({ forMs, answer }: UnreadyLoginOptions): Scenario {
  return ({ clock }) => {
    const readyAtMs = clock.monotonicMs() + forMs;
    const isReady = (): boolean => clock.monotonicMs() >= readyAtMs;
    return {
      name: "unready login",
      refuseLogin(step) {
        return answer === "unauthorised_name" && step === "rakp1" && !isReady() ? UNAUTHORISED_NAME : undefined;
      },
      get hashing() {
        return answer === "wrong_code" && !isReady() ? WRONG_CODE : undefined;
      },
    };
  };
}

const WRONG_CODE = { rakp2: (code: Buffer): Buffer => code.map((byte) => byte ^ 0xff) as Buffer };
