import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { bit, bits, flag } from "../../wire/bytes.ts";
import { type ChannelRequest, THIS_CHANNEL } from "../channel.ts";
import { command } from "../command.ts";

/**
 *   [0] 3:0 channel
 *   [1] 5:0 user id
 */
export interface UserAccessRequest extends ChannelRequest {
  readonly userId: number;
}

export const USER_ENABLE_STATES = ["unspecified", "enabled", "disabled", "reserved"] as const;
export type UserEnableState = (typeof USER_ENABLE_STATES)[number];

/**
 * Get User Access - IPMI 2.0 section 22.27.
 *
 *   [0] 5:0 maximum number of users
 *   [1] 7:6 enable state of this user, 5:0 number of enabled users
 *   [2] 5:0 number of users with fixed names
 *   [3] 6 callback only, 5 link authentication, 4 IPMI messaging, 3:0 privilege limit, Fh no access
 */
export interface UserAccess {
  readonly maximumUsers: number;
  readonly enableState: UserEnableState;
  readonly enabledUsers: number;
  readonly fixedNames: number;
  readonly callbackOnly: boolean;
  readonly linkAuthentication: boolean;
  readonly messaging: boolean;
  /** 0Fh: no access. */
  readonly privilegeLimit: number;
}

export const getUserAccess = command<UserAccessRequest, UserAccess>({
  name: "Get User Access",
  netFn: NetFn.App,
  code: 0x44,
  privilege: PrivilegeLevel.Operator,
  request: {
    decode: (from) => ({ channel: from.u8() & 0x0f, userId: from.u8() & 0x3f }),
    encode(to, q) {
      to.u8((q.channel ?? THIS_CHANNEL) & 0x0f).u8(q.userId & 0x3f);
    },
  },
  response: {
    decode(from) {
      const maximumUsers = from.u8() & 0x3f;
      const enabled = from.u8();
      const fixedNames = from.u8() & 0x3f;
      const access = from.u8();
      return {
        maximumUsers,
        enableState: USER_ENABLE_STATES[bits(enabled, 7, 6)] as UserEnableState,
        enabledUsers: bits(enabled, 5, 0),
        fixedNames,
        callbackOnly: bit(access, 6),
        linkAuthentication: bit(access, 5),
        messaging: bit(access, 4),
        privilegeLimit: bits(access, 3, 0),
      };
    },
    encode(to, r) {
      to.u8(r.maximumUsers & 0x3f);
      to.u8((USER_ENABLE_STATES.indexOf(r.enableState) << 6) | (r.enabledUsers & 0x3f));
      to.u8(r.fixedNames & 0x3f);
      to.u8(flag(r.callbackOnly, 6) | flag(r.linkAuthentication, 5) | flag(r.messaging, 4) | (r.privilegeLimit & 0x0f));
    },
  },
});
