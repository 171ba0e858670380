import type { HostRecord } from "../model/index.ts";
import { Blocks } from "./blocks.ts";
import { Changes } from "./changes.ts";
import { FAMILIES } from "./families/index.ts";
import type { Family } from "./family.ts";
import { type Allocation, ownMemory, type Slab } from "./slabs.ts";

/** Content-Type of all text of this package. */
export const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/**
 * The prepared text of one host: the samples of all families in their order, without HELP and TYPE. One table and one
 * range of bytes, because ten thousand hosts keep one each. Immutable until it is released.
 */
export interface HostText {
  /** May contain texts of other hosts, too. */
  readonly bytes: Buffer;
  /** Where the block of each family begins in `bytes`, and where the last one ends. */
  readonly bounds: Uint32Array;
  /** The memory that these texts share; see Slabs. */
  readonly slab?: Slab | undefined;
}

export interface RenderOptions {
  /** True: every series has the labels of host and place, for fleet output. False: none has, for a probe. */
  readonly placed: boolean;
  /** Provides memory for a text of the given length; by default memory of its own. */
  readonly allocate?: (length: number) => Allocation;
}

/** The bytes of one host's text. */
export function textOf({ bytes, bounds }: HostText): Buffer {
  return bytes.subarray(bounds[0], bounds[bounds.length - 1]);
}

/** HELP and TYPE of a family. */
export function headerOf({ name, help, type }: Family): string {
  const text = help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
  return `# HELP ${name} ${text}\n# TYPE ${name} ${type === "info" ? "gauge" : type}\n`;
}

/** An earlier record of the same host and its text. */
export interface Rendered {
  readonly record: HostRecord;
  readonly prepared: HostText;
}

/** Joins a text from blocks that were rendered again and from ranges of the previous text. */
class Assembly {
  readonly #previous: HostText | undefined;
  readonly #parts: (string | Range)[] = [];
  readonly #bounds = new Uint32Array(FAMILIES.length + 1);
  #length = 0;

  constructor(previous: HostText | undefined) {
    this.#previous = previous;
  }

  add(index: number, text: string): void {
    if (text !== "") {
      const last = this.#parts.length - 1;
      const part = this.#parts[last];
      if (typeof part === "string") this.#parts[last] = part + text;
      else this.#parts.push(text);
      this.#length += Buffer.byteLength(text);
    }
    this.#bounds[index + 1] = this.#length;
  }

  /** Reuses the block of the previous text. */
  keep(index: number, { bounds }: HostText): void {
    const start = bounds[index] ?? 0;
    const end = bounds[index + 1] ?? start;
    const last = this.#parts.at(-1);
    if (typeof last === "object" && last.end === start) last.end = end;
    else if (start < end) this.#parts.push({ start, end });
    this.#length += end - start;
    this.#bounds[index + 1] = this.#length;
  }

  finished(allocate: (length: number) => Allocation): HostText {
    const { bytes, start, slab } = allocate(this.#length);
    const bounds = this.#bounds;
    let at = start;
    for (const part of this.#parts) {
      if (typeof part === "string") at += bytes.write(part, at);
      else at += this.#previous?.bytes.copy(bytes, at, part.start, part.end) ?? 0;
    }
    if (start > 0) for (let i = 0; i < bounds.length; i++) bounds[i] = (bounds[i] ?? 0) + start;
    return { bytes, bounds, slab };
  }
}

/** Bytes of the previous text: several adjacent blocks. */
interface Range {
  readonly start: number;
  end: number;
}

/**
 * The text of a host. Rendered once when a snapshot arrives, so that a scrape only copies.
 *
 * @param previous an earlier record and its text, rendered with the same options: blocks that did not change are copied
 */
export function renderHost(
  record: HostRecord,
  { placed, allocate = ownMemory }: RenderOptions,
  previous?: Rendered,
): HostText {
  const blocks = new Blocks(record, placed);
  const changes = previous && new Changes(previous.record, record);
  const assembly = new Assembly(previous?.prepared);
  for (const [index, family] of FAMILIES.entries()) {
    if (previous && changes?.isSame(family)) assembly.keep(index, previous.prepared);
    else assembly.add(index, blocks.of(family));
  }
  return assembly.finished(allocate);
}

/** The whole exposition of one host without the labels of host and place: the response of /probe. */
export function renderProbe(record: HostRecord): Buffer {
  const blocks = new Blocks(record, false);
  let text = "";
  for (const family of FAMILIES) {
    const block = blocks.of(family);
    if (block !== "") text += headerOf(family) + block;
  }
  return Buffer.from(text);
}
