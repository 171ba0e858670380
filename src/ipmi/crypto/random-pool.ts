import { randomFillSync } from "node:crypto";

/**
 * Random bytes for initialisation vectors, drawn in bulk: a call of the generator costs a few
 * microseconds and a few more per 4 KiB. One serves all sessions of a transport.
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
    for (let i = start; i < start + count; i++) target[i] = this.#pool[this.#at++] as number;
  }
}
