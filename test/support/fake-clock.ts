import { setImmediate } from "node:timers/promises";
import type { Clock, Timer } from "../../src/lib/index.ts";

interface Pending {
  readonly dueMs: number;
  readonly callback: () => void;
}

/**
 * Time that stands still until a test moves it. Timers run in the order they are due (and, when due
 * together, in the order they were set); after each, everything that can settle without more time does,
 * so a run is the same every time.
 */
export class FakeClock implements Clock {
  #nowMs: number;
  #wallOffsetMs: number;
  /** Latest first, so that the next one is at the end. */
  readonly #timers: Pending[] = [];

  constructor(options: { wallMs?: number; monotonicMs?: number } = {}) {
    this.#nowMs = options.monotonicMs ?? 5_000;
    this.#wallOffsetMs = (options.wallMs ?? Date.UTC(2026, 0, 1)) - this.#nowMs;
  }

  wallMs(): number {
    return this.#nowMs + this.#wallOffsetMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  /** Timers that are set and have not run. */
  get pending(): number {
    return this.#timers.length;
  }

  after(delayMs: number, callback: () => void): Timer {
    const timer: Pending = { dueMs: this.#nowMs + Math.max(0, delayMs), callback };
    this.#timers.splice(this.#indexBefore(timer.dueMs), 0, timer);
    return {
      cancel: () => {
        for (let i = this.#indexBefore(timer.dueMs); i < this.#timers.length; i++) {
          const other = this.#timers[i];
          if (other === timer) this.#timers.splice(i, 1);
          if (other === timer || other?.dueMs !== timer.dueMs) return;
        }
      },
    };
  }

  /** The operator or NTP sets the wall clock; monotonic time goes on as before. */
  jumpWall(byMs: number): void {
    this.#wallOffsetMs += byMs;
  }

  /** Moves time on by `ms`, running what falls due on the way. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await setImmediate();
    for (;;) {
      const next = this.#timers.at(-1);
      if (!next || next.dueMs > endMs) break;
      this.#timers.pop();
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.callback();
      await setImmediate();
    }
    this.#nowMs = endMs;
  }

  /** Lets everything settle that needs no time. */
  async settle(): Promise<void> {
    await this.advance(0);
  }

  /** Index of the first timer due at `dueMs` or earlier. */
  #indexBefore(dueMs: number): number {
    let low = 0;
    let high = this.#timers.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#timers[middle]?.dueMs ?? 0) > dueMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
