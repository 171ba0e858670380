import type { Clock, Timer } from "../../lib/index.ts";
import { type ActivatedPayload, ActivatePayloadCode, activatePayload } from "../commands/app/activate-payload.ts";
import { deactivatePayload } from "../commands/app/deactivate-payload.ts";
import { getDeviceId } from "../commands/app/get-device-id.ts";
import { getPayloadActivationStatus } from "../commands/app/get-payload-activation-status.ts";
import { getPayloadInstanceInfo } from "../commands/app/get-payload-instance-info.ts";
import { getSessionInfo } from "../commands/app/get-session-info.ts";
import { cipherSuite } from "../crypto/cipher-suite.ts";
import { CompletionCodeError, IpmiError } from "../errors.ts";
import { PayloadType } from "../wire/rmcp-plus.ts";
import { solCharacters } from "../wire/sol.ts";
import { SilenceError } from "./conversation.ts";
import type { PayloadChannel, Session } from "./session.ts";
import { type SolEnd, type SolHandlers, SolStream, type SolStreamOptions } from "./sol.ts";

/** Why SOL ended by itself: as the stream saw it, or after a look at the owner of the payload. */
export type SolSessionEnd =
  | SolEnd
  /** Another session has it. */
  | "taken"
  /** No session has it. */
  | "inactive"
  /** The BMC does not answer requests of the session either. */
  | "lost";

/** Who has the SOL of a BMC, as far as the BMC reports it. */
export interface SolOwner {
  /** Session id of the BMC. */
  readonly sessionId: number;
  readonly userId?: number;
  readonly address?: string;
}

/** SOL is active in a session of somebody else; it was left alone. */
export class SolTakenError extends IpmiError {
  /** Absent: the BMC does not report it. */
  readonly owner: SolOwner | undefined;

  constructor(owner: SolOwner | undefined, cause: unknown) {
    const user = owner?.userId === undefined ? "" : `, user ${owner.userId}`;
    const from = owner?.address === undefined ? "" : `, from ${owner.address}`;
    const who = owner ? `session ${owner.sessionId.toString(16).padStart(8, "0")}h${user}${from}` : "another session";
    super("no_free_session", `SOL is in use by ${who}`, { stage: "command", cause });
    this.owner = owner;
  }
}

export interface SolSessionOptions {
  /** An RMCP+ session; SOL shares it with requests. */
  readonly session: Session;
  readonly clock: Clock;
  readonly handlers: Omit<SolHandlers, "ended"> & {
    /** Called once, at the end that nobody requested. `unsent`: bytes of input that did not arrive. */
    ended(end: SolSessionEnd, unsent: number): void;
  };
  readonly stream?: Pick<SolStreamOptions, "retryMs" | "tries" | "strict">;
  /** Silence after which the session is kept alive; default 15 s. */
  readonly keepAliveMs?: number;
  /** Id of the session that a previous run left behind: its SOL is ended and taken. */
  readonly leftBehind?: number;
  /** Ends the SOL of any other session. */
  readonly take?: boolean;
  readonly signal?: AbortSignal;
}

const SOL = { payloadType: PayloadType.Sol } as const;
const KEEP_ALIVE_MS = 15_000;
const ATTEMPTS = 3;
/** Instance 1 in the mask of active instances. */
const FIRST_INSTANCE = 1;
/** Transmissions of a request that only finds out whether the session lives. */
const CHECK_TRIES = 2;

/**
 * The SOL payload of one session: activation, input and output, and a watch over who owns it. During silence an empty SOL
 * packet, which proves SOL, alternates with a request for the owner, which proves the session and reveals a theft.
 */
export class SolSession {
  readonly #options: SolSessionOptions;
  readonly #channel: PayloadChannel;
  readonly #stream: SolStream;
  #timer: Timer | undefined;
  #keepAlives = 0;
  readonly #watch: Watch;
  #over = false;

  private constructor(
    options: SolSessionOptions,
    activated: ActivatedPayload,
    watch: Watch,
    early: readonly Uint8Array[],
  ) {
    this.#watch = watch;
    const { session, clock, handlers, stream } = options;
    this.#options = options;
    this.#stream = new SolStream({
      ...stream,
      clock,
      characters: solCharacters(activated.inboundSize),
      send: (payload) => this.#channel.send(payload),
      handlers: {
        output: (bytes) => handlers.output(bytes),
        outputLost: (cause) => handlers.outputLost(cause),
        breakReceived: () => handlers.breakReceived(),
        inputInDoubt: (bytes) => handlers.inputInDoubt(bytes),
        ended: (end, unsent) => void this.#streamEnded(end, unsent),
      },
    });
    this.#channel = session.openPayload(PayloadType.Sol, (payload) => this.#stream.receive(payload));
    for (const payload of early) this.#stream.receive(payload);
    this.#waitForSilence();
  }

  /**
   * Activates SOL in the session.
   *
   * @throws SolTakenError where somebody else has it; CompletionCodeError if the BMC refuses, e.g. with 81h (disabled for
   *   this channel or user) or D4h (privilege); IpmiError of Session.run; the signal's reason
   */
  static async open(options: SolSessionOptions): Promise<SolSession> {
    const { session } = options;
    if (session.info.protocol !== "2.0")
      throw new IpmiError("unsupported", "SOL needs an RMCP+ session (IPMI 2.0)", { stage: "command" });
    // The first output may overtake the answer to Activate Payload.
    const early: Uint8Array[] = [];
    const channel = session.openPayload(PayloadType.Sol, (payload) => early.push(Uint8Array.from(payload)));
    try {
      const activated = await activate(options);
      return new SolSession(options, activated, await watchOf(session, options.signal), early);
    } catch (error) {
      channel.close();
      throw error;
    }
  }

  /** Bytes of input that wait to be sent or acknowledged. */
  get queuedBytes(): number {
    return this.#stream.queuedBytes;
  }

  /** False: too much input is queued, or SOL has ended; nothing of it was taken. */
  write(bytes: Uint8Array): boolean {
    return this.#stream.write(bytes);
  }

  sendBreak(): boolean {
    return this.#stream.sendBreak();
  }

  /** Deactivates SOL; the session stays open. One request without an error: some BMCs never answer. */
  async close(): Promise<void> {
    if (this.#over) return;
    this.#stop();
    await this.#options.session.run(deactivatePayload, SOL).catch((error: unknown) => {
      if (!(error instanceof IpmiError)) throw error;
    });
  }

  #stop(): void {
    this.#over = true;
    this.#timer?.cancel();
    this.#stream.stop();
    this.#channel.close();
  }

  #end(end: SolSessionEnd, unsent: number): void {
    if (this.#over) return;
    this.#stop();
    this.#options.handlers.ended(end, unsent);
  }

  /** Before it reports that the stream has ended, finds out why. */
  async #streamEnded(end: SolEnd, unsent: number): Promise<void> {
    if (end !== "silent") {
      this.#end(end, unsent);
      return;
    }
    this.#timer?.cancel();
    const found = await this.#check();
    this.#end(found ?? "silent", unsent);
  }

  /** Waits until nothing was received for the keep-alive time. */
  #waitForSilence(): void {
    if (this.#over) return;
    const { clock, keepAliveMs = KEEP_ALIVE_MS } = this.#options;
    const silentMs = clock.monotonicMs() - this.#stream.lastHeardAt;
    const waitMs = silentMs >= keepAliveMs ? keepAliveMs : keepAliveMs - silentMs;
    this.#timer = clock.after(waitMs, () => {
      this.#timer = undefined;
      if (clock.monotonicMs() - this.#stream.lastHeardAt < keepAliveMs) this.#waitForSilence();
      else void this.#keepAlive();
    });
  }

  async #keepAlive(): Promise<void> {
    if (this.#keepAlives++ % 2 === 0) this.#stream.keepAlive();
    else {
      const found = await this.#check();
      if (found) {
        this.#end(found, this.#stream.queuedBytes);
        return;
      }
    }
    this.#waitForSilence();
  }

  /** Whether the session lives and still owns SOL: undefined if so, as far as the BMC reports it. */
  async #check(): Promise<SolSessionEnd | undefined> {
    const { session, signal } = this.#options;
    const request = { tries: CHECK_TRIES, signal };
    try {
      if (this.#watch === "owner") {
        const { sessionId } = await session.run(getPayloadInstanceInfo, SOL, request);
        if (sessionId === session.id) return undefined;
        return sessionId === 0 ? "inactive" : "taken";
      }
      if (this.#watch === "status") {
        const { active } = await session.run(getPayloadActivationStatus, SOL, request);
        return (active & FIRST_INSTANCE) === 0 ? "inactive" : undefined;
      }
      await session.run(getDeviceId, undefined, request);
      return undefined;
    } catch (error) {
      // A refusal is an answer: the session lives.
      return error instanceof CompletionCodeError ? undefined : "lost";
    }
  }
}

/** Activates the payload, over the remains of an own session if necessary. */
async function activate(options: SolSessionOptions): Promise<ActivatedPayload> {
  const { session, signal } = options;
  const suite = cipherSuite(session.info.cipherSuite ?? 0);
  const encrypt = (suite?.confidentiality ?? 0) !== 0;
  const authenticate = (suite?.integrity ?? 0) !== 0;
  const request = { ...SOL, instance: 1, encrypt, authenticate };
  for (let attempt = 1; ; attempt++) {
    try {
      return await session.run(activatePayload, request, { signal });
    } catch (error) {
      if (attempt >= ATTEMPTS) throw error;
      // The answer was lost: if the request was not, the next one is refused, with this session as owner.
      if (error instanceof SilenceError) continue;
      const isActive =
        error instanceof CompletionCodeError && error.completionCode === ActivatePayloadCode.ActiveElsewhere;
      if (!isActive) throw error;
      const owner = await ownerOf(session, signal);
      const isOwn = owner && (owner.sessionId === session.id || owner.sessionId === options.leftBehind);
      if (!isOwn && !options.take) throw new SolTakenError(owner && (await described(session, owner, signal)), error);
      await session.run(deactivatePayload, SOL, { signal }).catch((refused: unknown) => {
        if (!(refused instanceof CompletionCodeError)) throw refused;
      });
    }
  }
}

/** What the BMC reports correctly about the SOL of this session: its owner, whether it is active, or nothing. */
type Watch = "owner" | "status" | "none";

/** Reads back what was just activated: some boards do not know the commands, others report 0 all the time. */
async function watchOf(session: Session, signal: AbortSignal | undefined): Promise<Watch> {
  const owner = await ownerOf(session, signal);
  if (owner?.sessionId === session.id) return "owner";
  try {
    const { active } = await session.run(getPayloadActivationStatus, SOL, { signal });
    return (active & FIRST_INSTANCE) === 0 ? "none" : "status";
  } catch (error) {
    if (error instanceof CompletionCodeError) return "none";
    throw error;
  }
}

/** Undefined: the BMC does not report an owner. */
async function ownerOf(session: Session, signal: AbortSignal | undefined): Promise<SolOwner | undefined> {
  try {
    const { sessionId } = await session.run(getPayloadInstanceInfo, SOL, { signal });
    return sessionId === 0 ? undefined : { sessionId };
  } catch (error) {
    if (error instanceof CompletionCodeError) return undefined;
    throw error;
  }
}

/** The owner with user and address, where the BMC reports them. */
async function described(session: Session, owner: SolOwner, signal: AbortSignal | undefined): Promise<SolOwner> {
  try {
    const found = await session.run(getSessionInfo, { which: "id", sessionId: owner.sessionId }, { signal });
    return { ...owner, userId: found.session?.userId, address: found.console?.ipAddress };
  } catch (error) {
    if (error instanceof CompletionCodeError) return owner;
    throw error;
  }
}
