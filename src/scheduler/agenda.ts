import type { Clock, Timer } from "../lib/index.ts";

/** Something that is due at a time. Each object is on the agenda at most once. */
export interface Due {
  /** Set by the agenda: monotonic ms. */
  dueMs: number;
  /** Set by the agenda: its index in the heap, -1 if it is not on the agenda. */
  heapIndex: number;
  fire(): void;
}

/** Timers of Node.js hold 31 bits of milliseconds. Waking early does no harm. */
const LONGEST_WAIT_MS = 3_600_000;

/**
 * All times of the scheduler, with one timer of the clock: a binary heap by due time. 10,000 hosts need one timer, and
 * adding or cancelling an entry takes logarithmic time.
 */
export class Agenda {
  readonly #clock: Clock;
  readonly #heap: Due[] = [];
  #timer: Timer | undefined;
  #armedMs = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#heap.length;
  }

  has(due: Due): boolean {
    return due.heapIndex >= 0;
  }

  /** Puts it on the agenda, or moves it. */
  at(due: Due, dueMs: number): void {
    due.dueMs = dueMs;
    if (due.heapIndex < 0) {
      due.heapIndex = this.#heap.length;
      this.#heap.push(due);
    }
    this.#settle(due);
    this.#arm();
  }

  cancel(due: Due): void {
    if (this.#remove(due)) this.#arm();
  }

  #remove(due: Due): boolean {
    const index = due.heapIndex;
    if (index < 0) return false;
    due.heapIndex = -1;
    const last = this.#heap.pop();
    if (last && last !== due) {
      this.#heap[index] = last;
      last.heapIndex = index;
      this.#settle(last);
    }
    return true;
  }

  #arm(): void {
    const first = this.#heap[0];
    if (!first) {
      this.#timer?.cancel();
      this.#timer = undefined;
      this.#armedMs = Number.POSITIVE_INFINITY;
      return;
    }
    // A timer that fires too early costs one wake-up. Setting it again at each change would cost more.
    if (this.#timer && this.#armedMs <= first.dueMs) return;
    this.#timer?.cancel();
    const nowMs = this.#clock.monotonicMs();
    const waitMs = Math.min(Math.max(0, first.dueMs - nowMs), LONGEST_WAIT_MS);
    this.#armedMs = nowMs + waitMs;
    this.#timer = this.#clock.after(waitMs, () => this.#wake());
  }

  #wake(): void {
    // Read once: entries that become due meanwhile wait for the next turn of the event loop.
    const nowMs = this.#clock.monotonicMs();
    try {
      for (let first = this.#heap[0]; first && first.dueMs <= nowMs; first = this.#heap[0]) {
        this.#remove(first);
        first.fire();
      }
    } finally {
      this.#timer = undefined;
      this.#armedMs = Number.POSITIVE_INFINITY;
      this.#arm();
    }
  }

  /** Moves an entry up or down until the heap is ordered. */
  #settle(due: Due): void {
    const heap = this.#heap;
    let index = due.heapIndex;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex];
      if (!parent || parent.dueMs <= due.dueMs) break;
      heap[index] = parent;
      parent.heapIndex = index;
      index = parentIndex;
    }
    for (;;) {
      let childIndex = 2 * index + 1;
      const right = heap[childIndex + 1];
      let child = heap[childIndex];
      if (child && right && right.dueMs < child.dueMs) {
        child = right;
        childIndex++;
      }
      if (!child || child.dueMs >= due.dueMs) break;
      heap[index] = child;
      child.heapIndex = index;
      index = childIndex;
    }
    heap[index] = due;
    due.heapIndex = index;
  }
}
