import { DecodeError, TruncatedError } from "../errors.ts";
import { putRmcpHeader, RmcpClass, rmcpClassOf } from "./rmcp.ts";
import { AuthType } from "./session-header.ts";

/** Payload types (IPMI 2.0 table 13-16). */
export const PayloadType = {
  Ipmi: 0x00,
  Sol: 0x01,
  OemExplicit: 0x02,
  OpenSessionRequest: 0x10,
  OpenSessionResponse: 0x11,
  Rakp1: 0x12,
  Rakp2: 0x13,
  Rakp3: 0x14,
  Rakp4: 0x15,
} as const;

/** Where the authenticated bytes begin: everything after the RMCP header. */
export const AUTHENTICATED_START = 4;

/**
 * RMCP+ session header - IPMI 2.0 section 13.6.
 *
 *   0-3   RMCP header
 *   4     06h
 *   5     7 encrypted, 6 authenticated (trailer present), 5:0 payload type
 *   6-11  payload type 02h only: OEM IANA (4), OEM payload id (2); the rest moves by 6
 *   6-9   session id
 *   10-13 session sequence number
 *   14-15 payload length, confidentiality header and trailer included, integrity trailer excluded
 *   16    payload
 *
 * Integrity trailer, where bit 6 is set - section 13.28.4:
 *
 *   integrity pad FFh so that authentication type through next header are a multiple of 4 bytes
 *   pad length (1), next header 07h (1), authentication code
 */
export interface RmcpPlusPacket {
  readonly payloadType: number;
  readonly encrypted: boolean;
  readonly authenticated: boolean;
  readonly sessionId: number;
  readonly sequence: number;
  readonly payload: Uint8Array;
  /** First byte after the payload: where the trailer begins when `authenticated`. */
  readonly payloadEnd: number;
}

/** True for IPMI packets whose header is RMCP+; never throws. */
export function isRmcpPlus(packet: Uint8Array): boolean {
  return packet.length > 5 && packet[0] === 0x06 && packet[3] === RmcpClass.Ipmi && packet[4] === AuthType.RmcpPlus;
}

export function decodeRmcpPlus(packet: Uint8Array): RmcpPlusPacket {
  const what = "RMCP+ session header";
  if (rmcpClassOf(packet) !== RmcpClass.Ipmi) throw new DecodeError(`${what}: not an IPMI packet`);
  if (packet.length < 16) throw new TruncatedError(what, 16, packet.length);
  if (packet[4] !== AuthType.RmcpPlus) throw new DecodeError(`${what}: an IPMI 1.5 packet`);
  const type = packet[5] as number;
  const at = (type & 0x3f) === PayloadType.OemExplicit ? 12 : 6;
  if (packet.length < at + 10) throw new TruncatedError(what, at + 10, packet.length);
  const view = packet;
  const u32 = (i: number): number =>
    ((view[i] as number) |
      ((view[i + 1] as number) << 8) |
      ((view[i + 2] as number) << 16) |
      ((view[i + 3] as number) << 24)) >>>
    0;
  const length = (packet[at + 8] as number) | ((packet[at + 9] as number) << 8);
  const start = at + 10;
  if (packet.length < start + length) throw new TruncatedError(what, start + length, packet.length);
  return {
    payloadType: type & 0x3f,
    encrypted: (type & 0x80) !== 0,
    authenticated: (type & 0x40) !== 0,
    sessionId: u32(at),
    sequence: u32(at + 4),
    payload: packet.subarray(start, start + length),
    payloadEnd: start + length,
  };
}

/** What an integrity algorithm must give to build or check a trailer. */
export interface TrailerCode {
  /** Bytes of the authentication code: 12 or 16. */
  readonly length: number;
  /** The code over packet bytes `start` (included) to `end` (excluded); at least `length` bytes. */
  compute(packet: Uint8Array, start: number, end: number): Uint8Array;
}

export interface RmcpPlusFields {
  readonly payloadType: number;
  readonly encrypted: boolean;
  readonly sessionId: number;
  readonly sequence: number;
  /** As it goes on the wire: encrypted already where `encrypted`. */
  readonly payload: Uint8Array;
}

/** Builds a packet, with an integrity trailer where `code` is given. OEM explicit payloads are not built. */
export function encodeRmcpPlus(p: RmcpPlusFields, code?: TrailerCode): Buffer {
  const end = 16 + p.payload.length;
  const pad = code ? -(end - AUTHENTICATED_START + 2) & 3 : 0;
  const packet = Buffer.allocUnsafe(code ? end + pad + 2 + code.length : end);
  putRmcpHeader(packet, RmcpClass.Ipmi);
  packet[4] = AuthType.RmcpPlus;
  packet[5] = p.payloadType | (p.encrypted ? 0x80 : 0) | (code ? 0x40 : 0);
  packet.writeUInt32LE(p.sessionId, 6);
  packet.writeUInt32LE(p.sequence, 10);
  packet.writeUInt16LE(p.payload.length, 14);
  packet.set(p.payload, 16);
  if (code) {
    packet.fill(0xff, end, end + pad);
    packet[end + pad] = pad;
    packet[end + pad + 1] = 0x07;
    const signedEnd = end + pad + 2;
    const signature = code.compute(packet, AUTHENTICATED_START, signedEnd);
    for (let i = 0; i < code.length; i++) packet[signedEnd + i] = signature[i] as number;
  }
  return packet;
}

/** Whether the trailer of a decoded packet carries the right code. Compares in constant time per code length. */
export function trailerMatches(packet: Uint8Array, payloadEnd: number, code: TrailerCode): boolean {
  // Pad length is not trusted before the code is checked: the code is the last bytes of the packet.
  const signedEnd = packet.length - code.length;
  if (signedEnd < payloadEnd + 2) return false;
  const expected = code.compute(packet, AUTHENTICATED_START, signedEnd);
  let difference = 0;
  for (let i = 0; i < code.length; i++) difference |= (expected[i] as number) ^ (packet[signedEnd + i] as number);
  return difference === 0;
}
