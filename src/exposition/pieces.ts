/** Pieces that are kept at most. More are returned at once only when a client stops reading. */
const MOST_FREE = 4;

/**
 * Buffers of one size that are reused after they were sent. New memory for each piece of a large scrape costs more than
 * filling it: the kernel clears every page, and none of them is in the caches of the processor.
 */
export class PieceStock {
  readonly size: number;
  readonly #free: Buffer[] = [];
  readonly #taken = new WeakSet<Uint8Array>();

  /** @param size in bytes */
  constructor(size = 128 * 1024) {
    this.size = size;
  }

  /** A buffer for the caller alone. It is not cleared. */
  take(): Buffer {
    const piece = this.#free.pop() ?? Buffer.allocUnsafeSlow(this.size);
    this.#taken.add(piece);
    return piece;
  }

  /** Takes back a piece that nobody reads any more. Other buffers are ignored. */
  give(piece: Uint8Array): void {
    if (this.#taken.delete(piece) && this.#free.length < MOST_FREE) this.#free.push(piece as Buffer);
  }
}

/** Fills pieces of a stock, one after the other. */
export class Pieces {
  readonly #stock: PieceStock;
  #piece: Buffer;
  #used = 0;

  constructor(stock: PieceStock) {
    this.#stock = stock;
    this.#piece = stock.take();
  }

  /** Appends `bytes[start..end)` and yields each piece that is full. */
  *append(bytes: Buffer, start: number, end: number): Generator<Buffer> {
    let at = start;
    while (at < end) {
      const count = Math.min(end - at, this.#stock.size - this.#used);
      this.put(bytes, at, at + count);
      at += count;
      if (this.#used === this.#stock.size) {
        yield this.#piece;
        this.#piece = this.#stock.take();
        this.#used = 0;
      }
    }
  }

  /** True if this number of bytes fits into the current piece and leaves space: then call `put`. */
  fits(count: number): boolean {
    return this.#used + count < this.#stock.size;
  }

  put(bytes: Buffer, start: number, end: number): void {
    bytes.copy(this.#piece, this.#used, start, end);
    this.#used += end - start;
  }

  /** The last, partly filled piece. */
  rest(): Buffer | undefined {
    return this.#used === 0 ? undefined : this.#piece.subarray(0, this.#used);
  }
}
