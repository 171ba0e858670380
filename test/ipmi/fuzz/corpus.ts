import { decodeRmcpPlus, isRmcpPlus } from "../../../src/ipmi/wire/rmcp-plus.ts";
import { decodeSessionPacket } from "../../../src/ipmi/wire/session-header.ts";
import { hex } from "../../support/hex.ts";
import { HANDSHAKES, SESSIONS_15 } from "../../vectors/sessions.ts";

/** Every packet that was captured, whole. */
export const capturedPackets: readonly Buffer[] = [
  ...HANDSHAKES.flatMap((h) => h.packets.map(([, packet]) => hex(packet))),
  ...SESSIONS_15.flatMap((s) => s.packets.map(([, packet]) => hex(packet))),
];

const isIpmi = (packet: Buffer): boolean => packet[3] === 0x07;

export const packets20: readonly Buffer[] = capturedPackets.filter(isRmcpPlus);
export const packets15: readonly Buffer[] = capturedPackets.filter((p) => isIpmi(p) && !isRmcpPlus(p));
export const asfPackets: readonly Buffer[] = capturedPackets.filter((p) => !isIpmi(p));

/** Payloads of session setup, by payload type. */
export function setupPayloads(payloadType: number): readonly Buffer[] {
  return packets20.flatMap((packet) => {
    const decoded = decodeRmcpPlus(packet);
    return decoded.payloadType === payloadType ? [Buffer.from(decoded.payload)] : [];
  });
}

/** IPMI messages, requests and responses alike. */
export const messages: readonly Buffer[] = [
  ...packets15.map((packet) => Buffer.from(decodeSessionPacket(packet).message)),
  ...HANDSHAKES.flatMap((h) => h.packets.flatMap(([, , message]) => (message ? [hex(message)] : []))),
].filter((message) => message.length >= 8);
