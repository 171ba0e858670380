import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { bit, bits, flag } from "../../wire/bytes.ts";
import { THIS_CHANNEL } from "../channel.ts";
import { command, nothing } from "../command.ts";
import type { UserAccessRequest } from "./get-user-access.ts";

/**
 * Set User Access - IPMI 2.0 section 22.26.
 *
 *   [0] 7 change bits 6:4, 6 callback only, 5 link authentication, 4 IPMI messaging, 3:0 channel
 *   [1] 5:0 user id
 *   [2] 3:0 privilege limit, Fh no access
 *   [3] 3:0 session limit, 0 none; optional
 */
export interface SetUserAccessRequest extends UserAccessRequest {
  /** Absent: these settings stay as they are. */
  readonly access?: {
    readonly callbackOnly: boolean;
    readonly linkAuthentication: boolean;
    readonly messaging: boolean;
  };
  readonly privilegeLimit: number;
  /** Absent: the byte is not sent, which suits more BMCs. */
  readonly sessionLimit?: number;
}

export const setUserAccess = command<SetUserAccessRequest, void>({
  name: "Set User Access",
  netFn: NetFn.App,
  code: 0x43,
  privilege: PrivilegeLevel.Administrator,
  effect: "changes",
  request: {
    decode(from) {
      const first = from.u8();
      const access = {
        callbackOnly: bit(first, 6),
        linkAuthentication: bit(first, 5),
        messaging: bit(first, 4),
      };
      return {
        channel: bits(first, 3, 0),
        access: bit(first, 7) ? access : undefined,
        userId: from.u8() & 0x3f,
        privilegeLimit: from.u8() & 0x0f,
        sessionLimit: from.has() ? from.u8() & 0x0f : undefined,
      };
    },
    encode(to, q) {
      const { access, channel = THIS_CHANNEL } = q;
      const bits = access
        ? 0x80 | flag(access.callbackOnly, 6) | flag(access.linkAuthentication, 5) | flag(access.messaging, 4)
        : 0;
      to.u8(bits | (channel & 0x0f))
        .u8(q.userId & 0x3f)
        .u8(q.privilegeLimit & 0x0f);
      if (q.sessionLimit !== undefined) to.u8(q.sessionLimit & 0x0f);
    },
  },
  response: nothing,
});
