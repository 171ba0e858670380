import type { SelDescription } from "../boards/board.ts";

export const SEL_RECORD_BYTES = 16;
const LAST_ID = 0xfffe;
/** Timestamp of an addition or erasure that never happened. */
const NEVER = 0xffffffff;
const DEFAULT: SelDescription = { capacity: 512 };

/**
 * The event log of one BMC: records of 16 bytes in one buffer, which is the buffer of the board until the first
 * change.
 */
export class SelLog {
  readonly #capacity: number;
  readonly #dropOldest: boolean;
  #bytes: Buffer;
  #count: number;
  #shared = true;
  #overflow = false;
  #nextId: number;
  #lastAddition: number;
  /** Number of records that were added since the start. */
  additions = 0;
  #lastErase = NEVER;

  /** @param initial records with their ids; this buffer is never changed */
  constructor(description: SelDescription = DEFAULT, initial: Buffer = Buffer.alloc(0)) {
    this.#capacity = description.capacity;
    this.#dropOldest = description.whenFull === "drop_oldest";
    this.#bytes = initial;
    this.#count = Math.min(initial.length / SEL_RECORD_BYTES, this.#capacity);
    this.#nextId = this.#count === 0 ? 1 : after(this.#idAt(this.#count - 1));
    this.#lastAddition = this.#count === 0 ? NEVER : initial.readUInt32LE((this.#count - 1) * SEL_RECORD_BYTES + 3);
  }

  get count(): number {
    return this.#count;
  }

  get capacity(): number {
    return this.#capacity;
  }

  get overflow(): boolean {
    return this.#overflow;
  }

  /** Seconds since 1970; NEVER. */
  get lastAddition(): number {
    return this.#lastAddition;
  }

  get lastErase(): number {
    return this.#lastErase;
  }

  /** Index of a record; 0000h the first, FFFFh the last; -1: no such record. */
  indexOf(recordId: number): number {
    if (this.#count === 0) return -1;
    if (recordId === 0x0000) return 0;
    if (recordId === 0xffff) return this.#count - 1;
    // Ids count up without gaps unless entries were deleted one by one.
    const guess = recordId - this.#idAt(0);
    if (guess >= 0 && guess < this.#count && this.#idAt(guess) === recordId) return guess;
    for (let i = 0; i < this.#count; i++) if (this.#idAt(i) === recordId) return i;
    return -1;
  }

  /** The record at this index, not a copy. */
  at(index: number): Buffer {
    return this.#bytes.subarray(index * SEL_RECORD_BYTES, (index + 1) * SEL_RECORD_BYTES);
  }

  /** Id of the record after the one at this index; FFFFh: that one is the last. */
  idAfter(index: number): number {
    return index + 1 < this.#count ? this.#idAt(index + 1) : 0xffff;
  }

  /** Adds a record under the next id; false: the log is full. */
  add(record: Uint8Array, nowSeconds: number): boolean {
    if (this.#count >= this.#capacity) {
      this.#overflow = true;
      if (!this.#dropOldest) return false;
      this.#remove(0);
    }
    const at = this.#count * SEL_RECORD_BYTES;
    this.#own(at + SEL_RECORD_BYTES);
    this.#bytes.set(record.subarray(0, SEL_RECORD_BYTES), at);
    this.#bytes.writeUInt16LE(this.#nextId, at);
    this.#nextId = after(this.#nextId);
    this.#count++;
    this.additions++;
    this.#lastAddition = nowSeconds;
    return true;
  }

  /** False: no such record. */
  delete(recordId: number, nowSeconds: number): boolean {
    const index = this.indexOf(recordId);
    if (index < 0) return false;
    this.#remove(index);
    this.#lastErase = nowSeconds;
    return true;
  }

  clear(nowSeconds: number): void {
    this.#bytes = Buffer.alloc(0);
    this.#shared = false;
    this.#count = 0;
    this.#nextId = 1;
    this.#overflow = false;
    this.#lastErase = nowSeconds;
  }

  #idAt(index: number): number {
    return this.#bytes.readUInt16LE(index * SEL_RECORD_BYTES);
  }

  #remove(index: number): void {
    this.#own(this.#count * SEL_RECORD_BYTES);
    this.#bytes.copyWithin(index * SEL_RECORD_BYTES, (index + 1) * SEL_RECORD_BYTES, this.#count * SEL_RECORD_BYTES);
    this.#count--;
  }

  /** Makes space for `bytes` in a buffer of this log alone. */
  #own(bytes: number): void {
    if (!this.#shared && this.#bytes.length >= bytes) return;
    const size = Math.max(bytes, Math.min(this.#capacity, Math.max(4, this.#count * 2)) * SEL_RECORD_BYTES);
    const grown = Buffer.alloc(size);
    this.#bytes.copy(grown, 0, 0, this.#count * SEL_RECORD_BYTES);
    this.#bytes = grown;
    this.#shared = false;
  }
}

function after(id: number): number {
  return id >= LAST_ID ? 1 : id + 1;
}
