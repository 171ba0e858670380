import type { Clock, Timer } from "../../lib/index.ts";
import { IpmiError, type IpmiStage } from "../errors.ts";
import type { IpmiObserver, Trace } from "../observer.ts";
import type { DatagramTransport, Endpoint, Remote } from "../transport/datagram.ts";
import { RetransmissionTimer } from "./retry.ts";

/** One question: how its packets are made, and which packet answers it. */
export interface Exchange<T> {
  /** For messages: "Get Chassis Status". */
  readonly name: string;
  readonly stage: IpmiStage;
  /** The packet of transmission `attempt`, 0 first; a retransmission inside a session differs in its sequence number. */
  packet(attempt: number): Uint8Array;
  /** What the packet answers, or undefined when it is not the answer: the wait goes on. May throw to end the wait. */
  match(packet: Buffer): T | undefined;
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

interface Pending {
  received(packet: Buffer): void;
  failed(error: Error): void;
  aborted(reason: unknown): void;
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
  #pending: Pending | undefined;
  readonly #line = new Set<() => void>();
  readonly #gapMs: number;
  #lastSentAt = Number.NEGATIVE_INFINITY;
  #busy = false;
  #closed = false;
  #signal: AbortSignal | undefined;
  readonly #onAbort = (): void => this.#pending?.aborted(this.#signal?.reason);
  /** Something was received from this BMC: silence is a time-out then, not a dead host. */
  #heard = false;
  #lastHeardAt = 0;

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
        if (this.#pending) this.#pending.received(packet);
        else this.observer.packetDropped("late_or_duplicate");
      },
      failed: (error) => this.#pending?.failed(error),
    });
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
  async exchange<T>(question: Exchange<T>): Promise<T> {
    if (this.#busy) await this.#turn(question.signal);
    this.#busy = true;
    try {
      question.signal?.throwIfAborted();
      if (this.#closed) throw closedError();
      this.#listenTo(question.signal);
      if (this.#gapMs > 0) await this.#spaced();
      return await this.#ask(question);
    } finally {
      const [next] = this.#line;
      if (next) next();
      else this.#busy = false;
    }
  }

  /** Waits in line; who gives up leaves it at once. */
  #turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const leave = (): void => {
        this.#line.delete(called);
        signal?.removeEventListener("abort", onAbort);
      };
      const called = (): void => {
        leave();
        resolve();
      };
      const onAbort = (): void => {
        leave();
        reject(signal?.reason);
      };
      this.#line.add(called);
      signal?.addEventListener("abort", onAbort);
    });
  }

  /** Waits until the next packet may go out. */
  async #spaced(): Promise<void> {
    const waitMs = this.#lastSentAt + this.#gapMs - this.clock.monotonicMs();
    if (waitMs <= 0) return;
    await new Promise<void>((resolve, reject) => {
      const timer = this.clock.after(waitMs, () => {
        this.#pending = undefined;
        resolve();
      });
      const end = (reason: unknown): void => {
        timer.cancel();
        this.#pending = undefined;
        reject(reason);
      };
      this.#pending = {
        received: () => this.observer.packetDropped("late_or_duplicate"),
        // About a packet of an earlier question.
        failed: () => {},
        aborted: end,
      };
    });
  }

  /** Sends a packet that nobody answers. */
  sendOnly(packet: Uint8Array): void {
    this.#lastSentAt = this.clock.monotonicMs();
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
    this.#pending?.aborted(closedError());
    this.#endpoint.close();
  }

  /** One listener per signal, not per question: a poll asks a hundred questions under one signal. */
  #listenTo(signal: AbortSignal | undefined): void {
    if (this.#signal === signal) return;
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#signal = signal;
    signal?.addEventListener("abort", this.#onAbort);
  }

  #ask<T>(question: Exchange<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let attempt = 0;
      let otherPackets = 0;
      let sentAt = 0;
      let timer: Timer | undefined;
      const end = (): void => {
        timer?.cancel();
        this.#pending = undefined;
      };
      const fail = (error: unknown): void => {
        end();
        reject(error);
      };
      const transmit = (): void => {
        let packet: Uint8Array;
        try {
          packet = question.packet(attempt);
        } catch (error) {
          fail(error);
          return;
        }
        sentAt = this.clock.monotonicMs();
        const waitMs = Math.max(this.timer.timeoutMs(attempt), question.patienceMs ?? 0);
        timer = this.clock.after(waitMs, expired);
        this.sendOnly(packet);
      };
      const expired = (): void => {
        attempt++;
        if (attempt >= question.tries) {
          fail(new SilenceError(question, attempt, this.#heard, otherPackets));
          return;
        }
        this.observer.retransmitted();
        this.trace?.(
          "note",
          `${question.name}: no answer in time, sending again (${attempt + 1} of ${question.tries})`,
        );
        transmit();
      };
      this.#pending = {
        received: (packet) => {
          let answer: T | undefined;
          try {
            answer = question.match(packet);
          } catch (error) {
            fail(error);
            return;
          }
          if (answer === undefined) {
            otherPackets++;
            return;
          }
          if (attempt === 0) {
            const roundTrip = this.clock.monotonicMs() - sentAt;
            this.timer.observe(roundTrip);
            this.observer.roundTrip(roundTrip);
          }
          end();
          resolve(answer);
        },
        failed: (cause) => {
          const code = (cause as NodeJS.ErrnoException).code ?? cause.message;
          fail(
            new IpmiError("unreachable", `${question.name}: the network refused the packet (${code})`, {
              stage: question.stage,
              cause,
            }),
          );
        },
        aborted: fail,
      };
      transmit();
    });
  }
}

function closedError(): IpmiError {
  return new IpmiError("protocol_error", "the conversation was closed");
}
