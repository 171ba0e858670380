/** Where a text is written: `bytes` from `start` on, as long as was asked for. */
export interface Room {
  readonly bytes: Buffer;
  readonly start: number;
}

export interface SlabOptions {
  /** Bytes of a slab. */
  readonly size?: number;
  /** Texts below this many bytes get memory of their own. */
  readonly ownBelow?: number;
}

/** Kinds of lifetimes with a slab that is not full yet; intervals that a configuration had before are forgotten. */
const MOST_OPEN = 8;

/**
 * Memory for the texts of hosts, many to a slab: a scrape that copies a piece of each of ten thousand hosts finds
 * their slabs in the processor's caches, where it would not find ten thousand buffers. A slab is written once and
 * goes when no text in it is kept, so texts that are replaced after the same time lie together. The small ones are
 * of hosts that told nothing, which are asked seldom: they would keep a slab for long.
 */
export class Slabs {
  readonly #size: number;
  readonly #ownBelow: number;
  readonly #open = new Map<number, { readonly bytes: Buffer; used: number }>();

  constructor({ size = 1024 * 1024, ownBelow = 4096 }: SlabOptions = {}) {
    this.#size = size;
    this.#ownBelow = ownBelow;
  }

  /**
   * Room that nobody else writes to, with anything in it.
   *
   * @param length in bytes
   * @param lastsMs how long what is written will be kept, about
   */
  take(length: number, lastsMs: number): Room {
    if (length < this.#ownBelow || length > this.#size / 4) return ownRoom(length);
    let slab = this.#open.get(lastsMs);
    if (slab === undefined || slab.used + length > this.#size) {
      slab = { bytes: Buffer.allocUnsafeSlow(this.#size), used: 0 };
      // Behind the others: the one that was opened first is forgotten first.
      this.#open.delete(lastsMs);
      this.#open.set(lastsMs, slab);
      const [oldest] = this.#open.keys();
      if (this.#open.size > MOST_OPEN && oldest !== undefined) this.#open.delete(oldest);
    }
    const start = slab.used;
    slab.used += length;
    return { bytes: slab.bytes, start };
  }
}

/** Of its exact size and not from Node's pool, which a small text kept for long would hold on to. */
export function ownRoom(length: number): Room {
  return { bytes: Buffer.allocUnsafeSlow(length), start: 0 };
}
