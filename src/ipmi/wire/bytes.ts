import { TruncatedError } from "../errors.ts";

/** Bit `n` of `value` as a boolean; bit 0 is the least significant. */
export function bit(value: number, n: number): boolean {
  return ((value >>> n) & 1) === 1;
}

/** Bits `high`..`low` of `value`, both included, shifted down: `bits(0b1011_0000, 7, 4) === 0b1011`. */
export function bits(value: number, high: number, low: number): number {
  return (value >>> low) & ((1 << (high - low + 1)) - 1);
}

/** `value` as bit `n`: the reverse of `bit()`. */
export function flag(value: boolean, n: number): number {
  return value ? 1 << n : 0;
}

/** Reads the lowest `width` bits of `value` as two's complement. */
export function signed(value: number, width: number): number {
  const sign = 1 << (width - 1);
  const masked = value & ((1 << width) - 1);
  return masked & sign ? masked - (1 << width) : masked;
}

/**
 * A cursor over received bytes, multi-byte numbers least significant byte first (IPMI's order).
 *
 * Fails with TruncatedError, with the position, on the first missing byte; bytes beyond the layout
 * are ignored. Views, not copies: what `bytes()` returns shares memory with the packet.
 */
export class Reader {
  readonly #source: Uint8Array;
  readonly #what: string;
  #position: number;
  readonly #start: number;
  readonly #end: number;

  /** @param what names the layout in error messages: "Get Chassis Status" */
  constructor(source: Uint8Array, what: string, start = 0, end = source.length) {
    this.#source = source;
    this.#what = what;
    this.#start = start;
    this.#position = start;
    this.#end = end;
  }

  /** Bytes not yet read. */
  get remaining(): number {
    return this.#end - this.#position;
  }

  /** Offset of the next byte, counted from where this reader began. */
  get offset(): number {
    return this.#position - this.#start;
  }

  /** True while at least `count` bytes remain; for optional tails. */
  has(count = 1): boolean {
    return this.#end - this.#position >= count;
  }

  #need(count: number): number {
    const at = this.#position;
    if (at + count > this.#end) throw new TruncatedError(this.#what, at - this.#start + count, this.#end - this.#start);
    this.#position = at + count;
    return at;
  }

  u8(): number {
    const at = this.#need(1);
    return this.#source[at] as number;
  }

  u16(): number {
    const at = this.#need(2);
    const s = this.#source;
    return (s[at] as number) | ((s[at + 1] as number) << 8);
  }

  i16(): number {
    return (this.u16() << 16) >> 16;
  }

  u24(): number {
    const at = this.#need(3);
    const s = this.#source;
    return (s[at] as number) | ((s[at + 1] as number) << 8) | ((s[at + 2] as number) << 16);
  }

  u32(): number {
    const at = this.#need(4);
    const s = this.#source;
    return (
      ((s[at] as number) |
        ((s[at + 1] as number) << 8) |
        ((s[at + 2] as number) << 16) |
        ((s[at + 3] as number) << 24)) >>>
      0
    );
  }

  /** Most significant byte first: ASF and platform event traps. */
  u16be(): number {
    const at = this.#need(2);
    return ((this.#source[at] as number) << 8) | (this.#source[at + 1] as number);
  }

  /** Most significant byte first: ASF and platform event traps. */
  u32be(): number {
    const high = this.u16be();
    return (high * 0x10000 + this.u16be()) >>> 0;
  }

  /** The next `count` bytes, a view. */
  bytes(count: number): Uint8Array {
    const at = this.#need(count);
    return this.#source.subarray(at, at + count);
  }

  skip(count: number): void {
    this.#need(count);
  }

  /** All remaining bytes, a view. */
  rest(): Uint8Array {
    return this.bytes(this.remaining);
  }

  /** A reader over the next `count` bytes, counted from zero again, for a nested layout. */
  within(count: number, what: string): Reader {
    const at = this.#need(count);
    return new Reader(this.#source, what, at, at + count);
  }
}

/** Builds bytes in wire order, least significant byte first; grows as needed. */
export class Writer {
  #buffer: Buffer;
  #length = 0;

  constructor(capacity = 64) {
    // Each byte up to the length is written before `take`.
    this.#buffer = Buffer.allocUnsafe(capacity);
  }

  get length(): number {
    return this.#length;
  }

  #reserve(count: number): number {
    const at = this.#length;
    const wanted = at + count;
    if (wanted > this.#buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(wanted, this.#buffer.length * 2));
      this.#buffer.copy(grown, 0, 0, at);
      this.#buffer = grown;
    }
    this.#length = wanted;
    return at;
  }

  u8(value: number): this {
    // Reserve first: this may replace the buffer.
    const at = this.#reserve(1);
    this.#buffer[at] = value;
    return this;
  }

  u16(value: number): this {
    const at = this.#reserve(2);
    this.#buffer[at] = value;
    this.#buffer[at + 1] = value >>> 8;
    return this;
  }

  u24(value: number): this {
    const at = this.#reserve(3);
    this.#buffer[at] = value;
    this.#buffer[at + 1] = value >>> 8;
    this.#buffer[at + 2] = value >>> 16;
    return this;
  }

  u32(value: number): this {
    const at = this.#reserve(4);
    this.#buffer[at] = value;
    this.#buffer[at + 1] = value >>> 8;
    this.#buffer[at + 2] = value >>> 16;
    this.#buffer[at + 3] = value >>> 24;
    return this;
  }

  u16be(value: number): this {
    return this.u8(value >>> 8).u8(value);
  }

  u32be(value: number): this {
    return this.u16be(value >>> 16).u16be(value);
  }

  bytes(values: Uint8Array | readonly number[]): this {
    const at = this.#reserve(values.length);
    this.#buffer.set(values, at);
    return this;
  }

  /** `values` cut or padded with 00h to exactly `length` bytes. */
  padded(values: Uint8Array, length: number): this {
    const at = this.#reserve(length);
    this.#buffer.fill(0, at, at + length);
    this.#buffer.set(values.subarray(0, length), at);
    return this;
  }

  fill(value: number, count: number): this {
    const at = this.#reserve(count);
    this.#buffer.fill(value, at, at + count);
    return this;
  }

  /** The written bytes, a view; the writer must not be used afterwards. */
  take(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }
}
