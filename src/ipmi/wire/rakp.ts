import { DecodeError } from "../errors.ts";
import { Reader, Writer } from "./bytes.ts";

/**
 * RAKP message 1 - IPMI 2.0 section 13.20, 28 bytes and the user name.
 *
 *   [0]     message tag
 *   [1:3]   reserved
 *   [4:7]   managed system session id
 *   [8:23]  remote console random number
 *   [24]    role: 4 look the user up by name only, 3:0 requested maximum privilege
 *   [25:26] reserved
 *   [27]    user name length, 0 to 16
 *   [28:]   user name
 */
export interface Rakp1 {
  readonly tag: number;
  readonly bmcSessionId: number;
  readonly consoleRandom: Uint8Array;
  /** The whole byte: it goes into the codes as it is. */
  readonly role: number;
  readonly userName: Uint8Array;
}

/**
 * RAKP message 2 - IPMI 2.0 section 13.21.
 *
 *   [0]     message tag
 *   [1]     status
 *   [2:3]   reserved
 *   [4:7]   remote console session id
 *   [8:23]  managed system random number
 *   [24:39] managed system GUID
 *   [40:]   key exchange authentication code, 0, 16, 20 or 32 bytes
 */
export interface Rakp2 {
  readonly tag: number;
  readonly status: number;
  /** Absent exactly when `status` is not 0; some BMCs send the rest nevertheless. */
  readonly accepted?: {
    readonly consoleSessionId: number;
    readonly bmcRandom: Uint8Array;
    readonly guid: Uint8Array;
    readonly authCode: Uint8Array;
  };
}

/**
 * RAKP message 3 - IPMI 2.0 section 13.22.
 *
 *   [0]   message tag
 *   [1]   status; other than 0: the BMC drops the half-open session, and no code follows
 *   [2:3] reserved
 *   [4:7] managed system session id
 *   [8:]  key exchange authentication code, 0, 16, 20 or 32 bytes
 */
export interface Rakp3 {
  readonly tag: number;
  readonly status: number;
  readonly bmcSessionId: number;
  readonly authCode: Uint8Array;
}

/**
 * RAKP message 4 - IPMI 2.0 section 13.23.
 *
 *   [0]   message tag
 *   [1]   status
 *   [2:3] reserved
 *   [4:7] remote console session id
 *   [8:]  integrity check value, 0, 12 or 16 bytes
 */
export interface Rakp4 {
  readonly tag: number;
  readonly status: number;
  /** Absent exactly when `status` is not 0. */
  readonly accepted?: { readonly consoleSessionId: number; readonly checkValue: Uint8Array };
}

export const MAX_USER_NAME = 16;
export const RANDOM_LENGTH = 16;
const GUID_LENGTH = 16;

export function encodeRakp1(r: Rakp1): Buffer {
  const to = new Writer(28 + MAX_USER_NAME);
  to.u8(r.tag).fill(0, 3).u32(r.bmcSessionId).bytes(r.consoleRandom).u8(r.role).u16(0);
  return to.u8(r.userName.length).bytes(r.userName).take();
}

export function decodeRakp1(payload: Uint8Array): Rakp1 {
  const from = new Reader(payload, "RAKP message 1");
  const tag = from.u8();
  from.skip(3);
  const bmcSessionId = from.u32();
  const consoleRandom = from.bytes(RANDOM_LENGTH);
  const role = from.u8();
  from.skip(2);
  const length = from.u8();
  if (length > MAX_USER_NAME) throw new DecodeError(`RAKP message 1: user name of ${length} bytes`);
  return { tag, bmcSessionId, consoleRandom, role, userName: from.bytes(length) };
}

export function encodeRakp2(r: Rakp2): Buffer {
  const to = new Writer(72);
  to.u8(r.tag).u8(r.status).u16(0);
  if (r.accepted) {
    to.u32(r.accepted.consoleSessionId).bytes(r.accepted.bmcRandom).bytes(r.accepted.guid).bytes(r.accepted.authCode);
  }
  return to.take();
}

export function decodeRakp2(payload: Uint8Array): Rakp2 {
  const from = new Reader(payload, "RAKP message 2");
  const tag = from.u8();
  const status = from.u8();
  if (status !== 0) return { tag, status };
  from.skip(2);
  return {
    tag,
    status,
    accepted: {
      consoleSessionId: from.u32(),
      bmcRandom: from.bytes(RANDOM_LENGTH),
      guid: from.bytes(GUID_LENGTH),
      authCode: from.rest(),
    },
  };
}

export function encodeRakp3(r: Rakp3): Buffer {
  return new Writer(40).u8(r.tag).u8(r.status).u16(0).u32(r.bmcSessionId).bytes(r.authCode).take();
}

export function decodeRakp3(payload: Uint8Array): Rakp3 {
  const from = new Reader(payload, "RAKP message 3");
  const tag = from.u8();
  const status = from.u8();
  from.skip(2);
  return { tag, status, bmcSessionId: from.u32(), authCode: from.rest() };
}

export function encodeRakp4(r: Rakp4): Buffer {
  const to = new Writer(24).u8(r.tag).u8(r.status).u16(0);
  if (r.accepted) to.u32(r.accepted.consoleSessionId).bytes(r.accepted.checkValue);
  return to.take();
}

export function decodeRakp4(payload: Uint8Array): Rakp4 {
  const from = new Reader(payload, "RAKP message 4");
  const tag = from.u8();
  const status = from.u8();
  if (status !== 0) return { tag, status };
  from.skip(2);
  return { tag, status, accepted: { consoleSessionId: from.u32(), checkValue: from.rest() } };
}
