import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { textBytes, textOf, untilNul } from "../../wire/text.ts";
import { command } from "../command.ts";

/** [0] 5:0 user id; 1 is the null user on most BMCs. */
export interface UserNameRequest {
  readonly userId: number;
}

/**
 * Get User Name - IPMI 2.0 section 22.29.
 *
 *   [0-15] user name, padded with 00h
 *
 * Several BMCs refuse user ids that were never set with CCh.
 */
export interface UserName {
  readonly userName: string;
}

const LENGTH = 16;

export const getUserName = command<UserNameRequest, UserName>({
  name: "Get User Name",
  netFn: NetFn.App,
  code: 0x46,
  privilege: PrivilegeLevel.Operator,
  request: {
    decode: (from) => ({ userId: from.u8() & 0x3f }),
    encode(to, q) {
      to.u8(q.userId & 0x3f);
    },
  },
  response: {
    decode: (from) => ({ userName: textOf(untilNul(from.bytes(LENGTH))) }),
    encode(to, r) {
      to.padded(textBytes(r.userName, LENGTH), LENGTH);
    },
  },
});
