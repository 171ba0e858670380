import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { bits } from "../../wire/bytes.ts";
import { type ChannelRequest, channelRequest } from "../channel.ts";
import { command, type Layout, nothing } from "../command.ts";

/** Bit of SOL in `standard`. */
export const SOL_PAYLOAD_BIT = 0x02;

/**
 * Payloads that a user may use, bit n for payload type n.
 *
 *   [0] standard types, 1 SOL
 *   [1] standard types 8-15, reserved
 *   [2] OEM types
 *   [3] reserved
 */
export interface UserPayloadAccess {
  readonly standard: number;
  readonly oem: number;
}

const access: Layout<UserPayloadAccess> = {
  decode(from) {
    const standard = from.u16();
    const oem = from.u16();
    return { standard, oem };
  },
  encode(to, r) {
    to.u16(r.standard).u16(r.oem);
  },
};

/** Get User Payload Access - IPMI 2.0 section 24.7: [0] 3:0 channel, [1] 5:0 user. */
export interface UserPayloadAccessRequest extends ChannelRequest {
  readonly userId: number;
}

export const getUserPayloadAccess = command<UserPayloadAccessRequest, UserPayloadAccess>({
  name: "Get User Payload Access",
  netFn: NetFn.App,
  code: 0x4d,
  privilege: PrivilegeLevel.Operator,
  request: {
    decode: (from) => ({ ...channelRequest.decode(from), userId: bits(from.u8(), 5, 0) }),
    encode(to, q) {
      channelRequest.encode(to, q);
      to.u8(q.userId & 0x3f);
    },
  },
  response: access,
});

/**
 * Set User Payload Access - IPMI 2.0 section 24.6. Payloads whose bit is 0 stay as they are.
 *
 *   [0]   3:0 channel
 *   [1]   7:6 operation: 0 enable, 1 disable; 5:0 user
 *   [2-5] payloads, as in the answer of Get User Payload Access
 */
export interface SetUserPayloadAccessRequest extends UserPayloadAccessRequest, UserPayloadAccess {
  readonly operation: (typeof OPERATIONS)[number];
}

const OPERATIONS = ["enable", "disable", "reserved 2", "reserved 3"] as const;

export const setUserPayloadAccess = command<SetUserPayloadAccessRequest, void>({
  name: "Set User Payload Access",
  netFn: NetFn.App,
  code: 0x4c,
  privilege: PrivilegeLevel.Administrator,
  effect: "changes",
  request: {
    decode(from) {
      const channel = channelRequest.decode(from);
      const second = from.u8();
      const operation = OPERATIONS[bits(second, 7, 6)] ?? "enable";
      return { ...channel, operation, userId: bits(second, 5, 0), ...access.decode(from) };
    },
    encode(to, q) {
      channelRequest.encode(to, q);
      to.u8((OPERATIONS.indexOf(q.operation) << 6) | (q.userId & 0x3f));
      access.encode(to, q);
    },
  },
  response: nothing,
});
