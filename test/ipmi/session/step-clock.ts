import type { Clock, Timer } from "../../../src/lib/index.ts";

/** A clock whose timers run one after the other in a plain loop: thousands of runs take a second. */
export class StepClock implements Clock {
  #nowMs = 0;
  #timers: { readonly dueMs: number; readonly callback: () => void }[] = [];

  wallMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): Timer {
    const timer = { dueMs: this.#nowMs + delayMs, callback };
    this.#timers.push(timer);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((t) => t !== timer);
      },
    };
  }

  /** Runs timers in order until none is left. @throws Error after `limit` of them: the run does not end */
  runAll(limit = 5000): void {
    for (let steps = 0; this.#timers.length > 0; steps++) {
      if (steps > limit) throw new Error(`still ${this.#timers.length} timers after ${limit} steps`);
      this.runNext();
    }
  }

  /** Runs the timer that is due first. */
  runNext(): void {
    const first = this.#timers.reduce((a, b) => (b.dueMs < a.dueMs ? b : a));
    this.#timers = this.#timers.filter((t) => t !== first);
    this.#nowMs = Math.max(this.#nowMs, first.dueMs);
    first.callback();
  }
}
