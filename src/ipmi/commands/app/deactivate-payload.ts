import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { command, nothing } from "../command.ts";
import { type PayloadInstance, payloadInstance } from "./payload-instance.ts";

/**
 * Deactivate Payload - IPMI 2.0 section 24.2.
 *
 *   [0-1] payload type and instance
 *   [2-5] 00h
 *
 * Any session with the privilege may end the SOL of another one, and many BMCs do not report that to its owner.
 */
export const deactivatePayload = command<PayloadInstance, void>({
  name: "Deactivate Payload",
  netFn: NetFn.App,
  code: 0x49,
  privilege: PrivilegeLevel.User,
  effect: "changes",
  request: {
    decode(from) {
      const instance = payloadInstance.decode(from);
      from.skip(4);
      return instance;
    },
    encode(to, q) {
      payloadInstance.encode(to, q);
      to.fill(0, 4);
    },
  },
  response: nothing,
  refusals: { 128: "payload is not active", 129: "payload type disabled" },
});
