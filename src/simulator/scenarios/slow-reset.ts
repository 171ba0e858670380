import { NetFn } from "../../ipmi/tables/net-fn.ts";
import type { Scenario } from "../bmc/misbehaviour.ts";

const COLD_RESET = 0x02;
const WARM_RESET = 0x03;

/** After a reset, the BMC needs this time until it answers again. */
export function slowReset({ forMs }: { readonly forMs: number }): Scenario {
  return ({ restart }) => ({
    name: "slow reset",
    amend(request, reply) {
      const isReset = request.netFn === NetFn.App && (request.command === COLD_RESET || request.command === WARM_RESET);
      if (isReset && reply.completionCode === 0) restart(forMs);
      return reply;
    },
  });
}
