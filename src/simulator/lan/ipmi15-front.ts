import { activateSession } from "../../ipmi/commands/app/activate-session.ts";
import { authCode } from "../../ipmi/crypto/auth-code.ts";
import { sameCode } from "../../ipmi/crypto/key-exchange.ts";
import { CompletionCode } from "../../ipmi/tables/completion-code.ts";
import { decodeRequestMessage, encodeResponseMessage } from "../../ipmi/wire/message.ts";
import {
  AuthType,
  decodeSessionPacket,
  encodeSessionPacket,
  type SessionPacket,
} from "../../ipmi/wire/session-header.ts";
import type { Peer } from "../bmc/server-session.ts";
import type { Challenge, Send, VirtualBmc } from "../bmc/virtual-bmc.ts";
import { answer, answerOf } from "./dispatch.ts";

const NO_SLOT = 0x81;
const PRIVILEGE_EXCEEDED = 0x86;

/**
 * A packet with the IPMI 1.5 session header: outside any session, activating one, or inside one.
 *
 * @returns false: to be dropped
 */
export function receive15(bmc: VirtualBmc, packet: Buffer, peer: Peer, send: Send): boolean {
  const got = decodeSessionPacket(packet);
  if (got.sessionId === 0) return outside(bmc, got, peer, send);
  const challenge = bmc.challenges.find((c) => c.temporaryId === got.sessionId);
  if (challenge) return activate(bmc, got, challenge, peer, send);
  return inside(bmc, got, peer, send);
}

function outside(bmc: VirtualBmc, got: SessionPacket, peer: Peer, send: Send): boolean {
  if (got.authType !== AuthType.None) return false;
  const request = decodeRequestMessage(got.message);
  if (!request.checksumsOk) return false;
  answer(bmc, request, undefined, peer, (message) => {
    const packet = encodeSessionPacket({
      authType: AuthType.None,
      sequence: 0,
      sessionId: 0,
      message: bmc.damage(message, false),
    });
    bmc.deliver(packet, peer, send);
  });
  return true;
}

function inside(bmc: VirtualBmc, got: SessionPacket, peer: Peer, send: Send): boolean {
  const nowMs = bmc.clock.monotonicMs();
  const session = bmc.sessions.find(got.sessionId, nowMs);
  if (session?.protocol !== "1.5" || !session.active || got.authType !== session.authType) return false;
  const code = session.codeOf(got.message, got.sequence);
  if (code && !(got.authCode && sameCode(code, got.authCode))) return false;
  if (!session.accepts(got.sequence)) return false;
  const request = decodeRequestMessage(got.message);
  if (!request.checksumsOk) return false;
  session.lastUsedMs = nowMs;
  answer(bmc, request, session, peer, (message) => bmc.sendMessage(session, message, peer, send));
  return true;
}

/**
 * Activate Session - IPMI 2.0 section 22.17. A packet with a wrong code is dropped. The response still carries the
 * temporary session id.
 */
function activate(bmc: VirtualBmc, got: SessionPacket, challenge: Challenge, peer: Peer, send: Send): boolean {
  const { user, authType, temporaryId } = challenge;
  const code = authCode(authType, user.password, temporaryId, got.message, got.sequence);
  const genuine = got.authType === authType && (!code || (got.authCode && sameCode(code, got.authCode)));
  const message = decodeRequestMessage(got.message);
  if (!genuine || message.netFn !== activateSession.netFn || message.command !== activateSession.code) {
    if (!genuine) bmc.loginFailed();
    return false;
  }
  const request = activateSession.decodeRequest(message.data);
  let outbound = request.initialOutboundSequence;
  const reply = (completionCode: number, data: Uint8Array): boolean => {
    const response = encodeResponseMessage(answerOf(message, completionCode, data));
    const sealed = encodeSessionPacket({
      authType,
      sequence: outbound,
      sessionId: temporaryId,
      authCode: authCode(authType, user.password, temporaryId, response, outbound),
      message: response,
    });
    bmc.deliver(sealed, peer, send);
    return true;
  };
  const nothing = new Uint8Array(0);
  const refused = bmc.refusal("activate_session");
  if (refused) return reply(refused, nothing);
  if (!sameCode(request.challenge, challenge.bytes)) return reply(CompletionCode.InvalidDataField, nothing);
  if (request.maximumPrivilege > user.privilege) {
    bmc.loginFailed();
    return reply(PRIVILEGE_EXCEEDED, nothing);
  }
  bmc.challenges = bmc.challenges.filter((c) => c !== challenge);
  const session = bmc.sessions.open("1.5", peer, bmc.clock.monotonicMs());
  if (!session) return reply(NO_SLOT, nothing);
  const inbound = bmc.newRandom(4).readUInt32LE() || 1;
  session.user = user;
  session.privilegeLimit = request.maximumPrivilege || user.privilege;
  session.privilege = Math.min(session.privilege, session.privilegeLimit);
  outbound = request.initialOutboundSequence;
  session.activate15(authType, user.password, inbound, (outbound + 1) >>> 0 || 1);
  bmc.stats.sessionsOpened++;
  return reply(
    CompletionCode.Ok,
    activateSession.encodeResponse({
      authenticationType: authType,
      sessionId: session.id,
      initialInboundSequence: inbound,
      maximumPrivilege: session.privilegeLimit,
    }),
  );
}
