import { decodeRequestMessage } from "../../ipmi/wire/message.ts";
import {
  decodeRmcpPlus,
  encodeRmcpPlus,
  PayloadType,
  type RmcpPlusPacket,
  trailerMatches,
} from "../../ipmi/wire/rmcp-plus.ts";
import type { Peer } from "../bmc/server-session.ts";
import type { Send, VirtualBmc } from "../bmc/virtual-bmc.ts";
import { answer } from "./dispatch.ts";
import { answerOpenSession, answerRakp1, answerRakp3 } from "./rmcp-plus-login.ts";

/**
 * A packet with the RMCP+ session header: session setup, an IPMI message in or before a session, or SOL.
 *
 * @returns false: to be dropped
 */
export function receiveRmcpPlus(bmc: VirtualBmc, packet: Buffer, peer: Peer, send: Send): boolean {
  if (bmc.channel.ipmi20 === false) return false;
  const got = decodeRmcpPlus(packet);
  switch (got.payloadType) {
    case PayloadType.Sol:
      return inside(bmc, packet, got, peer, send);
    case PayloadType.Ipmi:
      return got.sessionId === 0 ? outside(bmc, got, peer, send) : inside(bmc, packet, got, peer, send);
    case PayloadType.OpenSessionRequest:
      return setup(bmc, PayloadType.OpenSessionResponse, answerOpenSession(bmc, got.payload, peer), peer, send);
    case PayloadType.Rakp1:
      return setup(bmc, PayloadType.Rakp2, answerRakp1(bmc, got.payload), peer, send);
    case PayloadType.Rakp3:
      return setup(bmc, PayloadType.Rakp4, answerRakp3(bmc, got.payload), peer, send);
    default:
      return false;
  }
}

function setup(bmc: VirtualBmc, payloadType: number, payload: Buffer | undefined, peer: Peer, send: Send): boolean {
  if (!payload) return true;
  bmc.deliver(encodeRmcpPlus({ payloadType, encrypted: false, sessionId: 0, sequence: 0, payload }), peer, send);
  return true;
}

function outside(bmc: VirtualBmc, got: RmcpPlusPacket, peer: Peer, send: Send): boolean {
  const request = decodeRequestMessage(got.payload);
  if (!request.checksumsOk) return false;
  answer(bmc, request, undefined, peer, (message) => {
    setup(bmc, PayloadType.Ipmi, bmc.damage(message, false), peer, send);
  });
  return true;
}

function inside(bmc: VirtualBmc, packet: Buffer, got: RmcpPlusPacket, peer: Peer, send: Send): boolean {
  const nowMs = bmc.clock.monotonicMs();
  const session = bmc.sessions.find(got.sessionId, nowMs);
  if (session?.protocol !== "2.0" || !session.active) return false;
  const { trailer } = session;
  if (trailer && !(got.authenticated && trailerMatches(packet, got.payloadEnd, trailer))) return false;
  if (got.encrypted !== session.encrypted) return false;
  if (!session.accepts(got.sequence)) return false;
  const payload = session.decrypt(got.payload);
  session.send = send;
  if (got.payloadType === PayloadType.Sol) {
    session.lastUsedMs = nowMs;
    return bmc.sol.receive(session, payload);
  }
  const request = decodeRequestMessage(payload);
  if (!request.checksumsOk) return false;
  session.lastUsedMs = nowMs;
  answer(bmc, request, session, peer, (message) => bmc.sendMessage(session, message, peer, send));
  return true;
}
