import type { Scenario } from "../bmc/misbehaviour.ts";
import { isChassisControl } from "./command-filter.ts";

const SOFT_SHUTDOWN = 0x05;

/** The BMC accepts a soft shutdown, and the operating system ignores it. */
export function softIgnored(): Scenario {
  return () => ({
    name: "soft ignored",
    answer(request) {
      const isSoft = isChassisControl(request) && ((request.data[0] ?? 0) & 0x0f) === SOFT_SHUTDOWN;
      return isSoft ? { completionCode: 0, data: new Uint8Array(0) } : undefined;
    },
  });
}
