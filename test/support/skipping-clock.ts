import { type Clock, systemClock, type Timer } from "../../src/lib/index.ts";

interface Pending {
  readonly dueMs: number;
  readonly run: () => void;
  timer: Timer;
}

/** Real time from which a test can skip minutes: timers that are due by then run at once, the earliest first. */
export class SkippingClock implements Clock {
  #skippedMs = 0;
  readonly #pending = new Set<Pending>();

  wallMs(): number {
    return systemClock.wallMs() + this.#skippedMs;
  }

  monotonicMs(): number {
    return systemClock.monotonicMs() + this.#skippedMs;
  }

  after(delayMs: number, callback: () => void): Timer {
    const run = (): void => {
      if (this.#pending.delete(pending)) callback();
    };
    const pending: Pending = { dueMs: this.monotonicMs() + delayMs, run, timer: systemClock.after(delayMs, run) };
    this.#pending.add(pending);
    return {
      cancel: () => {
        pending.timer.cancel();
        this.#pending.delete(pending);
      },
    };
  }

  skip(ms: number): void {
    this.#skippedMs += ms;
    for (const pending of [...this.#pending].sort((a, b) => a.dueMs - b.dueMs)) {
      pending.timer.cancel();
      const leftMs = pending.dueMs - this.monotonicMs();
      if (leftMs <= 0) pending.run();
      else pending.timer = systemClock.after(leftMs, pending.run);
    }
  }
}
