import type { Clock, Timer } from "../../lib/index.ts";
import type { HmacScratch } from "../crypto/kept-hmac.ts";
import type { RandomPool } from "../crypto/random-pool.ts";
import { IpmiError, type IpmiStage } from "../errors.ts";
import type { IpmiObserver, Trace } from "../observer.ts";
import type { DatagramTransport, Endpoint, Remote } from "../transport/datagram.ts";
import type { SendTurns } from "../transport/send-turns.ts";
import { RetransmissionTimer } from "./retry.ts";

const NEVER = Number.POSITIVE_INFINITY;

/** One question: how its packets are made, and which packet answers it. */
export interface Exchange<T> {
  /** For messages: "Get Chassis Status". */
  readonly name: string;
  readonly stage: IpmiStage;
  /** The packet of transmission `attempt`, 0 first; a retransmission inside a session differs in its sequence number. */
  packet(attempt: number): Uint8Array;
  /** What the packet answers, or undefined when it is not the answer: the wait goes on. May throw to end the wait. */
  match(packet: Buffer): T | undefined;
  /** Which transmission was answered, 0 the first, where answers tell; without it only an answer to the first is measured. */
  attemptOf?(answer: T): number;
  /** An earlier exchange sent this already and its answer is taken, too: the answer is not measured. */
  readonly repeated?: boolean;
  /** Transmissions before giving up. */
  readonly tries: number;
  /** Least time to wait per transmission, for things known to be slow. */
  readonly patienceMs?: number;
  readonly signal?: AbortSignal;
}

/** Silence: `no_answer` when nothing was ever heard of this BMC, `timeout` when it has answered before. */
export class SilenceError extends IpmiError {
  /** Packets that came meanwhile and were not the answer. */
  readonly otherPackets: number;

  constructor(question: Exchange<unknown>, tries: number, heardBefore: boolean, otherPackets: number) {
    const times = tries === 1 ? "1 try" : `${tries} tries`;
    const what = heardBefore ? "timed out" : "no answer";
    super(heardBefore ? "timeout" : "no_answer", `${question.name}: ${what} after ${times}`, { stage: question.stage });
    this.otherPackets = otherPackets;
  }
}

/** A question that waits in line, or for its answer. When it has ended it may be asked again. */
export class Asked<T = unknown> {
  readonly question: Exchange<T>;
  readonly answered: (answer: T) => void;
  readonly failed: (error: unknown) => void;
  transmissions = 0;
  /** Monotonic ms of the last transmission. */
  sentAt = 0;
  /** The same of the transmissions before it. */
  sentBefore: number[] | undefined;
  otherPackets = 0;

  /** @param answered called when the conversation has turned to the next question; neither may throw */
  constructor(question: Exchange<T>, answered: (answer: T) => void, failed: (error: unknown) => void) {
    this.question = question;
    this.answered = answered;
    this.failed = failed;
  }

  /** As if it had never been asked. */
  renew(): void {
    this.transmissions = 0;
    this.sentBefore = undefined;
    this.otherPackets = 0;
  }
}

/** A question in line, and how it stops listening to its signal. */
interface Waiting {
  readonly asked: Asked;
  readonly deaf: () => void;
}

/**
 * The talk with one BMC over one endpoint: at most one question under way, since many BMCs have one
 * buffer and mix up more; questions asked meanwhile wait in line. Retransmits with time-outs learnt
 * from this BMC's round trips. Knows packets, not what is in them.
 */
export class Conversation {
  readonly remote: Remote;
  readonly timer: RetransmissionTimer;
  readonly observer: IpmiObserver;
  readonly clock: Clock;
  /** Where steps are told to, while somebody wants to know. */
  trace: Trace | undefined;
  readonly #transport: DatagramTransport;
  readonly #endpoint: Endpoint;
  readonly #turns: SendTurns | undefined;
  /** The question whose turn it is. */
  #current: Asked | undefined;
  /** Monotonic ms when the current question is to be sent, or sent again; never, while a turn is waited for. */
  #due = NEVER;
  /** Ends when that is due or earlier: one that was begun for the question before runs on. */
  #timer: Timer | undefined;
  #timerEndsAt = 0;
  /** A turn to send in was asked for. */
  #inTurns = false;
  /** Questions that wait; absent until one has to. */
  #line: Set<Waiting> | undefined;
  readonly #gapMs: number;
  #lastSentAt = Number.NEGATIVE_INFINITY;
  #closed = false;
  #signal: AbortSignal | undefined;
  readonly #onAbort = (): void => {
    const { reason } = this.#signal ?? {};
    this.#signal = undefined;
    if (this.#current) this.#fail(this.#current, reason);
  };
  readonly #onTurn = (): void => {
    this.#inTurns = false;
    const asked = this.#current;
    if (asked && asked.transmissions === 0 && this.#due === NEVER) this.#transmit(asked);
  };
  readonly #onTimer = (): void => {
    this.#timer = undefined;
    const asked = this.#current;
    if (!asked || this.#due === NEVER) return;
    const now = this.clock.monotonicMs();
    // Timers count whole milliseconds.
    if (this.#due - now >= 1) this.#startTimer(now);
    else if (asked.transmissions === 0) this.#transmit(asked);
    else this.#expired(asked);
  };
  /** Something was received from this BMC: silence is a time-out then, not a dead host. */
  #heard = false;
  #lastHeardAt = Number.NEGATIVE_INFINITY;

  constructor(options: {
    readonly transport: DatagramTransport;
    readonly remote: Remote;
    readonly clock: Clock;
    readonly observer: IpmiObserver;
    readonly timer?: RetransmissionTimer;
    /** Questions are spaced so that no more than this many go out. */
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
        this.#received(packet);
      },
      failed: (error) => this.#refused(error),
    });
  }

  /** What sessions over this transport share; without it each has its own. */
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
   * Asks, and waits for the answer.
   *
   * @throws IpmiError `no_answer` (nothing was ever heard), `timeout` (it has answered before),
   *   `unreachable` (the network says so), or what `match` throws
   * @throws the signal's reason when aborted
   */
  exchange<T>(question: Exchange<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => this.ask(new Asked(question, resolve, reject)));
  }

  /** The same without a promise: tells `asked` the answer, or why there is none. */
  ask<T>(asked: Asked<T>): void {
    asked.renew();
    const { signal } = asked.question;
    // The one that is listened to has not aborted, and asking each time is not free.
    if (signal !== this.#signal && signal?.aborted) asked.failed(signal.reason);
    else if (this.#closed) asked.failed(closedError());
    else if (this.#current) this.#queue(asked as Asked);
    else this.#begin(asked as Asked);
  }

  /** Puts a question in line; who gives up leaves it at once. */
  #queue(asked: Asked): void {
    const { signal } = asked.question;
    const onAbort = (): void => {
      this.#line?.delete(waiting);
      asked.failed(signal?.reason);
    };
    const waiting = { asked, deaf: () => signal?.removeEventListener("abort", onAbort) };
    signal?.addEventListener("abort", onAbort, { once: true });
    this.#line ??= new Set();
    this.#line.add(waiting);
  }

  #begin(asked: Asked): void {
    this.#current = asked;
    this.#listenTo(asked.question.signal);
    const waitMs = this.#gapMs === 0 ? 0 : this.#lastSentAt + this.#gapMs - this.clock.monotonicMs();
    if (waitMs > 0) this.#wait(waitMs);
    else if (!this.#turns) this.#transmit(asked);
    else if (!this.#inTurns) {
      this.#inTurns = true;
      this.#turns.take(this.#onTurn);
    }
  }

  /** Waits for the current question's sake. A timer that ends earlier is left to run: most answers come long before. */
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

  /** Nothing is asked: keeps no timer, and no signal, which is as large as all the rest of a conversation. */
  #rest(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#listenTo(undefined);
  }

  #transmit(asked: Asked): void {
    const { question } = asked;
    const attempt = asked.transmissions++;
    let packet: Uint8Array;
    try {
      packet = question.packet(attempt);
    } catch (error) {
      this.#fail(asked, error);
      return;
    }
    if (attempt > 0) asked.sentBefore = [...(asked.sentBefore ?? []), asked.sentAt];
    asked.sentAt = this.clock.monotonicMs();
    const waitMs = Math.max(this.timer.timeoutMs(attempt), question.patienceMs ?? 0);
    this.#wait(waitMs);
    this.#send(packet, asked.sentAt);
  }

  #expired(asked: Asked): void {
    const { question, transmissions } = asked;
    const { name, tries } = question;
    if (transmissions >= tries) {
      this.#fail(asked, new SilenceError(question, transmissions, this.#heard, asked.otherPackets));
      return;
    }
    this.observer.retransmitted();
    this.trace?.("note", `${name}: no answer in time, sending again (${transmissions + 1} of ${tries})`);
    this.#transmit(asked);
  }

  #received(packet: Buffer): void {
    const asked = this.#current;
    if (!asked || asked.transmissions === 0) {
      this.observer.packetDropped("late_or_duplicate");
      return;
    }
    let answer: unknown;
    try {
      answer = asked.question.match(packet);
    } catch (error) {
      this.#fail(asked, error);
      return;
    }
    if (answer === undefined) {
      asked.otherPackets++;
      return;
    }
    this.#measure(asked, answer);
    this.#next();
    asked.answered(answer);
    if (!this.#current) this.#rest();
  }

  #measure(asked: Asked, answer: unknown): void {
    const { question, transmissions } = asked;
    const last = transmissions - 1;
    const attempt = question.attemptOf?.(answer) ?? 0;
    if (question.repeated || (last > 0 && !question.attemptOf)) {
      this.timer.keep(question.repeated ? last + 1 : last);
      return;
    }
    const sentAt = attempt === last ? asked.sentAt : (asked.sentBefore?.[attempt] ?? asked.sentAt);
    const roundTrip = this.#lastHeardAt - sentAt;
    this.timer.observe(roundTrip);
    this.observer.roundTrip(roundTrip);
  }

  #refused(cause: Error): void {
    const asked = this.#current;
    // Before the first transmission it is about a packet of an earlier question.
    if (!asked || asked.transmissions === 0) return;
    const { name, stage } = asked.question;
    const code = (cause as NodeJS.ErrnoException).code ?? cause.message;
    const message = `${name}: the network refused the packet (${code})`;
    this.#fail(asked, new IpmiError("unreachable", message, { stage, cause }));
  }

  #fail(asked: Asked, error: unknown): void {
    this.#next();
    asked.failed(error);
    if (!this.#current) this.#rest();
  }

  /** Ends the current question and turns to the one that waited longest. */
  #next(): void {
    this.#due = NEVER;
    this.#current = undefined;
    if (!this.#line) return;
    const [waiting] = this.#line;
    if (!waiting) return;
    this.#line.delete(waiting);
    waiting.deaf();
    this.#begin(waiting.asked);
  }

  /** Sends a packet that nobody answers. */
  sendOnly(packet: Uint8Array): void {
    this.#send(packet, this.clock.monotonicMs());
  }

  #send(packet: Uint8Array, now: number): void {
    this.#lastSentAt = now;
    this.observer.packetSent(packet.length);
    this.#endpoint.send(packet);
  }

  /** Tells a closed port and an unreachable network from silence: sends `packet` by a way that hears ICMP. */
  diagnose(packet: Uint8Array, waitMs: number, signal?: AbortSignal) {
    this.observer.packetSent(packet.length);
    return this.#transport.diagnose(this.remote, packet, waitMs, signal);
  }

  /** Ends the question under way, and those in line, with an error. */
  close(): void {
    this.#closed = true;
    this.#listenTo(undefined);
    const line = this.#line ?? [];
    this.#line = undefined;
    for (const { asked, deaf } of line) {
      deaf();
      asked.failed(closedError());
    }
    if (this.#current) this.#fail(this.#current, closedError());
    this.#endpoint.close();
  }

  /** One listener for all questions of a series, which are asked under one signal. */
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
