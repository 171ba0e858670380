import { randomFillSync } from "node:crypto";

/**
 * Random bytes for initialisation vectors, drawn in bulk: one call of the generator per 256 packets
 * costs a fraction of one call per packet.
 */
export class RandomPool {
  readonly #pool = Buffer.alloc(4096);
  #at = this.#pool.length;

  /** Fills `target` from `start` with `count` fresh random bytes. */
  fill(target: Uint8Array, start: number, count: number): void {
    if (this.#at + count > this.#pool.length) {
      randomFillSync(this.#pool);
      this.#at = 0;
    }
    target.set(this.#pool.subarray(this.#at, this.#at + count), start);
    this.#at += count;
  }
}
