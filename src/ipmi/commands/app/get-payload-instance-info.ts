import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { command } from "../command.ts";
import { type PayloadInstance, payloadInstance } from "./payload-instance.ts";

/** Payload specific bytes; SOL uses the first one. */
const SPECIFIC_BYTES = 8;

/**
 * Get Payload Instance Info - IPMI 2.0 section 24.5.
 *
 *   [0-3]  session id of the BMC of the session that owns the payload; 0: not active
 *   [4-11] payload specific; SOL: [4] number of the serial port
 */
export interface PayloadInstanceInfo {
  readonly sessionId: number;
  readonly specific: Uint8Array;
}

export const getPayloadInstanceInfo = command<PayloadInstance, PayloadInstanceInfo>({
  name: "Get Payload Instance Info",
  netFn: NetFn.App,
  code: 0x4b,
  privilege: PrivilegeLevel.User,
  request: payloadInstance,
  response: {
    decode: (from) => ({
      sessionId: from.u32(),
      // Some BMCs send the port number only, or nothing.
      specific: from.bytes(Math.min(from.remaining, SPECIFIC_BYTES)),
    }),
    encode(to, r) {
      to.u32(r.sessionId).bytes(r.specific.subarray(0, SPECIFIC_BYTES));
    },
  },
});
