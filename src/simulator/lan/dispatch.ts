import { DecodeError, TruncatedError } from "../../ipmi/errors.ts";
import { CompletionCode } from "../../ipmi/tables/completion-code.ts";
import { encodeResponseMessage, type RequestMessage, type ResponseMessage } from "../../ipmi/wire/message.ts";
import type { Reply } from "../bmc/misbehaviour.ts";
import type { Peer, ServerSession } from "../bmc/server-session.ts";
import type { VirtualBmc } from "../bmc/virtual-bmc.ts";
import { Context, type Relay } from "../handlers/context.ts";
import { findHandler, type Handler } from "../handlers/index.ts";

const NO_DATA = new Uint8Array(0);

/** Answers a request; no, one or two response messages go to `emit`, in order. */
export function answer(
  bmc: VirtualBmc,
  request: RequestMessage,
  session: ServerSession | undefined,
  peer: Peer,
  emit: (message: Buffer) => void,
): void {
  bmc.stats.requests++;
  const relay: Relay = (bridged, satellite) => {
    const { completionCode, data } = handled(new Context(bmc, bridged, { session, peer, relay, satellite }));
    return answerOf(bridged, completionCode, data);
  };
  const context = new Context(bmc, request, { session, peer, relay });
  const reply = replyTo(bmc, context);
  if (reply === "silence") return;
  emit(encodeResponseMessage(answerOf(request, reply.completionCode, reply.data)));
  if (context.following) emit(context.following);
  if (!context.closes) return;
  bmc.sessions.close(context.closes);
  bmc.changedSettings?.boot.release(context.closes.id);
}

function replyTo(bmc: VirtualBmc, context: Context): Reply | "silence" {
  if (context.session && bmc.behaviour) bmc.advance(context.session.lastUsedMs);
  if (bmc.misbehaviours.length === 0) return handled(context);
  for (const m of bmc.misbehaviours) {
    const replaced = m.answer?.(context);
    if (replaced) return replaced;
  }
  let reply = handled(context);
  for (const m of bmc.misbehaviours) reply = m.amend?.(context, reply) ?? reply;
  return reply;
}

/** The reply of the handler, or a completion code that refuses the request. */
function handled(context: Context): Reply {
  const handler = findHandler(context);
  if (!handler) return refusal(CompletionCode.InvalidCommand);
  if (!permitted(context, handler)) return refusal(CompletionCode.InsufficientPrivilege);
  try {
    return handler.run(context);
  } catch (error) {
    if (error instanceof TruncatedError) return refusal(CompletionCode.RequestLengthInvalid);
    if (error instanceof DecodeError) return refusal(CompletionCode.InvalidDataField);
    throw error;
  }
}

function permitted({ session, satellite }: Context, handler: Handler): boolean {
  if (handler.sessionless || satellite) return true;
  return session !== undefined && session.privilege >= handler.privilege;
}

function refusal(completionCode: number): Reply {
  return { completionCode, data: NO_DATA };
}

/** The response message to a request. */
export function answerOf(request: RequestMessage, completionCode: number, data: Uint8Array): ResponseMessage {
  return {
    requesterAddress: request.requesterAddress,
    netFn: request.netFn | 1,
    requesterLun: request.requesterLun,
    responderAddress: request.responderAddress,
    responderLun: request.responderLun,
    sequence: request.sequence,
    command: request.command,
    completionCode,
    data,
    checksumsOk: true,
  };
}
