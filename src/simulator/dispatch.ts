import { DecodeError, TruncatedError } from "../ipmi/errors.ts";
import { CompletionCode } from "../ipmi/tables/completion-code.ts";
import { BMC_ADDRESS, encodeResponseMessage, type RequestMessage } from "../ipmi/wire/message.ts";
import type { Satellite } from "./board.ts";
import { findHandler, type Handler } from "./handlers/index.ts";
import type { Reply, Request } from "./misbehaviour.ts";
import type { Peer, ServerSession } from "./server-session.ts";
import type { VirtualBmc } from "./virtual-bmc.ts";

const NO_DATA = new Uint8Array(0);

/** One request on its way through the handlers. */
export class Context implements Request {
  readonly bmc: VirtualBmc;
  readonly session: ServerSession | undefined;
  readonly peer: Peer;
  readonly netFn: number;
  readonly command: number;
  readonly data: Uint8Array;
  readonly lun: number;
  readonly sequence: number;
  /** Set while a controller behind the BMC answers. */
  readonly satellite: Satellite | undefined;
  /** A message that goes out after the answer. */
  following: Buffer | undefined;
  /** The session ends when the answer is out. */
  closes: ServerSession | undefined;

  constructor(
    bmc: VirtualBmc,
    request: RequestMessage,
    session: ServerSession | undefined,
    peer: Peer,
    satellite?: Satellite,
  ) {
    this.bmc = bmc;
    this.session = session;
    this.peer = peer;
    this.netFn = request.netFn;
    this.command = request.command;
    this.data = request.data;
    this.lun = request.responderLun;
    this.sequence = request.sequence;
    this.satellite = satellite;
  }

  get inSession(): boolean {
    return this.session !== undefined;
  }

  /** Slave address of the controller that answers: owner of the sensors it knows. */
  get owner(): number {
    return this.satellite?.address ?? BMC_ADDRESS;
  }
}

/** Answers a request: none, one or two messages go to `emit`, in order. */
export function answer(
  bmc: VirtualBmc,
  request: RequestMessage,
  session: ServerSession | undefined,
  peer: Peer,
  emit: (message: Buffer) => void,
): void {
  bmc.stats.requests++;
  const context = new Context(bmc, request, session, peer);
  const reply = replyTo(bmc, context);
  if (reply === "silence") return;
  emit(encodeResponseMessage(answerOf(request, reply.completionCode, reply.data)));
  if (context.following) emit(context.following);
  if (context.closes) bmc.sessions.close(context.closes);
}

function replyTo(bmc: VirtualBmc, context: Context): Reply | "silence" {
  if (context.session && bmc.behaviour) bmc.advance(context.session.lastUsedMs);
  if (bmc.misbehaviours.length === 0) return handled(context);
  for (const m of bmc.misbehaviours) {
    const instead = m.answer?.(context);
    if (instead) return instead;
  }
  let reply = handled(context);
  for (const m of bmc.misbehaviours) reply = m.amend?.(context, reply) ?? reply;
  return reply;
}

/** What the handler says; completion codes for whatever stands in its way. */
export function handled(context: Context): Reply {
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

/** The response message that belongs to a request. */
export function answerOf(request: RequestMessage, completionCode: number, data: Uint8Array) {
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
  };
}
