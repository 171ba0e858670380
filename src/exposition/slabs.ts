/** Where a text is written: into `bytes` from `start` on, with the length that was requested. */
export interface Allocation {
  readonly bytes: Buffer;
  readonly start: number;
  /** Absent: the memory belongs to this text alone. */
  readonly slab?: Slab;
}

interface SlabOptions {
  /** Bytes of a slab. */
  readonly size?: number;
  /** Texts shorter than this get memory of their own. */
  readonly ownBelow?: number;
  /** Free slabs that are kept for reuse; more are left to the garbage collector. With four, nine in ten are reused. */
  readonly mostSpare?: number;
}

/** A piece of memory that many texts share. It is reused when no text in it is needed. */
export interface Slab {
  readonly bytes: Buffer;
  used: number;
  /** Texts that are needed, readers of the whole slab, and one while the slab is being filled. */
  users: number;
  /** Readers of the whole slab. */
  readers: number;
}

/** Lifetimes for which a slab is being filled; those of intervals that are no longer configured are closed. */
const MOST_OPEN = 8;

/**
 * Memory for the texts of hosts, many texts to a slab. A scrape that copies a piece of each of ten thousand hosts finds
 * their slabs in the caches of the processor, where it would not find ten thousand buffers. Texts with the same
 * lifetime lie together, so that a slab becomes free as a whole and is reused: memory that is allocated and freed all
 * the time makes V8 scan the whole heap every few seconds. Small texts belong to hosts that were not read. They live
 * long and would keep a slab in use.
 *
 * A text that is never released costs memory. A text that is released while it is read is overwritten.
 */
export class Slabs {
  readonly #size: number;
  readonly #ownBelow: number;
  readonly #mostSpare: number;
  readonly #open = new Map<number, Slab>();
  readonly #spare: Buffer[] = [];
  /** Slabs with readers. */
  readonly #read = new Set<Slab>();

  constructor({ size = 1024 * 1024, ownBelow = 4096, mostSpare = 4 }: SlabOptions = {}) {
    this.#size = size;
    this.#ownBelow = ownBelow;
    this.#mostSpare = mostSpare;
  }

  /**
   * Memory for one text until it is released. It is not cleared.
   *
   * @param length in bytes
   * @param lifetimeMs how long the text will be needed, approximately
   */
  allocate(length: number, lifetimeMs: number): Allocation {
    if (length < this.#ownBelow || length > this.#size / 4) return ownMemory(length);
    let slab = this.#open.get(lifetimeMs);
    if (slab === undefined || slab.used + length > this.#size) {
      this.#close(lifetimeMs);
      slab = { bytes: this.#spare.pop() ?? Buffer.allocUnsafeSlow(this.#size), used: 0, users: 1, readers: 0 };
      this.#open.set(lifetimeMs, slab);
      const [oldest = lifetimeMs] = this.#open.keys();
      if (this.#open.size > MOST_OPEN) this.#close(oldest);
    }
    const start = slab.used;
    slab.used += length;
    slab.users++;
    return { bytes: slab.bytes, start, slab };
  }

  /** The text is no longer needed, except by those who `retain` it. To be called once for each text. */
  release({ slab }: Pick<Allocation, "slab">): void {
    if (slab !== undefined) this.#releaseSlab(slab);
  }

  /** Keeps texts readable, even if they are released, until the returned function is called. */
  retain(texts: Iterable<Pick<Allocation, "slab">>): () => void {
    const slabs = new Set<Slab>();
    for (const { slab } of texts) if (slab !== undefined) slabs.add(slab);
    for (const slab of slabs) {
      slab.users++;
      slab.readers++;
      this.#read.add(slab);
    }
    return () => {
      for (const slab of slabs) {
        if (--slab.readers === 0) this.#read.delete(slab);
        this.#releaseSlab(slab);
      }
      slabs.clear();
    };
  }

  /** Bytes of slabs whose texts were all released, and that only readers still retain. */
  get outdatedBytes(): number {
    let bytes = 0;
    for (const slab of this.#read) if (slab.users === slab.readers) bytes += slab.bytes.length;
    return bytes;
  }

  #close(lifetimeMs: number): void {
    const slab = this.#open.get(lifetimeMs);
    this.#open.delete(lifetimeMs);
    if (slab !== undefined) this.#releaseSlab(slab);
  }

  #releaseSlab(slab: Slab): void {
    if (slab.users === 0 || --slab.users > 0) return;
    if (this.#spare.length < this.#mostSpare) this.#spare.push(slab.bytes);
  }
}

/** Memory of exactly this length, not from the pool of Node.js: a small text would keep a whole piece of that in use. */
export function ownMemory(length: number): Allocation {
  return { bytes: Buffer.allocUnsafeSlow(length), start: 0 };
}
