import { sendMessage } from "../commands/app/send-message.ts";
import type { Command } from "../commands/command.ts";
import { CompletionCodeError } from "../errors.ts";
import { CompletionCode } from "../tables/completion-code.ts";
import { hexByte } from "../wire/hex.ts";
import { BMC_ADDRESS, CONSOLE_ADDRESS, encodeRequestMessage } from "../wire/message.ts";
import type { Framing } from "./framing.ts";
import type { Answer, Requester, RequestOptions } from "./requester.ts";

/** A controller behind the BMC. */
export interface BridgeTarget {
  /** 0 primary IPMB, 6 Intel ME; from the locator record in the SDR repository. */
  readonly channel: number;
  /** Slave address, 8-bit form: 2Ch for the ME. */
  readonly address: number;
  readonly lun?: number;
}

/** Satellites are slow, and the BMC waits for them before it answers. */
const PATIENCE_MS = 2000;
const TRIES = 2;

/**
 * Runs a command on a satellite through Send Message with tracking - IPMI 2.0 section 6.13.3.
 *
 * Accepts both forms of the reply: inside the Send Message response, or after it as a separate message from the
 * satellite with the same sequence number.
 *
 * @throws CompletionCodeError of the BMC ("Send Message ...") or of the satellite
 */
export async function bridged<Q, R>(
  requester: Requester,
  framing: Framing,
  target: BridgeTarget,
  command: Command<Q, R>,
  request: Q,
  options: RequestOptions,
): Promise<R> {
  const { answer, refusedBy } = await exchangeBridged(
    requester,
    framing,
    target,
    command,
    command.encodeRequest(request),
    options,
  );
  const code = answer.completionCode;
  if (code === CompletionCode.Ok) return command.decodeResponse(answer.data);
  const refused = refusedBy === "satellite" ? command : sendMessage;
  throw new CompletionCodeError(nameOf(command, target, refusedBy), code, refused.refusalMeaning(code));
}

type RawCommand = Pick<Command<never, unknown>, "name" | "netFn" | "code" | "effect" | "confidential">;

/**
 * Sends raw request data to a satellite; returns its answer with any completion code.
 *
 * @throws CompletionCodeError of the BMC ("Send Message ...")
 */
export async function sendBridged(
  requester: Requester,
  framing: Framing,
  target: BridgeTarget,
  command: RawCommand,
  data: Uint8Array,
  options: RequestOptions,
): Promise<Answer> {
  const { answer, refusedBy } = await exchangeBridged(requester, framing, target, command, data, options);
  const code = answer.completionCode;
  if (code === CompletionCode.Ok || refusedBy === "satellite") return answer;
  throw new CompletionCodeError(nameOf(command, target, refusedBy), code, sendMessage.refusalMeaning(code));
}

function nameOf({ name }: { readonly name: string }, target: BridgeTarget, refusedBy: "satellite" | "bmc"): string {
  const via = `${name} via ${hexByte(target.address)}`;
  return refusedBy === "satellite" ? via : `Send Message for ${via}`;
}

async function exchangeBridged(
  requester: Requester,
  framing: Framing,
  target: BridgeTarget,
  command: RawCommand,
  requestData: Uint8Array,
  options: RequestOptions,
): Promise<{ readonly answer: Answer; readonly refusedBy: "satellite" | "bmc" }> {
  const sequence = requester.nextSequence();
  const data = sendMessage.encodeRequest({
    channel: target.channel,
    message: {
      responderAddress: target.address,
      netFn: command.netFn,
      responderLun: target.lun ?? options.lun ?? 0,
      sequence,
      command: command.code,
      data: requestData,
    },
  });
  const message = encodeRequestMessage({
    responderAddress: BMC_ADDRESS,
    netFn: sendMessage.netFn,
    responderLun: 0,
    requesterAddress: CONSOLE_ADDRESS,
    requesterLun: 0,
    sequence,
    command: sendMessage.code,
    data,
  });
  const { effect, confidential } = command;
  const name = nameOf(command, target, "satellite");
  let refusedBy: "satellite" | "bmc" = "satellite";
  const answer = await requester.transact(
    framing,
    { name, effect, confidential },
    message,
    (m) => {
      if (m.sequence !== sequence) return undefined;
      const own = m.netFn === sendMessage.netFn + 1 && m.command === sendMessage.code;
      if (!own) {
        const theirs = m.netFn === command.netFn + 1 && m.command === command.code;
        return theirs && m.responderAddress === target.address ? m : undefined;
      }
      // The BMC still processes the first transmission; its answer follows.
      if (m.completionCode === CompletionCode.DuplicateRequest) return undefined;
      if (m.completionCode !== CompletionCode.Ok) {
        refusedBy = "bmc";
        return m;
      }
      // Without data it is only the acknowledgement: the reply follows.
      const embedded = m.data.length > 0 ? sendMessage.decodeResponse(m.data).reply : undefined;
      if (embedded) requester.onQuirk("embedded_bridge_replies");
      return embedded;
    },
    { patienceMs: PATIENCE_MS, tries: TRIES, ...options },
  );
  return { answer, refusedBy };
}
