import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { bits } from "../../wire/bytes.ts";
import { command } from "../command.ts";

/**
 * Get Payload Activation Status - IPMI 2.0 section 24.4.
 *
 *   [0]   3:0 instances that can be active at the same time; 0 on some Dell boards, which have one
 *   [1-2] active instances, bit 0 = instance 1
 */
export interface PayloadActivationStatus {
  readonly capacity: number;
  readonly active: number;
}

export const getPayloadActivationStatus = command<{ readonly payloadType: number }, PayloadActivationStatus>({
  name: "Get Payload Activation Status",
  netFn: NetFn.App,
  code: 0x4a,
  privilege: PrivilegeLevel.User,
  request: {
    decode: (from) => ({ payloadType: bits(from.u8(), 5, 0) }),
    encode(to, q) {
      to.u8(q.payloadType & 0x3f);
    },
  },
  response: {
    decode: (from) => ({ capacity: bits(from.u8(), 3, 0), active: from.u16() }),
    encode(to, r) {
      to.u8(r.capacity & 0x0f).u16(r.active);
    },
  },
});
