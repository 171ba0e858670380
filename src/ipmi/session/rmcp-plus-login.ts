import { randomBytes } from "node:crypto";
import { closeSession } from "../commands/app/close-session.ts";
import { AuthenticationAlgorithm, type CipherSuite } from "../crypto/cipher-suite.ts";
import {
  type KeyExchange,
  passwordKey,
  rakp2Code,
  rakp3Code,
  rakp4CheckValue,
  rakp4CheckValueByIntegrity,
  type SessionKeys,
  sameCode,
  sessionKeys,
} from "../crypto/key-exchange.ts";
import { DecodeError, IpmiError, type IpmiReason, type IpmiStage } from "../errors.ts";
import type { QuirkName } from "../quirks.ts";
import { BMC_ADDRESS, CONSOLE_ADDRESS, encodeRequestMessage } from "../wire/message.ts";
import { decodeOpenSessionResponse, encodeOpenSessionRequest, type OpenSessionResponse } from "../wire/open-session.ts";
import {
  decodeRakp2,
  decodeRakp4,
  encodeRakp1,
  encodeRakp3,
  MAX_USER_NAME,
  RANDOM_LENGTH,
  type Rakp2,
  type Rakp4,
} from "../wire/rakp.ts";
import { decodeRmcpPlus, encodeRmcpPlus, isRmcpPlus, PayloadType } from "../wire/rmcp-plus.ts";
import type { Conversation } from "./conversation.ts";
import type { Credentials } from "./credentials.ts";
import { FramingRmcpPlus, newConsoleSessionId } from "./framing.ts";
import type { BmcMemory } from "./memory.ts";
import { type StatusAction, statusMeaning, statusText } from "./status.ts";

/** A half-open session occupies a slot for seconds: wait for the answer instead of starting another. */
const HANDSHAKE_PATIENCE_MS = 2000;
/** The same for the message that takes the slot, which is also the first message to a known BMC. */
const OPEN_PATIENCE_MS = 1000;
const LONGEST_PATIENCE_MS = 5000;
const RESTARTS = 3;
const NAME_ONLY_LOOKUP = 0x10;

/** A refusal during the handshake, with the next action. */
export class HandshakeRefused extends IpmiError {
  readonly action: StatusAction;
  /** The BMC refused, and so has no half-open session; false: this client refused. */
  readonly byBmc: boolean;

  constructor(
    reason: IpmiReason,
    message: string,
    options: { stage: IpmiStage; failedLogin?: boolean },
    action: StatusAction,
    byBmc = false,
  ) {
    super(reason, message, options);
    this.action = action;
    this.byBmc = byBmc;
  }
}

interface RmcpPlusLogin {
  readonly framing: FramingRmcpPlus;
  readonly bmcSessionId: number;
  readonly suite: CipherSuite;
}

interface LoginRequest {
  readonly credentials: Credentials;
  readonly suite: CipherSuite;
  /** Requested maximum privilege. */
  readonly privilege: number;
  readonly memory: BmcMemory;
  readonly signal?: AbortSignal;
}

/**
 * Opens an RMCP+ session with one cipher suite - IPMI 2.0 section 13.15: Open Session, RAKP 1 to 4.
 *
 * RAKP messages are never sent twice. If an answer is lost, the handshake starts again at Open Session with a new
 * session id, because BMCs answer a repeated RAKP 1 twice or refuse it.
 *
 * @throws HandshakeRefused, IpmiError of Conversation.exchange, or the signal's reason
 */
export async function loginRmcpPlus(conversation: Conversation, request: LoginRequest): Promise<RmcpPlusLogin> {
  for (let attempt = 1; ; attempt++) {
    try {
      // The BMC may be slow: each attempt waits longer than the previous one.
      const patienceMs = Math.min(HANDSHAKE_PATIENCE_MS * 2 ** (attempt - 1), LONGEST_PATIENCE_MS);
      return await new Handshake(conversation, request, patienceMs).run();
    } catch (error) {
      const restart =
        error instanceof HandshakeRefused
          ? error.action === "restart"
          : error instanceof IpmiError &&
            error.stage === "rakp" &&
            (error.reason === "timeout" || error.reason === "no_answer");
      if (!restart || attempt >= RESTARTS) throw error;
      conversation.trace?.("note", `${(error as Error).message}; starting again from Open Session`);
    }
  }
}

class Handshake {
  readonly #conversation: Conversation;
  readonly #request: LoginRequest;
  readonly #patienceMs: number;
  #bmcSessionId = 0;
  /** Our session id of each Open Session sent, by its tag. */
  readonly #opened = new Map<number, number>();
  #tag = randomBytes(1)[0] ?? 0;

  constructor(conversation: Conversation, request: LoginRequest, patienceMs: number) {
    this.#conversation = conversation;
    this.#request = request;
    this.#patienceMs = patienceMs;
  }

  async run(): Promise<RmcpPlusLogin> {
    const { suite } = this.#request;
    let framing: FramingRmcpPlus | undefined;
    try {
      const consoleSessionId = await this.#openSession();
      const { exchange, key, keys } = await this.#rakp1And2(consoleSessionId);
      framing = new FramingRmcpPlus({
        suite,
        keys,
        password: key,
        consoleSessionId,
        bmcSessionId: this.#bmcSessionId,
        random: this.#conversation.shared.random,
        scratch: this.#conversation.shared.scratch,
      });
      await this.#rakp3And4(exchange, key, keys);
      this.#note(`session open, cipher suite ${suite.id}`);
      return { framing, bmcSessionId: this.#bmcSessionId, suite };
    } catch (error) {
      // Without RAKP 4 the session is half open if RAKP 3 was lost, and open if RAKP 4 was.
      if (framing && !(error instanceof HandshakeRefused)) this.#closeUnseen(framing);
      this.#dropHalfOpen(error);
      throw error;
    }
  }

  /** Frees the slot of a session that is open for the BMC alone; no answer is expected. */
  #closeUnseen(framing: FramingRmcpPlus): void {
    const message = encodeRequestMessage({
      responderAddress: BMC_ADDRESS,
      netFn: closeSession.netFn,
      responderLun: 0,
      requesterAddress: CONSOLE_ADDRESS,
      requesterLun: 0,
      sequence: 0,
      command: closeSession.code,
      data: closeSession.encodeRequest({ sessionId: this.#bmcSessionId }),
    });
    this.#conversation.sendOnly(framing.seal(message));
  }

  /** Frees the slot of a session that will not be completed; no answer is expected. */
  #dropHalfOpen(error: unknown): void {
    if (this.#bmcSessionId === 0 || (error instanceof HandshakeRefused && error.byBmc)) return;
    this.#drop(this.#bmcSessionId, error instanceof IpmiError && error.reason === "wrong_password" ? 0x0f : 0x01);
  }

  #drop(bmcSessionId: number, status: number): void {
    const drop = encodeRakp3({ tag: this.#nextTag(), status, bmcSessionId, authCode: Buffer.alloc(0) });
    this.#conversation.sendOnly(setupPacket(PayloadType.Rakp3, drop));
  }

  /** Frees the slot of a repeated Open Session that was answered too late. */
  #dropSpare(payload: Uint8Array): void {
    const { tag, accepted } = decodeOpenSessionResponse(payload);
    const isSpare = accepted && this.#opened.has(tag) && accepted.bmcSessionId !== this.#bmcSessionId;
    if (isSpare && accepted.bmcSessionId !== 0) this.#drop(accepted.bmcSessionId, 0x01);
  }

  #note(text: string): void {
    this.#conversation.trace?.("note", text);
  }

  #nextTag(): number {
    this.#tag = (this.#tag + 1) % 0x100;
    return this.#tag;
  }

  /**
   * One message of the handshake and its answer; `fresh` is called per transmission. An answer to any transmission is
   * accepted: the tag shows which one it was.
   */
  async #exchange<T extends { readonly tag: number; readonly status: number }>(step: {
    readonly name: string;
    readonly answerName: string;
    readonly stage: IpmiStage;
    readonly type: number;
    readonly answerType: number;
    readonly tries: number;
    readonly patienceMs?: number;
    readonly fresh: (tag: number) => Buffer;
    readonly decode: (payload: Uint8Array) => T;
    /** An accepted answer in words, for a trace; without codes, against which passwords could be tried. */
    readonly summary: (answer: T) => string;
  }): Promise<T> {
    const { observer } = this.#conversation;
    const tags: number[] = [];
    this.#conversation.trace?.("sent", step.name);
    const answer = await this.#conversation.exchange<T>({
      name: step.name,
      stage: step.stage,
      tries: step.tries,
      patienceMs: step.patienceMs,
      signal: this.#request.signal,
      packet: () => {
        const tag = this.#nextTag();
        tags.push(tag);
        return setupPacket(step.type, step.fresh(tag));
      },
      attemptOf: ({ tag }) => tags.indexOf(tag),
      match: (packet) => {
        let answer: T;
        try {
          if (!isRmcpPlus(packet)) throw new DecodeError("not an RMCP+ packet");
          const { payloadType, payload } = decodeRmcpPlus(packet);
          if (payloadType !== step.answerType) {
            if (payloadType === PayloadType.OpenSessionResponse) this.#dropSpare(payload);
            observer.packetDropped("unexpected");
            return undefined;
          }
          answer = step.decode(payload);
        } catch (error) {
          if (!(error instanceof DecodeError)) throw error;
          observer.packetDropped("malformed");
          return undefined;
        }
        if (!tags.includes(answer.tag)) {
          observer.packetDropped("late_or_duplicate");
          return undefined;
        }
        return answer;
      },
    });
    const { trace } = this.#conversation;
    if (trace) {
      const { status } = answer;
      const outcome = status === 0 ? `accepted, ${step.summary(answer)}` : `refused with status ${statusText(status)}`;
      trace("received", `${step.answerName}: ${outcome}`);
    }
    return answer;
  }

  async #openSession(): Promise<number> {
    const { suite, privilege, memory } = this.#request;
    const asked = memory.quirks.has("open_session_privilege_zero") ? 0 : privilege;
    const answer = await this.#exchange<OpenSessionResponse>({
      name: `Open Session, cipher suite ${suite.id}`,
      answerName: "Open Session",
      stage: "open_session",
      type: PayloadType.OpenSessionRequest,
      answerType: PayloadType.OpenSessionResponse,
      tries: 3,
      patienceMs: OPEN_PATIENCE_MS,
      fresh: (tag) => {
        const consoleSessionId = newConsoleSessionId();
        this.#opened.set(tag, consoleSessionId);
        return encodeOpenSessionRequest({ tag, privilege: asked, consoleSessionId, ...suite });
      },
      decode: decodeOpenSessionResponse,
      summary: ({ accepted: a }) =>
        `algorithms ${a?.authentication}/${a?.integrity}/${a?.confidentiality}, highest privilege ${a?.privilege}, BMC session id ${idText(a?.bmcSessionId)}`,
    });
    if (!answer.accepted) throw refusal("Open Session", answer.status, { stage: "open_session" });
    const { accepted } = answer;
    const consoleSessionId = this.#opened.get(answer.tag) ?? 0;
    this.#bmcSessionId = accepted.bmcSessionId;
    const same =
      accepted.consoleSessionId === consoleSessionId &&
      accepted.authentication === suite.authentication &&
      accepted.integrity === suite.integrity &&
      accepted.confidentiality === suite.confidentiality;
    if (!same) {
      const message = `Open Session: requested cipher suite ${suite.id}, the BMC answered with other algorithms or another session id`;
      throw new HandshakeRefused("no_cipher_suite", message, { stage: "open_session" }, "next_suite");
    }
    return consoleSessionId;
  }

  async #rakp1And2(consoleSessionId: number): Promise<{ exchange: KeyExchange; key: Uint8Array; keys: SessionKeys }> {
    const { credentials, suite, privilege, memory } = this.#request;
    const consoleRandom = randomBytes(RANDOM_LENGTH);
    const role = NAME_ONLY_LOOKUP | privilege;
    const answer = await this.#exchange<Rakp2>({
      name: "RAKP 1",
      answerName: "RAKP 2",
      stage: "rakp",
      type: PayloadType.Rakp1,
      answerType: PayloadType.Rakp2,
      tries: 1,
      patienceMs: this.#patienceMs,
      fresh: (tag) =>
        encodeRakp1({ tag, bmcSessionId: this.#bmcSessionId, consoleRandom, role, userName: credentials.userName }),
      decode: decodeRakp2,
      summary: ({ accepted: a }) =>
        `GUID ${Buffer.from(a?.guid ?? []).toString("hex")}, a code of ${a?.authCode.length} bytes`,
    });
    if (!answer.accepted) throw refusal("RAKP 2", answer.status, { stage: "rakp" });
    const { accepted } = answer;
    const exchange: KeyExchange = {
      consoleSessionId,
      bmcSessionId: this.#bmcSessionId,
      consoleRandom,
      bmcRandom: Buffer.from(accepted.bmcRandom),
      guid: Buffer.from(accepted.guid),
      role,
      userName: credentials.userName,
    };
    const variant = findVariant(suite, exchange, credentials.password, accepted.authCode, privilege);
    if (!variant) {
      const message = "RAKP 2: the BMC's code was made with another password: wrong password";
      throw new HandshakeRefused("wrong_password", message, { stage: "rakp" }, "give_up");
    }
    for (const quirk of variant.quirks) {
      memory.quirks.add(quirk);
      this.#note(`quirk ${quirk}: worked around`);
    }
    return {
      exchange: variant.exchange,
      key: variant.key,
      keys: sessionKeys(suite, variant.key, variant.exchange, credentials.kg),
    };
  }

  async #rakp3And4(exchange: KeyExchange, key: Uint8Array, keys: SessionKeys): Promise<void> {
    const { credentials, suite, memory } = this.#request;
    const answer = await this.#exchange<Rakp4>({
      name: "RAKP 3",
      answerName: "RAKP 4",
      stage: "rakp",
      type: PayloadType.Rakp3,
      answerType: PayloadType.Rakp4,
      tries: 1,
      patienceMs: this.#patienceMs,
      fresh: (tag) =>
        encodeRakp3({ tag, status: 0, bmcSessionId: this.#bmcSessionId, authCode: rakp3Code(suite, key, exchange) }),
      decode: decodeRakp4,
      summary: ({ accepted: a }) => `a check value of ${a?.checkValue.length} bytes`,
    });
    if (!answer.accepted) throw refusal("RAKP 4", answer.status, { stage: "rakp", failedLogin: true });
    const { checkValue } = answer.accepted;
    if (suite.authentication === AuthenticationAlgorithm.None) return;
    if (sameCode(checkValue, rakp4CheckValue(suite, keys, exchange))) return;
    if (sameCode(checkValue, rakp4CheckValueByIntegrity(suite, keys, exchange))) {
      memory.quirks.add("rakp4_by_integrity");
      return;
    }
    const kgMissing = memory.capabilities?.kgSet === true && credentials.kg === undefined;
    const why = kgMissing
      ? "a BMC key (Kg) is set on this BMC and none is configured"
      : "the BMC derived other session keys: wrong or missing BMC key (Kg)";
    throw new HandshakeRefused("wrong_password", `RAKP 4: ${why}`, { stage: "rakp" }, "give_up");
  }
}

/** "0x0200a8c4" */
const idText = (id = 0): string => `0x${id.toString(16).padStart(8, "0")}`;

function refusal(
  step: string,
  status: number,
  options: { readonly stage: IpmiStage; readonly failedLogin?: boolean },
): HandshakeRefused {
  const meaning = statusMeaning(status);
  const message = `${step}: refused with status ${statusText(status)}`;
  return new HandshakeRefused(meaning.reason, message, options, meaning.action, true);
}

/** Session setup travels outside any session: ids 0, no trailer, no encryption. */
function setupPacket(payloadType: number, payload: Uint8Array): Buffer {
  return encodeRmcpPlus({ payloadType, encrypted: false, sessionId: 0, sequence: 0, payload });
}

interface Variant {
  readonly exchange: KeyExchange;
  readonly key: Uint8Array;
  readonly quirks: readonly QuirkName[];
}

/**
 * The way of hashing that yields the BMC's RAKP 2 code: that of the specification, or one of the known deviations. Needs no
 * further packet. Undefined: the password is wrong.
 */
function findVariant(
  suite: CipherSuite,
  exchange: KeyExchange,
  password: Uint8Array,
  code: Uint8Array,
  privilege: number,
): Variant | undefined {
  const key = passwordKey(password);
  if (suite.authentication === AuthenticationAlgorithm.None) return { exchange, key, quirks: [] };
  const padded = Buffer.alloc(MAX_USER_NAME);
  padded.set(exchange.userName);
  const candidates: Variant[] = [
    { exchange, key, quirks: [] },
    { exchange: { ...exchange, role: privilege }, key, quirks: ["rakp_role_without_lookup_bit"] },
    { exchange: { ...exchange, role: 0 }, key, quirks: ["rakp_zero_role"] },
    { exchange: { ...exchange, role: privilege, userName: padded }, key, quirks: ["rakp_padded_user_name"] },
  ];
  if (key.length > 16) {
    candidates.push({ exchange, key: key.subarray(0, 16), quirks: ["password_16"] });
  }
  for (const candidate of candidates) {
    const expected = rakp2Code(suite, candidate.key, candidate.exchange);
    if (sameCode(expected, code)) return candidate;
    if (aboutSame(expected, code)) return { ...candidate, quirks: [...candidate.quirks, "rakp2_code_length"] };
  }
  return undefined;
}

/** Supermicro and Sun firmware sends one byte too many, or only the first 16 of 20. */
function aboutSame(expected: Buffer, code: Uint8Array): boolean {
  const shared = Math.min(expected.length, code.length);
  if (expected.length === code.length || shared < 16 || code.length > expected.length + 1) return false;
  return sameCode(expected.subarray(0, shared), code.subarray(0, shared));
}
