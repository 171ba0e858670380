/** Sensors that were read at one time, next to each other in the rotation. */
interface Share {
  readonly count: number;
  /** Monotonic. */
  readonly atMs: number;
}

/** Scheduled polls begin a little earlier or later; so much more age is accepted, as a part of the interval. */
const JITTER = 0.05;
const MOST_JITTER_MS = 3000;

/**
 * Discrete sensors of a host in the order in which they are read in turn, by number from 0. Each poll reads the ones
 * that were not read for the longest time, so many that each is read once in the given time.
 */
export class Rotation {
  readonly size: number;
  readonly #intervalMs: number;
  readonly #longestMs: number;
  /** Number of sensors of one poll. */
  readonly #share: number;
  /** The sensor that was not read for the longest time. */
  #first = 0;
  /** All sensors from `first` on, oldest share first. Empty until all were read. */
  #shares: readonly Share[] = [];

  /** @param times.discreteIntervalMs longest time between two readings of a sensor */
  constructor(size: number, times: { readonly intervalMs: number; readonly discreteIntervalMs: number }) {
    this.size = size;
    this.#intervalMs = times.intervalMs;
    this.#longestMs = times.discreteIntervalMs;
    const polls = Math.max(1, Math.floor(times.discreteIntervalMs / times.intervalMs));
    this.#share = Math.ceil(size / polls);
  }

  /**
   * How many sensors the poll at this time reads: its share, and those that would be too old before the next poll.
   * These are the first ones from `first` on.
   */
  due(nowMs: number): number {
    if (this.#shares.length === 0) return this.size;
    const jitterMs = Math.min(JITTER * this.#intervalMs, MOST_JITTER_MS);
    const oldestMs = nowMs + this.#intervalMs - this.#longestMs - jitterMs;
    let overdue = 0;
    for (const { count, atMs } of this.#shares) {
      if (atMs >= oldestMs) break;
      overdue += count;
    }
    return Math.max(overdue, Math.min(this.#share, this.size));
  }

  get first(): number {
    return this.#first;
  }

  /** True if the sensor is one of the first `count`. */
  isAmong(sensor: number, count: number): boolean {
    return (sensor - this.#first + this.size) % this.size < count;
  }

  /** The first `count` sensors were read. */
  noteRead(count: number, nowMs: number): void {
    if (this.size === 0 || count === 0) return;
    if (count >= this.size) {
      this.#shares = [{ count: this.size, atMs: nowMs }];
      return;
    }
    let left = count;
    const older = this.#shares.flatMap((share) => {
      const taken = Math.min(left, share.count);
      left -= taken;
      return taken === share.count ? [] : [{ count: share.count - taken, atMs: share.atMs }];
    });
    this.#shares = [...older, { count, atMs: nowMs }];
    this.#first = (this.#first + count) % this.size;
  }

  /** When the oldest state was read, monotonic; undefined: not all were read. */
  get oldestMs(): number | undefined {
    return this.#shares[0]?.atMs;
  }
}
