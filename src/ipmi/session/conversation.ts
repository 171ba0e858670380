import type { Clock, Timer } from "../../lib/index.ts";
import type { HmacScratch } from "../crypto/kept-hmac.ts";
import type { RandomPool } from "../crypto/random-pool.ts";
import { IpmiError, type IpmiStage } from "../errors.ts";
import type { IpmiObserver, Trace } from "../observer.ts";
import type { DatagramTransport, Endpoint, Remote } from "../transport/datagram.ts";
import type { SendTurns } from "../transport/send-turns.ts";
import { payloadTypeOf } from "../wire/rmcp-plus.ts";
import { RetransmissionTimer } from "./retry.ts";

const NEVER = Number.POSITIVE_INFINITY;

/** One request and its answer: how its packets are made, and which packet answers it. */
export interface Exchange<T> {
  /** For messages: "Get Chassis Status". */
  readonly name: string;
  readonly stage: IpmiStage;
  /** The packet of transmission `attempt`, 0 first; a retransmission inside a session differs in its sequence number. */
  packet(attempt: number): Uint8Array;
  /** The answer in the packet, or undefined if it is not the answer: the wait continues. May throw to end the wait. */
  match(packet: Buffer): T | undefined;
  /** Which transmission was answered, 0 the first. Without it only answers to the first are measured. */
  attemptOf?(answer: T): number;
  /** An earlier exchange sent the same request, and its answer is accepted, too: the round trip is not measured. */
  readonly repeated?: boolean;
  /** Number of transmissions. */
  readonly tries: number;
  /** Shortest wait per transmission, for requests known to be slow. */
  readonly patienceMs?: number;
  readonly signal?: AbortSignal;
}

/** No answer: reason `no_answer` if nothing was ever received from this BMC, `timeout` if it has answered before. */
export class SilenceError extends IpmiError {
  /** Packets received meanwhile that were not the answer. */
  readonly otherPackets: number;

  constructor(exchange: Exchange<unknown>, tries: number, heardBefore: boolean, otherPackets: number) {
    const times = tries === 1 ? "1 try" : `${tries} tries`;
    const what = heardBefore ? "timed out" : "no answer";
    super(heardBefore ? "timeout" : "no_answer", `${exchange.name}: ${what} after ${times}`, { stage: exchange.stage });
    this.otherPackets = otherPackets;
  }
}

/** An exchange that is queued or waits for its answer. Once it has ended it can be submitted again. */
export class PendingExchange<T = unknown> {
  readonly exchange: Exchange<T>;
  readonly answered: (answer: T) => void;
  readonly failed: (error: unknown) => void;
  transmissions = 0;
  /** Monotonic ms of the last transmission. */
  sentAt = 0;
  /** The same for earlier transmissions. */
  sentBefore: number[] | undefined;
  otherPackets = 0;

  /** @param answered called after the next exchange has begun; neither callback may throw */
  constructor(exchange: Exchange<T>, answered: (answer: T) => void, failed: (error: unknown) => void) {
    this.exchange = exchange;
    this.answered = answered;
    this.failed = failed;
  }

  /** Resets it for another submission. */
  renew(): void {
    this.transmissions = 0;
    this.sentBefore = undefined;
    this.otherPackets = 0;
  }
}

/** A queued exchange, and how to stop listening to its signal. */
interface Waiting {
  readonly pending: PendingExchange;
  readonly removeAbortListener: () => void;
}

/**
 * The exchanges with one BMC over one endpoint. At most one is in flight, since many BMCs have a single buffer and mix
 * up requests; others are queued. Retransmits with time-outs learnt from this BMC's round trips. Knows packets, not
 * their content.
 */
export class Conversation {
  readonly remote: Remote;
  readonly timer: RetransmissionTimer;
  readonly observer: IpmiObserver;
  readonly clock: Clock;
  /** Receives each step, while set. */
  trace: Trace | undefined;
  readonly #transport: DatagramTransport;
  readonly #endpoint: Endpoint;
  readonly #turns: SendTurns | undefined;
  /** The exchange in flight. */
  #current: PendingExchange | undefined;
  /** Monotonic ms at which the current exchange is (re)transmitted; NEVER while it waits for a turn. */
  #due = NEVER;
  /** Fires at `#due` or earlier: a timer of the previous exchange is left running. */
  #timer: Timer | undefined;
  #timerEndsAt = 0;
  /** A turn to send in was requested. */
  #inTurns = false;
  /** Queued exchanges; created when the first has to wait. */
  #line: Set<Waiting> | undefined;
  readonly #gapMs: number;
  #lastSentAt = Number.NEGATIVE_INFINITY;
  #closed = false;
  #signal: AbortSignal | undefined;
  /** Receives packets of another payload type than IPMI messages. */
  #payloads: { readonly type: number; readonly receive: (packet: Buffer) => void } | undefined;
  readonly #onAbort = (): void => {
    const { reason } = this.#signal ?? {};
    this.#signal = undefined;
    if (this.#current) this.#fail(this.#current, reason);
  };
  readonly #onTurn = (): void => {
    this.#inTurns = false;
    const pending = this.#current;
    if (pending && pending.transmissions === 0 && this.#due === NEVER) this.#transmit(pending);
  };
  readonly #onTimer = (): void => {
    this.#timer = undefined;
    const pending = this.#current;
    if (!pending || this.#due === NEVER) return;
    const now = this.clock.monotonicMs();
    // Timers count whole milliseconds.
    if (this.#due - now >= 1) this.#startTimer(now);
    else if (pending.transmissions === 0) this.#transmit(pending);
    else this.#expired(pending);
  };
  /** Something was received from this BMC: a missing answer is then a time-out, not a dead host. */
  #heard = false;
  #lastHeardAt = Number.NEGATIVE_INFINITY;

  constructor(options: {
    readonly transport: DatagramTransport;
    readonly remote: Remote;
    readonly clock: Clock;
    readonly observer: IpmiObserver;
    readonly timer?: RetransmissionTimer;
    /** Requests are spaced so that no more than this many are sent. */
    readonly packetsPerSecond?: number;
  }) {
    this.#transport = options.transport;
    this.#turns = options.transport.turns;
    this.remote = options.remote;
    this.clock = options.clock;
    this.observer = options.observer;
    this.timer = options.timer ?? new RetransmissionTimer();
    this.#gapMs = options.packetsPerSecond === undefined ? 0 : 1000 / options.packetsPerSecond;
    this.#endpoint = options.transport.open(options.remote, {
      packet: (packet) => {
        this.#heard = true;
        this.#lastHeardAt = this.clock.monotonicMs();
        this.observer.packetReceived(packet.length);
        if (this.#payloads && payloadTypeOf(packet) === this.#payloads.type) this.#payloads.receive(packet);
        else this.#received(packet);
      },
      failed: (error) => this.#refused(error),
    });
  }

  /** Resources shared by the sessions of this transport; without it each has its own. */
  get shared(): { readonly random?: RandomPool; readonly scratch?: HmacScratch } {
    return this.#transport;
  }

  /** Monotonic ms of the last packet sent. */
  get lastSentAt(): number {
    return this.#lastSentAt;
  }

  /** Monotonic ms of the last packet received. */
  get lastHeardAt(): number {
    return this.#lastHeardAt;
  }

  /**
   * Passes the packets of a payload type, e.g. SOL, to `receive` instead of the exchange in flight: they are never the
   * answer to a request. Replaces the listener before it.
   */
  listen(type: number, receive: (packet: Buffer) => void): void {
    this.#payloads = { type, receive };
  }

  /** Ends `listen`. */
  stopListening(): void {
    this.#payloads = undefined;
  }

  /**
   * Sends the request and waits for the answer.
   *
   * @throws IpmiError `no_answer` (nothing was ever received), `timeout` (it has answered before),
   *   `unreachable` (reported by the network), or what `match` throws
   * @throws the signal's reason when aborted
   */
  exchange<T>(exchange: Exchange<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => this.submit(new PendingExchange(exchange, resolve, reject)));
  }

  /** The same without a promise: calls `answered` or `failed` of `pending`. */
  submit<T>(pending: PendingExchange<T>): void {
    pending.renew();
    const { signal } = pending.exchange;
    // The signal already listened to has not aborted, and reading `aborted` each time is not free.
    if (signal !== this.#signal && signal?.aborted) pending.failed(signal.reason);
    else if (this.#closed) pending.failed(closedError());
    else if (this.#current) this.#queue(pending as PendingExchange);
    else this.#begin(pending as PendingExchange);
  }

  /** Queues an exchange; an abort removes it at once. */
  #queue(pending: PendingExchange): void {
    const { signal } = pending.exchange;
    const onAbort = (): void => {
      this.#line?.delete(waiting);
      pending.failed(signal?.reason);
    };
    const waiting = { pending, removeAbortListener: () => signal?.removeEventListener("abort", onAbort) };
    signal?.addEventListener("abort", onAbort, { once: true });
    this.#line ??= new Set();
    this.#line.add(waiting);
  }

  #begin(pending: PendingExchange): void {
    this.#current = pending;
    this.#listenTo(pending.exchange.signal);
    const waitMs = this.#gapMs === 0 ? 0 : this.#lastSentAt + this.#gapMs - this.clock.monotonicMs();
    if (waitMs > 0) this.#wait(waitMs);
    else if (!this.#turns) this.#transmit(pending);
    else if (!this.#inTurns) {
      this.#inTurns = true;
      this.#turns.take(this.#onTurn);
    }
  }

  /** Sets `#due`. A timer that fires earlier is left running: most answers arrive long before. */
  #wait(milliseconds: number): void {
    const now = this.clock.monotonicMs();
    this.#due = now + milliseconds;
    if (this.#timer && this.#timerEndsAt <= this.#due) return;
    this.#timer?.cancel();
    this.#startTimer(now);
  }

  #startTimer(now: number): void {
    this.#timerEndsAt = this.#due;
    this.#timer = this.clock.after(this.#due - now, this.#onTimer);
  }

  /** Nothing is in flight: keeps no timer and no signal, which is as large as the rest of a conversation. */
  #rest(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#listenTo(undefined);
  }

  #transmit(pending: PendingExchange): void {
    const { exchange } = pending;
    const attempt = pending.transmissions++;
    let packet: Uint8Array;
    try {
      packet = exchange.packet(attempt);
    } catch (error) {
      this.#fail(pending, error);
      return;
    }
    if (attempt > 0) pending.sentBefore = [...(pending.sentBefore ?? []), pending.sentAt];
    pending.sentAt = this.clock.monotonicMs();
    const waitMs = Math.max(this.timer.timeoutMs(attempt), exchange.patienceMs ?? 0);
    this.#wait(waitMs);
    this.#send(packet, pending.sentAt);
  }

  #expired(pending: PendingExchange): void {
    const { exchange, transmissions } = pending;
    const { name, tries } = exchange;
    if (transmissions >= tries) {
      this.#fail(pending, new SilenceError(exchange, transmissions, this.#heard, pending.otherPackets));
      return;
    }
    this.observer.retransmitted();
    this.trace?.("note", `${name}: no answer in time, sending again (${transmissions + 1} of ${tries})`);
    this.#transmit(pending);
  }

  #received(packet: Buffer): void {
    const pending = this.#current;
    if (!pending || pending.transmissions === 0) {
      this.observer.packetDropped("late_or_duplicate");
      return;
    }
    let answer: unknown;
    try {
      answer = pending.exchange.match(packet);
    } catch (error) {
      this.#fail(pending, error);
      return;
    }
    if (answer === undefined) {
      pending.otherPackets++;
      return;
    }
    this.#measure(pending, answer);
    this.#next();
    pending.answered(answer);
    if (!this.#current) this.#rest();
  }

  #measure(pending: PendingExchange, answer: unknown): void {
    const { exchange, transmissions } = pending;
    const last = transmissions - 1;
    const attempt = exchange.attemptOf?.(answer) ?? 0;
    if (exchange.repeated || (last > 0 && !exchange.attemptOf)) {
      this.timer.keep(exchange.repeated ? last + 1 : last);
      return;
    }
    const sentAt = attempt === last ? pending.sentAt : (pending.sentBefore?.[attempt] ?? pending.sentAt);
    const roundTrip = this.#lastHeardAt - sentAt;
    this.timer.observe(roundTrip);
    this.observer.roundTrip(roundTrip);
  }

  #refused(cause: Error): void {
    const pending = this.#current;
    // Before the first transmission the error belongs to a packet of an earlier exchange.
    if (!pending || pending.transmissions === 0) return;
    const { name, stage } = pending.exchange;
    const code = (cause as NodeJS.ErrnoException).code ?? cause.message;
    const message = `${name}: the network refused the packet (${code})`;
    this.#fail(pending, new IpmiError("unreachable", message, { stage, cause }));
  }

  #fail(pending: PendingExchange, error: unknown): void {
    this.#next();
    pending.failed(error);
    if (!this.#current) this.#rest();
  }

  /** Ends the current exchange and begins the one queued first. */
  #next(): void {
    this.#due = NEVER;
    this.#current = undefined;
    if (!this.#line) return;
    const [waiting] = this.#line;
    if (!waiting) return;
    this.#line.delete(waiting);
    waiting.removeAbortListener();
    this.#begin(waiting.pending);
  }

  /** Sends a packet that has no answer. */
  sendOnly(packet: Uint8Array): void {
    this.#send(packet, this.clock.monotonicMs());
  }

  #send(packet: Uint8Array, now: number): void {
    this.#lastSentAt = now;
    this.observer.packetSent(packet.length);
    this.#endpoint.send(packet);
  }

  /**
   * Distinguishes a closed port and an unreachable network from a BMC that does not answer: sends `packet` from a socket
   * that receives ICMP errors.
   */
  diagnose(packet: Uint8Array, waitMs: number, signal?: AbortSignal) {
    this.observer.packetSent(packet.length);
    return this.#transport.diagnose(this.remote, packet, waitMs, signal);
  }

  /** Fails the exchange in flight and those queued. */
  close(): void {
    this.#closed = true;
    this.#listenTo(undefined);
    const line = this.#line ?? [];
    this.#line = undefined;
    for (const { pending, removeAbortListener } of line) {
      removeAbortListener();
      pending.failed(closedError());
    }
    if (this.#current) this.#fail(this.#current, closedError());
    this.#endpoint.close();
  }

  /** One listener for all requests of a series, which share a signal. */
  #listenTo(signal: AbortSignal | undefined): void {
    if (this.#signal === signal) return;
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#signal = signal;
    signal?.addEventListener("abort", this.#onAbort);
  }
}

export function closedError(): IpmiError {
  return new IpmiError("protocol_error", "the conversation was closed");
}
