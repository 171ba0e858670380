import { createHash } from "node:crypto";
import { AUTH_CODE_LENGTH, AuthType } from "../wire/session-header.ts";
import { MAX_PASSWORD_15 } from "./key-exchange.ts";

/**
 * Authentication code of an IPMI 1.5 packet - IPMI 2.0 section 22.17.1:
 * MD5( password || session id || message || session sequence || password ), or the password itself.
 *
 * @param password cut or padded with 00h to 16 bytes
 * @returns undefined for authentication type none
 * @throws RangeError for unsupported types (MD2, OEM)
 */
export function authCode(
  authType: number,
  password: Uint8Array,
  sessionId: number,
  message: Uint8Array,
  sequence: number,
): Buffer | undefined {
  if (authType === AuthType.None) return undefined;
  const key = Buffer.alloc(AUTH_CODE_LENGTH);
  key.set(password.subarray(0, MAX_PASSWORD_15));
  if (authType === AuthType.Straight) return key;
  if (authType !== AuthType.Md5) throw new RangeError(`unsupported authentication type ${authType}`);
  const numbers = Buffer.allocUnsafe(8);
  numbers.writeUInt32LE(sessionId, 0);
  numbers.writeUInt32LE(sequence, 4);
  return createHash("md5")
    .update(key)
    .update(numbers.subarray(0, 4))
    .update(message)
    .update(numbers.subarray(4))
    .update(key)
    .digest();
}
