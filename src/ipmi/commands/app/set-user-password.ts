import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { bit, bits, flag } from "../../wire/bytes.ts";
import { command, nothing } from "../command.ts";

/** By number on the wire. */
export const PASSWORD_OPERATIONS = ["disable", "enable", "set", "test"] as const;
export type PasswordOperation = (typeof PASSWORD_OPERATIONS)[number];

export const PASSWORD_SIZES = [16, 20] as const;
export type PasswordSize = (typeof PASSWORD_SIZES)[number];

/** Completion code of a test: the password is another one. */
export const WRONG_PASSWORD = 0x80;
/** Completion code of a test: the stored password has the other size. */
export const WRONG_PASSWORD_SIZE = 0x81;

/**
 * Set User Password - IPMI 2.0 section 22.30.
 *
 *   [0]  7 20-byte form, 5:0 user id
 *   [1]  1:0 0 disable the user, 1 enable, 2 set the password, 3 test it
 *   [2-] password, 16 or 20 bytes, padded with 00h; optional for disable and enable
 *
 * BMCs without the 20-byte form refuse it with C7h or CCh. Holds a password: never print a request.
 */
export interface SetUserPasswordRequest {
  readonly userId: number;
  readonly operation: PasswordOperation;
  readonly size: PasswordSize;
  /** Without padding, up to `size` bytes. Absent: not sent. */
  readonly password?: Uint8Array;
}

export const setUserPassword = command<SetUserPasswordRequest, void>({
  name: "Set User Password",
  netFn: NetFn.App,
  code: 0x47,
  privilege: PrivilegeLevel.Administrator,
  effect: "changes",
  confidential: true,
  request: {
    decode(from) {
      const first = from.u8();
      const operation = PASSWORD_OPERATIONS[from.u8() & 0x03] as PasswordOperation;
      const size = bit(first, 7) ? 20 : 16;
      const needsPassword = operation === "set" || operation === "test";
      const password = needsPassword || from.has(size) ? unpadded(from.bytes(size)) : undefined;
      return { userId: bits(first, 5, 0), operation, size, password };
    },
    encode(to, q) {
      to.u8(flag(q.size === 20, 7) | (q.userId & 0x3f)).u8(PASSWORD_OPERATIONS.indexOf(q.operation));
      if (q.password !== undefined) to.padded(q.password.subarray(0, q.size), q.size);
    },
  },
  response: nothing,
  refusals: {
    [WRONG_PASSWORD]: "the password is another one",
    [WRONG_PASSWORD_SIZE]: "the stored password has the other size",
  },
});

function unpadded(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  return bytes.subarray(0, end);
}
