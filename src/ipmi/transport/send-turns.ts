import { type Clock, systemClock, type Timer } from "../../lib/index.ts";

/** Packets sent at once in a turn; more wait for the next turn. */
const AT_ONCE = 16;
/** When this many packets wait, the turn ends early: they are enough to share a wake-up. */
const TOGETHER = 64;
const DEFAULT_TURN_MS = 5;

/**
 * Sends in turns while requests to many BMCs are in flight. A packet sent alone costs a wake-up of the event loop for its
 * answer, which is most of the cost of a command; packets sent together are answered together and share the wake-up. Up to
 * 3,200 packets a second nothing waits; above that a packet waits for half a turn on average.
 */
export class SendTurns {
  readonly #clock: Clock;
  readonly #turnMs: number;
  #waiting: (() => void)[] = [];
  #begunAt = Number.NEGATIVE_INFINITY;
  #sent = 0;
  /** Timer for the end of the turn, while packets wait. */
  #timer: Timer | undefined;

  /** @param options.turnMs length of a turn in milliseconds */
  constructor(options: { readonly clock?: Clock; readonly turnMs?: number } = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#turnMs = options.turnMs ?? DEFAULT_TURN_MS;
  }

  /** Calls `send` at once, or together with others when the turn ends. */
  take(send: () => void): void {
    if (this.#waiting.length > 0) {
      if (this.#waiting.push(send) === TOGETHER) this.#end();
      return;
    }
    const now = this.#clock.monotonicMs();
    if (now - this.#begunAt >= this.#turnMs) {
      this.#begunAt = now;
      this.#sent = 0;
    }
    if (this.#sent < AT_ONCE) {
      this.#sent++;
      send();
      return;
    }
    this.#waiting.push(send);
    this.#timer = this.#clock.after(this.#turnMs, () => this.#end());
  }

  #end(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    // They count for the turn that begins now. After many packets, those they trigger wait for its end; after few, e.g.
    // requests to a single host, they do not.
    this.#begunAt = this.#clock.monotonicMs();
    this.#sent = waiting.length;
    for (const send of waiting) send();
  }
}
