import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { bit, bits, flag } from "../../wire/bytes.ts";
import { type ChannelRequest, THIS_CHANNEL } from "../channel.ts";
import { command } from "../command.ts";

/**
 *   [0] 3:0 channel
 *   [1] 7:6 01b non-volatile setting, 10b present (volatile) one
 */
export interface ChannelAccessRequest extends ChannelRequest {
  readonly setting: "non-volatile" | "volatile";
}

export const CHANNEL_ACCESS_MODES = ["disabled", "pre-boot only", "always available", "shared"] as const;

/**
 * Get Channel Access - IPMI 2.0 section 22.23.
 *
 *   [0] 5 alerting disabled, 4 per-message authentication disabled, 3 user-level authentication disabled, 2:0 access mode
 *   [1] 3:0 privilege limit
 */
export interface ChannelAccess {
  readonly alertingDisabled: boolean;
  readonly perMessageAuthenticationDisabled: boolean;
  readonly userLevelAuthenticationDisabled: boolean;
  /** Index into CHANNEL_ACCESS_MODES; 4-7 are reserved. */
  readonly accessMode: number;
  readonly privilegeLimit: number;
}

export const getChannelAccess = command<ChannelAccessRequest, ChannelAccess>({
  name: "Get Channel Access",
  netFn: NetFn.App,
  code: 0x41,
  privilege: PrivilegeLevel.User,
  request: {
    decode: (from) => ({
      channel: from.u8() & 0x0f,
      setting: bits(from.u8(), 7, 6) === 1 ? "non-volatile" : "volatile",
    }),
    encode(to, q) {
      to.u8((q.channel ?? THIS_CHANNEL) & 0x0f);
      to.u8(q.setting === "non-volatile" ? 0x40 : 0x80);
    },
  },
  response: {
    decode(from) {
      const access = from.u8();
      return {
        alertingDisabled: bit(access, 5),
        perMessageAuthenticationDisabled: bit(access, 4),
        userLevelAuthenticationDisabled: bit(access, 3),
        accessMode: bits(access, 2, 0),
        privilegeLimit: from.u8() & 0x0f,
      };
    },
    encode(to, r) {
      to.u8(
        flag(r.alertingDisabled, 5) |
          flag(r.perMessageAuthenticationDisabled, 4) |
          flag(r.userLevelAuthenticationDisabled, 3) |
          (r.accessMode & 7),
      );
      to.u8(r.privilegeLimit & 0x0f);
    },
  },
  refusals: { 130: "not supported for this channel: it has no sessions" },
});
