import { FAMILIES } from "./families/index.ts";
import type { Pieces } from "./pieces.ts";
import type { HostText } from "./text.ts";

/**
 * The blocks of many hosts, to be gone through family by family. Where they begin is written down side by side for
 * one family after the other: ten thousand tables that lie about in memory would be looked up for every family
 * otherwise, half of them for nothing.
 */
export class FleetBlocks {
  readonly #bytes: readonly Buffer[];
  /** Of all hosts where the first family begins, of all where the second does, and at last where the last ends. */
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

  /** The first host that tells the family; undefined: none does. */
  firstOf(index: number): number | undefined {
    for (let host = 0; host < this.#bytes.length; host++)
      if (this.#start(index, host) < this.#start(index + 1, host)) return host;
    return undefined;
  }

  /**
   * Puts the family's blocks of this host and those behind it into the piece that is being filled. Returns the
   * host whose block does not fit any more; undefined: all are in.
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

  /** The family's block of one host, and every piece that became full of it. */
  *append(index: number, host: number, pieces: Pieces): Generator<Buffer> {
    const bytes = this.#bytes[host];
    if (bytes !== undefined) yield* pieces.append(bytes, this.#start(index, host), this.#start(index + 1, host));
  }
}
