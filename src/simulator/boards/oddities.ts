import { NetFn } from "../../ipmi/tables/net-fn.ts";
import type { Scenario } from "../bmc/misbehaviour.ts";

const DCMI_GET_POWER_READING = 0x02;
/** Last byte of the response, counted from the group byte: bit 6 is set while measuring is active. */
const POWER_STATE = 17;
const ACTIVE = 0x40;

/**
 * Get DCMI Power Reading returns real numbers and reports that measuring is not active (OpenBMC).
 * DCMI 1.5 section 6.6.1.
 */
export const dcmiSaysInactive: Scenario = () => ({
  name: "dcmi_says_inactive",
  amend(request, reply) {
    if (request.netFn !== NetFn.GroupExtension || request.command !== DCMI_GET_POWER_READING) return reply;
    if (reply.completionCode !== 0 || reply.data.length <= POWER_STATE) return reply;
    const data = Uint8Array.from(reply.data);
    data[POWER_STATE] = (data[POWER_STATE] ?? 0) & ~ACTIVE;
    return { ...reply, data };
  },
});
