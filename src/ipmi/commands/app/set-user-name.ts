import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { textBytes, textOf, untilNul } from "../../wire/text.ts";
import { command, nothing } from "../command.ts";

/** Longest user name, bytes. */
export const USER_NAME_BYTES = 16;

/**
 * Set User Name - IPMI 2.0 section 22.28.
 *
 *   [0]    5:0 user id
 *   [1-16] user name, padded with 00h; all 00h clears it
 *
 * CCh: the name is fixed, or another account has it.
 */
export interface SetUserNameRequest {
  readonly userId: number;
  readonly userName: string;
}

export const setUserName = command<SetUserNameRequest, void>({
  name: "Set User Name",
  netFn: NetFn.App,
  code: 0x45,
  privilege: PrivilegeLevel.Administrator,
  effect: "changes",
  request: {
    decode: (from) => ({
      userId: from.u8() & 0x3f,
      userName: textOf(untilNul(from.bytes(USER_NAME_BYTES))),
    }),
    encode(to, q) {
      to.u8(q.userId & 0x3f).padded(textBytes(q.userName, USER_NAME_BYTES), USER_NAME_BYTES);
    },
  },
  response: nothing,
});
