import type { Clock, Timer } from "../../lib/index.ts";
import { offersIpmi20 } from "../commands/app/get-channel-authentication-capabilities.ts";
import { getDeviceId } from "../commands/app/get-device-id.ts";
import type { Command } from "../commands/command.ts";
import { cipherSuite } from "../crypto/cipher-suite.ts";
import { CompletionCodeError, IpmiError } from "../errors.ts";
import { type IpmiObserver, silentObserver, type Trace } from "../observer.ts";
import type { DatagramTransport, Remote } from "../transport/datagram.ts";
import { requestCapabilities, requestCipherSuites } from "./capabilities.ts";
import { Conversation, closedError, SilenceError } from "./conversation.ts";
import { type LoginOptions, login } from "./login.ts";
import { BmcMemory } from "./memory.ts";
import { Requester } from "./requester.ts";
import { HandshakeRefused, loginRmcpPlus } from "./rmcp-plus-login.ts";
import type { Series } from "./series.ts";
import { type RunOptions, Session } from "./session.ts";
import { SharedWait } from "./shared-wait.ts";

/** BMCs end idle sessions after 60 s, give or take 3. */
const IDLE_LIMIT_MS = 50_000;
const KEEP_ALIVE_MS = 25_000;

export interface ConnectionOptions {
  readonly transport: DatagramTransport;
  readonly remote: Remote;
  readonly login: Omit<LoginOptions, "signal">;
  readonly clock: Clock;
  readonly observer?: IpmiObserver;
  /** What was learnt about this BMC; updated by the connection. */
  readonly memory?: BmcMemory;
  /** Transmissions of a request; default 4. */
  readonly tries?: number;
  /** Requests are spaced so that no more than this many are sent; default: no limit. */
  readonly packetsPerSecond?: number;
  /** Default true: commands that change something are refused here, before anything is sent. */
  readonly readOnly?: boolean;
}

/**
 * A connection to one BMC, with or without an open session. Logs in for the first command, and again if the BMC has lost
 * the session; keeps an idle session alive on request (`hold`).
 */
export class IpmiConnection {
  readonly memory: BmcMemory;
  readonly #options: ConnectionOptions;
  readonly #conversation: Conversation;
  readonly #requester: Requester;
  #session: Session | undefined;
  #opening: SharedWait<Session> | undefined;
  #lastUsedAt = 0;
  #keepAlive: Timer | undefined;
  /** Monotonic ms. */
  #heldUntil = 0;
  #holds = 0;
  #closed = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.memory = options.memory ?? new BmcMemory();
    this.#conversation = new Conversation({
      transport: options.transport,
      remote: options.remote,
      clock: options.clock,
      observer: options.observer ?? silentObserver,
      timer: this.memory.timer,
      packetsPerSecond: options.packetsPerSecond,
    });
    this.#requester = new Requester(this.#conversation, {
      onQuirk: (quirk) => this.memory.quirks.add(quirk),
      tries: options.tries,
    });
  }

  get remote(): Remote {
    return this.#options.remote;
  }

  /** True where packets were sent to this BMC since this monotonic time and none came from it. */
  isSilentSince(monotonicMs: number): boolean {
    const { lastSentAt, lastHeardAt } = this.#conversation;
    return lastSentAt >= monotonicMs && lastHeardAt < monotonicMs;
  }

  /** The open session, if there is one. */
  get session(): Session | undefined {
    return this.#session;
  }

  /** Receives each step, while set. */
  set trace(trace: Trace | undefined) {
    this.#conversation.trace = trace;
  }

  /** One cheap request outside any session: does the BMC answer? */
  async ping(signal?: AbortSignal): Promise<void> {
    await requestCapabilities(this.#requester, this.memory, this.#options.login.privilege, signal);
  }

  /** Sends the requests with which a login begins, outside any session; the answers are in `memory`. */
  async survey(signal?: AbortSignal): Promise<void> {
    const capabilities = await requestCapabilities(this.#requester, this.memory, this.#options.login.privilege, signal);
    if (offersIpmi20(capabilities)) await requestCipherSuites(this.#requester, this.memory, signal);
  }

  /**
   * Whether the BMC accepts the configured user without a password, by cipher suite 0: one login with no password,
   * closed at once. It takes a second session slot for that moment, and the BMC may log it. Undefined if the BMC does not
   * answer or has no free slot.
   *
   * @throws the signal's reason
   */
  async acceptsCipherZero(signal?: AbortSignal): Promise<boolean | undefined> {
    const suite = cipherSuite(0);
    if (!suite) return undefined;
    const { credentials, privilege } = this.#options.login;
    const nobody = { userName: credentials.userName, password: new Uint8Array(0) };
    const request = { credentials: nobody, suite, privilege, memory: new BmcMemory(), signal };
    try {
      const { framing, bmcSessionId } = await loginRmcpPlus(this.#conversation, request);
      this.#conversation.observer.sessionOpened("2.0");
      const info = { protocol: "2.0", cipherSuite: suite.id, privilege } as const;
      await new Session(this.#requester, framing, bmcSessionId, info).close();
      return true;
    } catch (error) {
      if (!(error instanceof IpmiError)) throw error;
      return error instanceof HandshakeRefused && error.reason !== "no_free_session" ? false : undefined;
    }
  }

  /** Logs in unless a session is open. Concurrent callers share one login. */
  async open(signal?: AbortSignal): Promise<Session> {
    for (;;) {
      signal?.throwIfAborted();
      const session = this.#living();
      if (session) return session;
      if (!this.#opening?.aborted) break;
      await this.#opening.ended;
    }
    if (this.#closed) throw closedError();
    this.#opening ??= new SharedWait((shared) => this.#logIn(shared));
    return this.#opening.join(signal);
  }

  async #logIn(signal: AbortSignal): Promise<Session> {
    try {
      const session = await login(this.#requester, this.memory, { ...this.#options.login, signal });
      this.#session = session;
      this.#used();
      return session;
    } finally {
      this.#opening = undefined;
    }
  }

  /**
   * Runs a command in the session, which is opened if necessary. If the BMC does not answer, the session counts as lost,
   * and a command that only reads is run once more in a new session.
   *
   * @throws what Session.run and login throw
   */
  async run<Q, R>(command: Command<Q, R>, request: Q, options: RunOptions = {}): Promise<R> {
    this.#assertAllowed(command);
    const session = this.#living() ?? (await this.open(options.signal));
    try {
      const response = await session.run(command, request, options);
      this.#used();
      return response;
    } catch (error) {
      if (!(error instanceof SilenceError) || options.bridge) throw error;
      this.#lost(session, error);
      if (command.effect === "changes") throw error;
    }
    const again = await this.open(options.signal);
    try {
      const response = await again.run(command, request, options);
      this.#used();
      return response;
    } catch (error) {
      if (error instanceof SilenceError && !options.bridge) this.#lost(again, error);
      throw error;
    }
  }

  /**
   * Runs one command many times, as `Session.runSeries` does. If the session is lost, a new one continues the series; a
   * request without an answer in two sessions ends it.
   */
  async runSeries<Q, R>(
    command: Command<Q, R>,
    series: Series<R>,
    options: Pick<RunOptions, "signal"> = {},
  ): Promise<void> {
    this.#assertAllowed(command);
    for (let silentAt = -1; ; ) {
      const session = this.#living() ?? (await this.open(options.signal));
      try {
        await session.runSeries(command, series, options);
        this.#used();
        return;
      } catch (error) {
        if (!(error instanceof SilenceError)) {
          this.#used();
          throw error;
        }
        this.#lost(session, error);
        if (silentAt === series.ended || command.effect === "changes") throw error;
        silentAt = series.ended;
      }
    }
  }

  #assertAllowed<Q, R>(command: Command<Q, R>): void {
    if (command.effect === "changes" && (this.#options.readOnly ?? true))
      throw new IpmiError("privilege_refused", `${command.name}: this connection is read-only`, { stage: "command" });
  }

  /** Keeps the session alive for `durationMs` with a small request every 25 s; 0 stops that. */
  hold(durationMs: number): void {
    this.#keepAlive?.cancel();
    this.#keepAlive = undefined;
    this.#heldUntil = this.#options.clock.monotonicMs() + durationMs;
    this.#holds++;
    this.#waitToTouch();
  }

  #waitToTouch(): void {
    const { clock } = this.#options;
    if (!this.#session || clock.monotonicMs() + KEEP_ALIVE_MS > this.#heldUntil) return;
    this.#keepAlive = clock.after(KEEP_ALIVE_MS, () => {
      this.#keepAlive = undefined;
      const hold = this.#holds;
      void this.#touch().then(() => {
        // Unless `hold` was called while the request was in flight.
        if (hold === this.#holds) this.#waitToTouch();
      });
    });
  }

  /**
   * Closes session and endpoint. A login in progress is aborted, and its slot freed.
   *
   * @param options.tries transmissions of Close Session; default 1
   */
  async close(options: { readonly tries?: number } = {}): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.hold(0);
    const opening = this.#opening;
    opening?.abort(closedError());
    await opening?.ended;
    await this.closeSession(options);
    this.#conversation.close();
  }

  /** Frees the BMC's session slot; the connection can be used again. */
  async closeSession(options: { readonly tries?: number } = {}): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.close(options);
  }

  async #touch(): Promise<void> {
    const session = this.#session;
    if (!session || this.#idleMs() < KEEP_ALIVE_MS / 2) return;
    try {
      await session.run(getDeviceId, undefined, { tries: 2 });
      this.#used();
    } catch (error) {
      if (error instanceof SilenceError) this.#lost(session, error);
      // A refusal is an answer, and keeps the session alive.
      else if (error instanceof CompletionCodeError) this.#used();
    }
  }

  /** The open session, unless the BMC has ended it by now. */
  #living(): Session | undefined {
    if (this.#session && this.#idleMs() > IDLE_LIMIT_MS) this.#abandon();
    return this.#session;
  }

  #idleMs(): number {
    return this.#options.clock.monotonicMs() - this.#lastUsedAt;
  }

  #used(): void {
    this.#lastUsedAt = this.#options.clock.monotonicMs();
  }

  #lost(session: Session, error: Error): void {
    if (this.#session !== session) return;
    this.#conversation.observer.sessionLost();
    this.#conversation.trace?.("note", `${error.message}: the session counts as lost`);
    this.#abandon();
  }

  #abandon(): void {
    this.#session?.abandon();
    this.#session = undefined;
  }
}
