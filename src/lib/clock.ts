/** A handle of a pending timer. */
export interface Timer {
  cancel(): void;
}

/**
 * The source of time. Everything that waits or measures takes a Clock, so that tests run hours of rounds and back-off
 * in milliseconds.
 */
export interface Clock {
  /** Wall clock, milliseconds since 1970-01-01 UTC. It can jump: use it for time stamps only. */
  wallMs(): number;
  /** Monotonic clock, milliseconds with fractions, for durations and deadlines. */
  monotonicMs(): number;
  /** Calls back once, after at least `delayMs`. */
  after(delayMs: number, callback: () => void): Timer;
}

/** The longest delay of a Node.js timer, 24.8 days; with a longer one it would fire at once. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

class SystemTimer implements Timer {
  #handle: NodeJS.Timeout;

  constructor(delayMs: number, callback: () => void) {
    this.#handle = this.#start(delayMs, callback);
  }

  #start(delayMs: number, callback: () => void): NodeJS.Timeout {
    if (delayMs <= LONGEST_DELAY_MS) return setTimeout(callback, delayMs);
    return setTimeout(() => {
      this.#handle = this.#start(delayMs - LONGEST_DELAY_MS, callback);
    }, LONGEST_DELAY_MS);
  }

  cancel(): void {
    clearTimeout(this.#handle);
  }
}

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after: (delayMs, callback) => new SystemTimer(delayMs, callback),
};
