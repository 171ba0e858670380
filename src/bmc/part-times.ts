import type { Clock, Timer } from "../lib/index.ts";
import type { PartName } from "../model/index.ts";

/**
 * Share of the time of a poll that is reserved for each part, as a ratio. A part must end in time to leave the later
 * parts their share; unused time is available to them.
 */
const RESERVED: Readonly<Record<PartName, number>> = {
  power: 0.1,
  sel: 0.1,
  dcmi: 0.05,
  watchdog: 0.05,
  sensors: 0.2,
  inventory: 0.1,
  security: 0.05,
  components: 0.05,
};

/** The time of a part in one poll is over; the next poll continues. */
export class ShareOver extends Error {
  override readonly name = "ShareOver";
}

/**
 * The signals of the parts of one poll. Each aborts with the poll, and when the later parts need the remaining time.
 * Parts that end in time share one controller and one timer.
 */
export class PartTimes {
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #deadlineMs: number;
  readonly #totalMs: number;
  #controller: AbortController | undefined;
  #endMs = 0;
  #timer: Timer | undefined;
  #timerMs = 0;
  readonly #onAbort = (): void => this.#controller?.abort(this.#signal.reason);

  /**
   * @param signal signal of the poll
   * @param deadlineMs when it aborts, monotonic
   */
  constructor(clock: Clock, signal: AbortSignal, deadlineMs: number) {
    this.#clock = clock;
    this.#signal = signal;
    this.#deadlineMs = deadlineMs;
    this.#totalMs = deadlineMs - clock.monotonicMs();
  }

  /**
   * The signal for a part that begins now.
   *
   * @param later the parts still to be read in this poll
   */
  begin(later: readonly PartName[]): AbortSignal {
    if (later.length === 0 || this.#signal.aborted) {
      this.end();
      return this.#signal;
    }
    const reserved = later.reduce((sum, other) => sum + RESERVED[other], 0);
    this.#endMs = this.#deadlineMs - reserved * this.#totalMs;
    if (!this.#controller || this.#controller.signal.aborted) {
      this.#signal.removeEventListener("abort", this.#onAbort);
      this.#controller = new AbortController();
      this.#signal.addEventListener("abort", this.#onAbort);
    }
    this.#wait(this.#clock.monotonicMs());
    return this.#controller.signal;
  }

  /** A timer that is due too early keeps running. */
  #wait(now: number): void {
    if (this.#timer && this.#timerMs <= this.#endMs) return;
    this.#timer?.cancel();
    this.#timerMs = this.#endMs;
    this.#timer = this.#clock.after(Math.max(0, this.#endMs - now), () => {
      this.#timer = undefined;
      const ms = this.#clock.monotonicMs();
      // Timers have a resolution of a millisecond.
      if (this.#endMs - ms >= 1) this.#wait(ms);
      else this.#controller?.abort(new ShareOver("the rest of the poll's time is for other parts"));
    });
  }

  /** Clears the timer and stops listening to the signal of the poll. */
  end(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#signal.removeEventListener("abort", this.#onAbort);
    this.#controller = undefined;
  }
}
