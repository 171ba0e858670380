/** A handle of a pending timer. */
export interface Timer {
  cancel(): void;
}

/**
 * Time, handed in. Everything that waits or measures takes a Clock, so that tests run hours of
 * rounds and back-off in milliseconds.
 */
export interface Clock {
  /** Wall clock, milliseconds since 1970-01-01 UTC. Can jump; use it for time stamps only. */
  wallMs(): number;
  /** Monotonic milliseconds with fractions. Use it for durations and deadlines. */
  monotonicMs(): number;
  /** Calls back once, after at least `delayMs`. */
  after(delayMs: number, callback: () => void): Timer;
}

class SystemTimer implements Timer {
  readonly #handle: NodeJS.Timeout;

  constructor(delayMs: number, callback: () => void) {
    this.#handle = setTimeout(callback, delayMs);
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
