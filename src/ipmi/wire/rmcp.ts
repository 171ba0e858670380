import { DecodeError, TruncatedError } from "../errors.ts";

/** UDP port of IPMI over LAN (ASF's primary RMCP port). */
export const RMCP_PORT = 623;

export const RmcpClass = { Asf: 0x06, Ipmi: 0x07, Oem: 0x08 } as const;

/**
 * RMCP header - IPMI 2.0 section 13.1.3, four bytes of every packet.
 *
 *   [0] version 06h
 *   [1] reserved
 *   [2] sequence; FFh: no acknowledge. Some BMCs answer with 00h: ignored
 *   [3] 7 acknowledge, 4:0 class
 */
const RMCP_HEADER_LENGTH = 4;

/** The class of a packet; refuses other versions and acknowledges. */
export function rmcpClassOf(packet: Uint8Array): number {
  if (packet.length < RMCP_HEADER_LENGTH) throw new TruncatedError("RMCP header", RMCP_HEADER_LENGTH, packet.length);
  if (packet[0] !== 0x06) throw new DecodeError(`RMCP header: wanted version 6, got ${packet[0]}`);
  const last = packet[3] as number;
  if (last & 0x80) throw new DecodeError("RMCP header: an acknowledge, not a message");
  return last & 0x1f;
}

/** Writes the header of a packet without an acknowledge. */
export function putRmcpHeader(packet: Uint8Array, rmcpClass: number): void {
  packet[0] = 0x06;
  packet[1] = 0x00;
  packet[2] = 0xff;
  packet[3] = rmcpClass;
}
