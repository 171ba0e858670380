import type { Clock, Timer } from "../../../src/lib/index.ts";

/** Time that a test moves by hand, a step at a time; nothing here waits, so there are no timers. */
export class HandClock implements Clock {
  #nowMs = 0;
  readonly #startMs: number;

  constructor(startMs: number = Date.UTC(2026, 5, 1)) {
    this.#startMs = startMs;
  }

  wallMs(): number {
    return this.#startMs + this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  after(): Timer {
    throw new Error("nothing waits here");
  }

  pass(seconds: number): void {
    this.#nowMs += seconds * 1000;
  }
}
