/** A clock in simulated time: timers are in a binary heap and run in the order they are due. */
import { setImmediate } from "node:timers/promises";

export class SimulatedClock {
  #nowMs = 0;
  #set = 0;
  #cancelled = 0;
  #heap = [];
  #wallOffsetMs;

  constructor(wallMs = Date.UTC(2026, 0, 1)) {
    this.#wallOffsetMs = wallMs;
  }

  wallMs() {
    return this.#nowMs + this.#wallOffsetMs;
  }

  monotonicMs() {
    return this.#nowMs;
  }

  /** Pending timers. */
  get pending() {
    return this.#heap.length - this.#cancelled;
  }

  after(delayMs, callback) {
    const timer = { dueMs: this.#nowMs + Math.max(0, delayMs), number: this.#set++, callback };
    this.#push(timer);
    return {
      cancel: () => {
        if (timer.callback === undefined) return;
        timer.callback = undefined;
        this.#cancelled++;
        // Most timers of a session are cancelled long before they are due; they are removed at once.
        if (this.#cancelled > 1000 && this.#cancelled > this.#heap.length / 2) this.#sweep();
      },
    };
  }

  /** Advances to `endMs`; after each timer all pending promises settle. */
  async runUntil(endMs) {
    await setImmediate();
    for (;;) {
      const next = this.#heap[0];
      if (next === undefined || next.dueMs > endMs) break;
      this.#pop();
      const { callback } = next;
      if (callback === undefined) {
        this.#cancelled--;
        continue;
      }
      next.callback = undefined;
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      callback();
      await setImmediate();
    }
    this.#nowMs = Math.max(this.#nowMs, endMs);
  }

  #sweep() {
    const live = this.#heap.filter(({ callback }) => callback !== undefined);
    // A sorted array is a heap.
    this.#heap = live.sort((a, b) => (isBefore(a, b) ? -1 : 1));
    this.#cancelled = 0;
  }

  #push(timer) {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(timer);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(timer, heap[parent])) break;
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = timer;
  }

  #pop() {
    const heap = this.#heap;
    const last = heap.pop();
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child + 1 < heap.length && isBefore(heap[child + 1], heap[child])) child++;
      if (child >= heap.length || !isBefore(heap[child], last)) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = last;
  }
}

/** Timers due at the same time run in the order they were set, so that runs are repeatable. */
const isBefore = (a, b) => a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.number < b.number);
