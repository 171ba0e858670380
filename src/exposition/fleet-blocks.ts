import { FAMILIES } from "./families/index.ts";
import type { Pieces } from "./pieces.ts";
import type { HostText } from "./text.ts";

/**
 * The blocks of many hosts, to be read family by family. One table holds where all blocks begin, in that order:
 * looking into the table of each host for every family would miss the caches of the processor, half of the time for
 * hosts that do not have the family.
 */
export class FleetBlocks {
  readonly #bytes: readonly Buffer[];
  /** For each family, where its block begins in the text of each host; finally, where the last block ends. */
  readonly #bounds: Uint32Array;

  constructor(texts: readonly HostText[]) {
    const hosts = texts.length;
    const table = new Uint32Array((FAMILIES.length + 1) * hosts);
    for (const [host, { bounds }] of texts.entries())
      for (let index = 0, at = host; index < bounds.length; index++, at += hosts) table[at] = bounds[index] ?? 0;
    this.#bytes = texts.map(({ bytes }) => bytes);
    this.#bounds = table;
  }

  #start(index: number, host: number): number {
    return this.#bounds[index * this.#bytes.length + host] ?? 0;
  }

  /** The first host that has the family; undefined: none has. */
  firstOf(index: number): number | undefined {
    for (let host = 0; host < this.#bytes.length; host++)
      if (this.#start(index, host) < this.#start(index + 1, host)) return host;
    return undefined;
  }

  /**
   * Copies the blocks of the family into the current piece, from this host on. Returns the first host whose block does
   * not fit; undefined: all blocks were copied.
   */
  put(index: number, from: number, pieces: Pieces): number | undefined {
    const all = this.#bytes;
    for (let host = from; host < all.length; host++) {
      const start = this.#start(index, host);
      const end = this.#start(index + 1, host);
      const bytes = all[host];
      if (start === end || bytes === undefined) continue;
      if (!pieces.fits(end - start)) return host;
      pieces.put(bytes, start, end);
    }
    return undefined;
  }

  /** Copies the block of one host, and yields each piece that is full. */
  *append(index: number, host: number, pieces: Pieces): Generator<Buffer> {
    const bytes = this.#bytes[host];
    if (bytes !== undefined) yield* pieces.append(bytes, this.#start(index, host), this.#start(index + 1, host));
  }
}
