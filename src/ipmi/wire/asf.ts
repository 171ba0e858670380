import { DecodeError } from "../errors.ts";
import { bit, Reader, Writer } from "./bytes.ts";
import { putRmcpHeader, RmcpClass, rmcpClassOf } from "./rmcp.ts";

const ASF_IANA = 4542;
const PING = 0x80;
const PONG = 0x40;

/**
 * ASF presence ping and pong - IPMI 2.0 section 13.2.3, ASF 2.0 section 3.2.4. Numbers are most
 * significant byte first.
 *
 *   0-3   RMCP header, class 06h
 *   4-7   IANA 4542
 *   8     type: 80h ping, 40h pong
 *   9     message tag, echoed
 *   10    reserved
 *   11    data length: 0 or 16
 *   12-15 pong: IANA of the responder, 16-19 OEM, 20 entities (7 IPMI, 3:0 ASF version), 21 interactions, 22-27 reserved
 */
interface PresencePong {
  readonly tag: number;
  readonly iana: number;
  readonly oem: number;
  readonly ipmi: boolean;
  readonly entities: number;
  readonly interactions: number;
}

export function encodePresencePing(tag: number): Buffer {
  const packet = Buffer.alloc(12);
  putRmcpHeader(packet, RmcpClass.Asf);
  packet.writeUInt32BE(ASF_IANA, 4);
  packet[8] = PING;
  packet[9] = tag;
  return packet;
}

/** The tag of a ping, for the simulator. */
export function decodePresencePing(packet: Uint8Array): number {
  const from = asfMessage(packet, PING, "presence ping");
  return from.u8();
}

export function encodePresencePong(pong: Omit<PresencePong, "ipmi">): Buffer {
  const to = new Writer(28);
  to.fill(0, 4).u32be(ASF_IANA).u8(PONG).u8(pong.tag).u8(0).u8(16);
  to.u32be(pong.iana).u32be(pong.oem).u8(pong.entities).u8(pong.interactions).fill(0, 6);
  const packet = to.take();
  putRmcpHeader(packet, RmcpClass.Asf);
  return packet;
}

export function decodePresencePong(packet: Uint8Array): PresencePong {
  const from = asfMessage(packet, PONG, "presence pong");
  const tag = from.u8();
  from.skip(2);
  const iana = from.u32be();
  const oem = from.u32be();
  const entities = from.u8();
  const interactions = from.u8();
  return { tag, iana, oem, ipmi: bit(entities, 7), entities, interactions };
}

function asfMessage(packet: Uint8Array, type: number, what: string): Reader {
  if (rmcpClassOf(packet) !== RmcpClass.Asf) throw new DecodeError(`${what}: not an ASF packet`);
  const from = new Reader(packet, what);
  from.skip(4);
  const iana = from.u32be();
  if (iana !== ASF_IANA) throw new DecodeError(`${what}: wanted IANA ${ASF_IANA}, got ${iana}`);
  const got = from.u8();
  if (got !== type) throw new DecodeError(`${what}: wanted type ${type}, got ${got}`);
  return from;
}
