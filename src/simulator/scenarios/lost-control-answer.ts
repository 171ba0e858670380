import type { Scenario } from "../bmc/misbehaviour.ts";
import { isChassisControl } from "./command-filter.ts";

/** Chassis Control is done, and its answer is lost: the BMC shares its port with the host. */
export function lostControlAnswer(): Scenario {
  return () => {
    let isLost = false;
    return {
      name: "lost control answer",
      amend(request, reply) {
        isLost = isChassisControl(request);
        return reply;
      },
      deliver(packet, next) {
        if (!isLost) next(packet);
        isLost = false;
      },
    };
  };
}
