/** Where a text is written: `bytes` from `start` on, as long as was asked for. */
export interface Room {
  readonly bytes: Buffer;
  readonly start: number;
  /** Absent: the memory is this text's own. */
  readonly slab?: Slab;
}

export interface SlabOptions {
  /** Bytes of a slab. */
  readonly size?: number;
  /** Texts below this many bytes get memory of their own. */
  readonly ownBelow?: number;
  /** Slabs kept to be filled again; more go to the collector. With four, nine in ten are ones that were kept. */
  readonly mostSpare?: number;
}

/** A piece of memory from when it is first written to until it can be written to again. */
export interface Slab {
  readonly bytes: Buffer;
  used: number;
  /** Texts in it that somebody keeps, readers of the whole of it, and one while it is being filled. */
  users: number;
  /** Those of them that read the whole of it. */
  readers: number;
}

/** Kinds of lifetimes with a slab that is not full yet; intervals that a configuration had before are forgotten. */
const MOST_OPEN = 8;

/**
 * Memory for the texts of hosts, many to a slab: a scrape that copies a piece of each of ten thousand hosts finds
 * their slabs in the processor's caches, where it would not find ten thousand buffers. Texts that are replaced after
 * the same time lie together, so that a slab gets free as a whole, and is filled again: memory that is asked for and
 * left again all the time makes V8 look through everything that is held every few seconds. The small texts are of
 * hosts that told nothing, which are asked seldom: they would keep a slab for long.
 *
 * Whoever forgets to `leave` a text costs memory; a text that is left while it is still read is overwritten.
 */
export class Slabs {
  readonly #size: number;
  readonly #ownBelow: number;
  readonly #mostSpare: number;
  readonly #open = new Map<number, Slab>();
  readonly #spare: Buffer[] = [];
  /** Slabs that somebody holds. */
  readonly #read = new Set<Slab>();

  constructor({ size = 1024 * 1024, ownBelow = 4096, mostSpare = 4 }: SlabOptions = {}) {
    this.#size = size;
    this.#ownBelow = ownBelow;
    this.#mostSpare = mostSpare;
  }

  /**
   * Room that nobody else writes to until it is left, with anything in it.
   *
   * @param length in bytes
   * @param lastsMs how long what is written will be kept, about
   */
  take(length: number, lastsMs: number): Room {
    if (length < this.#ownBelow || length > this.#size / 4) return ownRoom(length);
    let slab = this.#open.get(lastsMs);
    if (slab === undefined || slab.used + length > this.#size) {
      this.#close(lastsMs);
      slab = { bytes: this.#spare.pop() ?? Buffer.allocUnsafeSlow(this.#size), used: 0, users: 1, readers: 0 };
      this.#open.set(lastsMs, slab);
      const [oldest = lastsMs] = this.#open.keys();
      if (this.#open.size > MOST_OPEN) this.#close(oldest);
    }
    const start = slab.used;
    slab.used += length;
    slab.users++;
    return { bytes: slab.bytes, start, slab };
  }

  /** Nobody will read the text any more, but for those who `hold` it. To be called once for each. */
  leave({ slab }: Pick<Room, "slab">): void {
    if (slab !== undefined) this.#release(slab);
  }

  /** Keeps texts readable, whoever leaves them, until the function that is returned is called. */
  hold(texts: Iterable<Pick<Room, "slab">>): () => void {
    const held = new Set<Slab>();
    for (const { slab } of texts) if (slab !== undefined) held.add(slab);
    for (const slab of held) {
      slab.users++;
      slab.readers++;
      this.#read.add(slab);
    }
    return () => {
      for (const slab of held) {
        if (--slab.readers === 0) this.#read.delete(slab);
        this.#release(slab);
      }
      held.clear();
    };
  }

  /** Bytes of slabs whose texts were all left, and that are kept only for those who `hold` them. */
  get outdatedBytes(): number {
    let bytes = 0;
    for (const slab of this.#read) if (slab.users === slab.readers) bytes += slab.bytes.length;
    return bytes;
  }

  #close(lastsMs: number): void {
    const slab = this.#open.get(lastsMs);
    this.#open.delete(lastsMs);
    if (slab !== undefined) this.#release(slab);
  }

  #release(slab: Slab): void {
    if (slab.users === 0 || --slab.users > 0) return;
    if (this.#spare.length < this.#mostSpare) this.#spare.push(slab.bytes);
  }
}

/** Of its exact size and not from Node's pool, which a small text kept for long would hold on to. */
export function ownRoom(length: number): Room {
  return { bytes: Buffer.allocUnsafeSlow(length), start: 0 };
}
