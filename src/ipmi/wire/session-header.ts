import { DecodeError, TruncatedError } from "../errors.ts";
import { putRmcpHeader, RmcpClass, rmcpClassOf } from "./rmcp.ts";

/** Authentication types of the session header (IPMI 2.0 table 13-8); 06h marks the RMCP+ header. */
export const AuthType = { None: 0x00, Md2: 0x01, Md5: 0x02, Straight: 0x04, Oem: 0x05, RmcpPlus: 0x06 } as const;

/**
 * IPMI 1.5 session header - IPMI 2.0 section 13.6.
 *
 *   0-3  RMCP header
 *   4    authentication type
 *   5-8  session sequence number
 *   9-12 session id
 *   13   authentication code, 16 bytes, absent for type none
 *   then message length, message; a pad byte may follow that some old network chips need
 */
export interface SessionPacket {
  readonly authType: number;
  readonly sequence: number;
  readonly sessionId: number;
  /** 16 bytes; absent for authentication type none. */
  readonly authCode?: Uint8Array;
  readonly message: Uint8Array;
}

export const AUTH_CODE_LENGTH = 16;

export function encodeSessionPacket(p: SessionPacket): Buffer {
  const codeLength = p.authType === AuthType.None ? 0 : AUTH_CODE_LENGTH;
  const packet = Buffer.allocUnsafe(14 + codeLength + p.message.length);
  putRmcpHeader(packet, RmcpClass.Ipmi);
  packet[4] = p.authType;
  packet.writeUInt32LE(p.sequence, 5);
  packet.writeUInt32LE(p.sessionId, 9);
  if (codeLength > 0) {
    if (p.authCode?.length !== AUTH_CODE_LENGTH) throw new RangeError("an authentication code has 16 bytes");
    packet.set(p.authCode, 13);
  }
  packet[13 + codeLength] = p.message.length;
  packet.set(p.message, 14 + codeLength);
  return packet;
}

/** Reads an IPMI 1.5 packet; refuses RMCP+ (see isRmcpPlus) and anything that is not IPMI. */
export function decodeSessionPacket(packet: Uint8Array): SessionPacket {
  const what = "IPMI 1.5 session header";
  if (rmcpClassOf(packet) !== RmcpClass.Ipmi) throw new DecodeError(`${what}: not an IPMI packet`);
  if (packet.length < 14) throw new TruncatedError(what, 14, packet.length);
  const authType = packet[4] as number;
  if (authType === AuthType.RmcpPlus) throw new DecodeError(`${what}: an RMCP+ packet`);
  const codeLength = authType === AuthType.None ? 0 : AUTH_CODE_LENGTH;
  const start = 14 + codeLength;
  if (packet.length < start) throw new TruncatedError(what, start, packet.length);
  const length = packet[start - 1] as number;
  if (packet.length < start + length) throw new TruncatedError(what, start + length, packet.length);
  const view = Buffer.from(packet.buffer, packet.byteOffset, packet.length);
  return {
    authType,
    sequence: view.readUInt32LE(5),
    sessionId: view.readUInt32LE(9),
    authCode: codeLength === 0 ? undefined : packet.subarray(13, 13 + codeLength),
    message: packet.subarray(start, start + length),
  };
}
