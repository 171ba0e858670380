import { DecodeError, TruncatedError } from "../errors.ts";
import { bit, bits, flag } from "./bytes.ts";
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
const AUTHENTICATED_START = 4;

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
interface RmcpPlusHeader {
  readonly payloadType: number;
  readonly encrypted: boolean;
  readonly authenticated: boolean;
  readonly sessionId: number;
  readonly sequence: number;
  /** First byte of the payload. */
  readonly payloadStart: number;
  /** First byte after the payload: where the trailer begins when `authenticated`. */
  readonly payloadEnd: number;
}

export interface RmcpPlusPacket extends RmcpPlusHeader {
  /** A view. */
  readonly payload: Uint8Array;
}

/** Payload type of a packet, before anything of it is verified; undefined: not RMCP+. Never throws. */
export function payloadTypeOf(packet: Uint8Array): number | undefined {
  return isRmcpPlus(packet) ? (packet[5] as number) & 0x3f : undefined;
}

/** True for IPMI packets whose header is RMCP+; never throws. */
export function isRmcpPlus(packet: Uint8Array): boolean {
  return packet.length > 5 && packet[0] === 0x06 && packet[3] === RmcpClass.Ipmi && packet[4] === AuthType.RmcpPlus;
}

export function decodeRmcpPlus(packet: Uint8Array): RmcpPlusPacket {
  const header = decodeRmcpPlusHeader(packet);
  return { ...header, payload: packet.subarray(header.payloadStart, header.payloadEnd) };
}

/** The same without a view of the payload, which costs more than the rest. */
export function decodeRmcpPlusHeader(packet: Uint8Array): RmcpPlusHeader {
  const what = "RMCP+ session header";
  if (rmcpClassOf(packet) !== RmcpClass.Ipmi) throw new DecodeError(`${what}: not an IPMI packet`);
  if (packet.length < 16) throw new TruncatedError(what, 16, packet.length);
  if (packet[4] !== AuthType.RmcpPlus) throw new DecodeError(`${what}: an IPMI 1.5 packet`);
  const type = packet[5] as number;
  const payloadType = bits(type, 5, 0);
  const at = payloadType === PayloadType.OemExplicit ? 12 : 6;
  const payloadStart = at + 10;
  if (packet.length < payloadStart) throw new TruncatedError(what, payloadStart, packet.length);
  const payloadEnd = payloadStart + ((packet[at + 8] as number) | ((packet[at + 9] as number) << 8));
  if (packet.length < payloadEnd) throw new TruncatedError(what, payloadEnd, packet.length);
  return {
    payloadType,
    encrypted: bit(type, 7),
    authenticated: bit(type, 6),
    sessionId: u32(packet, at),
    sequence: u32(packet, at + 4),
    payloadStart,
    payloadEnd,
  };
}

/** An integrity algorithm: builds and checks trailers. */
export interface TrailerCode {
  /** Bytes of the authentication code: 12 or 16. */
  readonly length: number;
  /** Writes the code over packet bytes `start` (included) to `end` (excluded) behind them. */
  sign(packet: Uint8Array, start: number, end: number): void;
  /** Whether the bytes behind `end` are the code over `start` to `end`. In constant time. */
  verify(packet: Uint8Array, start: number, end: number): boolean;
}

/** A confidentiality algorithm: converts messages to payloads and back, within a packet. */
export interface PayloadCipher {
  /** Bytes of the payload of a message. */
  lengthOf(messageLength: number): number;
  /** Writes the payload of `message` to the packet. */
  put(packet: Uint8Array, start: number, message: Uint8Array): void;
  /**
   * Decrypts the payload in place and returns the message, a view.
   *
   * @throws DecodeError for payloads that cannot be of this algorithm
   */
  open(packet: Uint8Array, start: number, end: number): Uint8Array;
}

interface RmcpPlusFields {
  readonly payloadType: number;
  readonly encrypted: boolean;
  readonly sessionId: number;
  readonly sequence: number;
  /** The payload as sent, i.e. encrypted if `encrypted`; or the message, if a cipher is given. */
  readonly payload: Uint8Array;
}

const HEADER_LENGTH = 16;

/**
 * Builds a packet, with an integrity trailer where `code` is given; `cipher` encrypts the payload on its way
 * into the packet. OEM explicit payloads are not built.
 */
export function encodeRmcpPlus(p: RmcpPlusFields, code?: TrailerCode, cipher?: PayloadCipher): Buffer {
  const { payload, sessionId, sequence } = p;
  const length = cipher ? cipher.lengthOf(payload.length) : payload.length;
  const end = HEADER_LENGTH + length;
  const pad = code ? -(end - AUTHENTICATED_START + 2) & 3 : 0;
  const packet = Buffer.allocUnsafe(code ? end + pad + 2 + code.length : end);
  putRmcpHeader(packet, RmcpClass.Ipmi);
  packet[4] = AuthType.RmcpPlus;
  packet[5] = p.payloadType | flag(p.encrypted, 7) | flag(code !== undefined, 6);
  putU32(packet, 6, sessionId);
  putU32(packet, 10, sequence);
  packet[14] = length;
  packet[15] = length >>> 8;
  if (cipher) cipher.put(packet, HEADER_LENGTH, payload);
  else packet.set(payload, HEADER_LENGTH);
  if (code) {
    let at = end;
    while (at < end + pad) packet[at++] = 0xff;
    packet[at++] = pad;
    packet[at++] = 0x07;
    code.sign(packet, AUTHENTICATED_START, at);
  }
  return packet;
}

/** Whether the trailer of a decoded packet carries the right code. */
export function trailerMatches(packet: Uint8Array, payloadEnd: number, code: TrailerCode): boolean {
  // The pad length is not used before the code is checked: the code is the last bytes of the packet.
  const signedEnd = packet.length - code.length;
  return signedEnd >= payloadEnd + 2 && code.verify(packet, AUTHENTICATED_START, signedEnd);
}

function u32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)) >>>
    0
  );
}

function putU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}
