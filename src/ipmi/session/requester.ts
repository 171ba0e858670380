import type { Command } from "../commands/command.ts";
import { CompletionCodeError, type IpmiStage } from "../errors.ts";
import type { QuirkName } from "../quirks.ts";
import { CompletionCode, completionCodeMeaning } from "../tables/completion-code.ts";
import { hexByte, hexDigits } from "../wire/hex.ts";
import {
  BMC_ADDRESS,
  CONSOLE_ADDRESS,
  decodeResponseMessage,
  encodeRequestMessage,
  type ResponseMessage,
} from "../wire/message.ts";
import type { Conversation, Exchange } from "./conversation.ts";
import type { Framing } from "./framing.ts";

/** The answer to a request: a completion code, and data after it. */
export interface Answer {
  readonly completionCode: number;
  readonly data: Uint8Array;
}

export interface RequestOptions {
  readonly signal?: AbortSignal;
  readonly lun?: number;
  readonly tries?: number;
  readonly stage?: IpmiStage;
  readonly patienceMs?: number;
  /** How often the command is sent to a BMC that reports that it is busy, with waits in between; default 3. */
  readonly busyTries?: number;
  /** Its sequence number, from `nextSequence`; the next one if absent. */
  readonly sequence?: number;
  /** The same request was sent before with the same number, and its late answer is accepted. */
  readonly repeated?: boolean;
}

const DEFAULT_TRIES = 4;
const BUSY_TRIES = 3;
const BUSY_WAIT_MS = 100;

/** The answer to the message `request`, or undefined if the message is another one. */
type Matcher = (answer: ResponseMessage, request: Uint8Array) => Answer | undefined;

/**
 * Turns commands into messages and finds their answers. Gives each request the next of 64 sequence
 * numbers, so that a late answer to an earlier request is recognised.
 */
export class Requester {
  readonly conversation: Conversation;
  /** Called for quirks that messages reveal. */
  readonly onQuirk: (quirk: QuirkName) => void;
  readonly #tries: number;
  #sequence = 0;

  /**
   * @param options.onQuirk called for quirks that messages reveal
   * @param options.tries transmissions of a request that does not set its own
   */
  constructor(
    conversation: Conversation,
    options: { readonly onQuirk?: (quirk: QuirkName) => void; readonly tries?: number } = {},
  ) {
    this.conversation = conversation;
    this.onQuirk = options.onQuirk ?? (() => {});
    this.#tries = options.tries ?? DEFAULT_TRIES;
  }

  nextSequence(): number {
    this.#sequence = (this.#sequence + 1) & 0x3f;
    return this.#sequence;
  }

  /**
   * Sends a command and decodes its answer. Sends it again, a few times with waits in between, while the BMC
   * reports that it is busy (C0h, D2h and the like).
   *
   * @throws CompletionCodeError if it refuses, DecodeError if the answer does not have its layout, IpmiError of
   *   Conversation.exchange, or the signal's reason
   */
  async run<Q, R>(framing: Framing, command: Command<Q, R>, request: Q, options: RequestOptions = {}): Promise<R> {
    const { busyTries = BUSY_TRIES } = options;
    for (let attempt = 1; ; attempt++) {
      const answer = await this.send(framing, command, command.encodeRequest(request), options);
      const code = answer.completionCode;
      if (code === CompletionCode.Ok) {
        const response = command.decodeResponse(answer.data);
        this.conversation.trace?.("note", inWords(response));
        return response;
      }
      const again = isBusy(command, code) && command.effect === "reads" && attempt < busyTries;
      if (!again) throw new CompletionCodeError(command.name, code, command.refusalMeaning(code));
      await pause(this.conversation, BUSY_WAIT_MS * 4 ** (attempt - 1), options.signal);
    }
  }

  /** Sends request data and returns the raw answer, whatever its completion code. */
  send(
    framing: Framing,
    command: Pick<Command<never, unknown>, "name" | "netFn" | "code" | "effect" | "confidential">,
    data: Uint8Array,
    options: RequestOptions = {},
  ): Promise<Answer> {
    const message = this.message(command, data, options);
    return this.transact(framing, command, message, isAnswerTo, options);
  }

  /** A request to the BMC itself. */
  message(
    command: Pick<Command<never, unknown>, "netFn" | "code">,
    data: Uint8Array,
    { lun, sequence }: Pick<RequestOptions, "lun" | "sequence">,
  ): Uint8Array {
    return encodeRequestMessage({
      responderAddress: BMC_ADDRESS,
      netFn: command.netFn,
      responderLun: lun ?? 0,
      requesterAddress: CONSOLE_ADDRESS,
      requesterLun: 0,
      sequence: sequence ?? this.nextSequence(),
      command: command.code,
      data,
    });
  }

  /** Sends a whole message and waits for the one that `match` accepts. */
  transact(
    framing: Framing,
    command: Pick<Command<never, unknown>, "name" | "effect" | "confidential">,
    message: Uint8Array,
    match: Matcher,
    options: RequestOptions,
  ): Promise<Answer> {
    const request = this.request(framing, command, match, options);
    request.message = message;
    return this.conversation.exchange(request);
  }

  /** A request without its message yet. */
  request(
    framing: Framing,
    command: Pick<Command<never, unknown>, "name" | "effect" | "confidential">,
    match: Matcher,
    options: RequestOptions,
  ): Request {
    const tries = command.effect === "changes" ? 1 : (options.tries ?? this.#tries);
    return new Request(this, framing, command, match, tries, options);
  }
}

const NO_MESSAGE = new Uint8Array(0);

/** A request in flight. A class: closures would be created a hundred times a poll. */
export class Request implements Exchange<Answer> {
  readonly name: string;
  readonly stage: IpmiStage;
  readonly tries: number;
  readonly patienceMs: number | undefined;
  readonly repeated: boolean | undefined;
  readonly signal: AbortSignal | undefined;
  readonly #requester: Requester;
  readonly #framing: Framing;
  #message: Uint8Array = NO_MESSAGE;
  readonly #match: Matcher;
  readonly #isConfidential: boolean;

  constructor(
    requester: Requester,
    framing: Framing,
    command: Pick<Command<never, unknown>, "name" | "confidential">,
    match: Matcher,
    tries: number,
    options: RequestOptions,
  ) {
    this.name = command.name;
    this.#isConfidential = command.confidential === true;
    this.stage = options.stage ?? "command";
    this.tries = tries;
    this.patienceMs = options.patienceMs;
    this.repeated = options.repeated;
    this.signal = options.signal;
    this.#requester = requester;
    this.#framing = framing;
    this.#match = match;
  }

  /** The message. After the answer the object can be given another message and sent again. */
  set message(message: Uint8Array) {
    const { observer, trace } = this.#requester.conversation;
    observer.commandSent(this.name);
    const data = this.#isConfidential ? "(data not shown)" : hexDigits(message.subarray(6, -1));
    trace?.("sent", `${this.name} ${data}`.trimEnd());
    this.#message = message;
  }

  packet(): Buffer {
    return this.#framing.seal(this.#message);
  }

  match(packet: Buffer): Answer | undefined {
    const { conversation } = this.#requester;
    const { observer } = conversation;
    const opened = this.#framing.open(packet);
    if (typeof opened === "string") {
      observer.packetDropped(opened);
      return undefined;
    }
    if (opened.length < 8) {
      observer.packetDropped("malformed");
      return undefined;
    }
    const response = decodeResponseMessage(opened);
    if (!response.checksumsOk) {
      // The authentication code of the whole packet is right, so the BMC sent these bytes: it computes checksums wrongly.
      if (!this.#framing.guarded) {
        observer.packetDropped("bad_checksum");
        return undefined;
      }
      this.#requester.onQuirk("ignore_message_checksum");
    }
    const found = this.#match(response, this.#message);
    if (!found) {
      observer.packetDropped("late_or_duplicate");
      return undefined;
    }
    observer.commandAnswered(this.name, found.completionCode);
    conversation.trace?.("received", `${this.name}: ${describe(found)}`);
    return found;
  }
}

/** Accepts the answer with the request's sequence number, command and network function plus one. */
export function isAnswerTo(answer: ResponseMessage, request: Uint8Array): Answer | undefined {
  const netFn = (request[1] as number) >> 2;
  const sequence = (request[4] as number) >> 2;
  if (answer.netFn !== netFn + 1 || answer.command !== request[5] || answer.sequence !== sequence) return undefined;
  // The BMC still processes the first transmission; its answer follows.
  return answer.completionCode === CompletionCode.DuplicateRequest ? undefined : answer;
}

/** Codes that mean "not now". Time-outs (C3h, CEh) are left to the caller: they can be permanent. */
export function isBusy<Q, R>(command: Command<Q, R>, code: number): boolean {
  return (
    code === CompletionCode.NodeBusy ||
    code === CompletionCode.Initialising ||
    code === CompletionCode.SdrUpdateMode ||
    (isCommandSpecific(code) && command.refusalMeaning(code).transient)
  );
}

function isCommandSpecific(code: number): boolean {
  return code >= 0x80 && code <= 0xbe;
}

/** Waits; rejects with the reason of the signal. */
function pause(conversation: Conversation, milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = (): void => {
      timer.cancel();
      reject(signal?.reason);
    };
    const timer = conversation.clock.after(milliseconds, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

/** A decoded response on one line, e.g. "powerOn=true interlock=false". */
export function inWords(response: unknown): string {
  if (typeof response !== "object" || response === null) return "nothing to decode";
  const word = (value: unknown): string =>
    value instanceof Uint8Array ? hexDigits(value) : typeof value === "object" ? JSON.stringify(value) : String(value);
  const pairs = Object.entries(response).filter(([, value]) => value !== undefined);
  return pairs.map(([key, value]) => `${key}=${word(value)}`).join(" ");
}

function describe(answer: Answer): string {
  if (answer.completionCode === CompletionCode.Ok) return `ok ${hexDigits(answer.data)}`.trimEnd();
  return `completion code ${hexByte(answer.completionCode)} (${completionCodeMeaning(answer.completionCode).text})`;
}
