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

export interface AskOptions {
  readonly signal?: AbortSignal;
  readonly lun?: number;
  readonly tries?: number;
  readonly stage?: IpmiStage;
  readonly patienceMs?: number;
  /** How often a BMC that says that it is busy is sent the command, with waits in between; default 3. */
  readonly busyTries?: number;
  /** Its number, one that `nextSequence` gave; the next one where absent. */
  readonly sequence?: number;
  /** An earlier request of the same number asked the same, and its late answer will do. */
  readonly repeated?: boolean;
}

const DEFAULT_TRIES = 4;
const BUSY_TRIES = 3;
const BUSY_WAIT_MS = 100;

/** Pulls the answer to the message `request` out of a message, or says that it is not the one. */
type Matcher = (answer: ResponseMessage, request: Uint8Array) => Answer | undefined;

/**
 * Turns commands into messages and finds their answers. Gives each request the next of 64 sequence
 * numbers, so that a late answer to an earlier request is recognised.
 */
export class Requester {
  readonly conversation: Conversation;
  /** Told of oddities that show in messages. */
  readonly learnt: (quirk: QuirkName) => void;
  readonly #tries: number;
  #sequence = 0;

  /**
   * @param options.learnt told of oddities that show in messages
   * @param options.tries transmissions of a request before giving up, unless it says otherwise
   */
  constructor(
    conversation: Conversation,
    options: { readonly learnt?: (quirk: QuirkName) => void; readonly tries?: number } = {},
  ) {
    this.conversation = conversation;
    this.learnt = options.learnt ?? (() => {});
    this.#tries = options.tries ?? DEFAULT_TRIES;
  }

  nextSequence(): number {
    this.#sequence = (this.#sequence + 1) & 0x3f;
    return this.#sequence;
  }

  /**
   * Sends a command and decodes its answer. Asks again, a few times and a little later, while the BMC
   * says that it is busy (C0h, D2h and the like).
   *
   * @throws CompletionCodeError when it refuses, DecodeError when the answer has not the layout it must
   *   have, IpmiError of Conversation.exchange, or the signal's reason
   */
  async run<Q, R>(framing: Framing, command: Command<Q, R>, request: Q, options: AskOptions = {}): Promise<R> {
    const { busyTries = BUSY_TRIES } = options;
    for (let attempt = 1; ; attempt++) {
      const answer = await this.ask(framing, command, command.encodeRequest(request), options);
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

  /** Sends request data and gives the raw answer, whatever its completion code. */
  ask(
    framing: Framing,
    command: Pick<Command<never, unknown>, "name" | "netFn" | "code" | "effect">,
    data: Uint8Array,
    options: AskOptions = {},
  ): Promise<Answer> {
    const message = this.message(command, data, options);
    return this.transact(framing, command, message, isAnswerTo, options);
  }

  /** A request to the BMC itself. */
  message(
    command: Pick<Command<never, unknown>, "netFn" | "code">,
    data: Uint8Array,
    { lun, sequence }: Pick<AskOptions, "lun" | "sequence">,
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

  /** Sends a whole message and waits for the one that `match` takes. */
  transact(
    framing: Framing,
    command: Pick<Command<never, unknown>, "name" | "effect">,
    message: Uint8Array,
    match: Matcher,
    options: AskOptions,
  ): Promise<Answer> {
    const request = this.request(framing, command, match, options);
    request.message = message;
    return this.conversation.exchange(request);
  }

  /** A request without its message yet. */
  request(
    framing: Framing,
    command: Pick<Command<never, unknown>, "name" | "effect">,
    match: Matcher,
    options: AskOptions,
  ): Request {
    const tries = command.effect === "changes" ? 1 : (options.tries ?? this.#tries);
    return new Request(this, framing, command.name, match, tries, options);
  }
}

const NO_MESSAGE = new Uint8Array(0);

/** A request under way. An object with methods: closures for each would be made anew a hundred times a poll. */
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

  constructor(
    requester: Requester,
    framing: Framing,
    name: string,
    match: Matcher,
    tries: number,
    options: AskOptions,
  ) {
    this.name = name;
    this.stage = options.stage ?? "command";
    this.tries = tries;
    this.patienceMs = options.patienceMs;
    this.repeated = options.repeated;
    this.signal = options.signal;
    this.#requester = requester;
    this.#framing = framing;
    this.#match = match;
  }

  /** What is asked. One that was answered may be given another message, and be asked again. */
  set message(message: Uint8Array) {
    const { observer, trace } = this.#requester.conversation;
    observer.commandSent(this.name);
    trace?.("sent", `${this.name} ${hexDigits(message.subarray(6, -1))}`.trimEnd());
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
      // Where a code over the whole packet was right, the BMC meant these bytes: it cannot add up.
      if (!this.#framing.guarded) {
        observer.packetDropped("bad_checksum");
        return undefined;
      }
      this.#requester.learnt("ignore_message_checksum");
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

/** Takes the answer that has the request's number, command and network function plus one. */
export function isAnswerTo(answer: ResponseMessage, request: Uint8Array): Answer | undefined {
  const netFn = (request[1] as number) >> 2;
  const sequence = (request[4] as number) >> 2;
  if (answer.netFn !== netFn + 1 || answer.command !== request[5] || answer.sequence !== sequence) return undefined;
  // The first transmission is still being worked on: its answer is yet to come.
  return answer.completionCode === CompletionCode.DuplicateRequest ? undefined : answer;
}

/** Codes that mean "not now" rather than "no". Time-outs (C3h, CEh) are for the caller: they can be for ever. */
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

/** Waits, abortably. */
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

/** A decoded response on one line: "powerOn=true interlock=false". */
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
