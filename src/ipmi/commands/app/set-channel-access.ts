import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { bit, bits, flag } from "../../wire/bytes.ts";
import { THIS_CHANNEL } from "../channel.ts";
import { command, nothing } from "../command.ts";
import type { ChannelAccess, ChannelAccessRequest } from "./get-channel-access.ts";

/**
 * Set Channel Access - IPMI 2.0 section 22.22.
 *
 *   [0] 3:0 channel
 *   [1] 7:6 00b no change, 01b non-volatile setting, 10b present one; 5 alerting disabled, 4 per-message authentication
 *       disabled, 3 user-level authentication disabled, 2:0 access mode
 *   [2] 7:6 as above, for the privilege limit; 3:0 privilege limit
 */
export interface SetChannelAccessRequest extends ChannelAccessRequest, ChannelAccess {}

export const setChannelAccess = command<SetChannelAccessRequest, void>({
  name: "Set Channel Access",
  netFn: NetFn.App,
  code: 0x40,
  privilege: PrivilegeLevel.Administrator,
  effect: "changes",
  request: {
    decode(from) {
      const channel = from.u8() & 0x0f;
      const access = from.u8();
      return {
        channel,
        setting: bits(access, 7, 6) === 1 ? "non-volatile" : "volatile",
        alertingDisabled: bit(access, 5),
        perMessageAuthenticationDisabled: bit(access, 4),
        userLevelAuthenticationDisabled: bit(access, 3),
        accessMode: bits(access, 2, 0),
        privilegeLimit: from.u8() & 0x0f,
      };
    },
    encode(to, q) {
      const setting = q.setting === "non-volatile" ? 0x40 : 0x80;
      to.u8((q.channel ?? THIS_CHANNEL) & 0x0f);
      to.u8(
        setting |
          flag(q.alertingDisabled, 5) |
          flag(q.perMessageAuthenticationDisabled, 4) |
          flag(q.userLevelAuthenticationDisabled, 3) |
          (q.accessMode & 7),
      );
      to.u8(setting | (q.privilegeLimit & 0x0f));
    },
  },
  response: nothing,
  refusals: {
    130: "not supported for this channel: it has no sessions",
    131: "access mode not supported",
  },
});
