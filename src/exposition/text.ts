import type { HostRecord } from "../model/index.ts";
import { Blocks } from "./blocks.ts";
import { Changes } from "./changes.ts";
import { FAMILIES } from "./families/index.ts";
import type { Family } from "./family.ts";
import { ownRoom, type Room, type Slab } from "./slabs.ts";

/** Content-Type of everything this room writes. */
export const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/**
 * The prepared text of one host: the samples of all families in their order, without HELP and TYPE.
 * One table and a stretch of bytes, because ten thousand hosts keep one each. Immutable until it is left.
 */
export interface HostText {
  /** Has texts of other hosts beside this one, where they share memory. */
  readonly bytes: Buffer;
  /** Where the block of each family begins in `bytes`, and where the last one ends. */
  readonly bounds: Uint32Array;
  /** The memory they share; see Slabs. */
  readonly slab?: Slab | undefined;
}

export interface RenderOptions {
  /** True: every series carries host and place, for the text of a fleet. False: neither, for a probe. */
  readonly placed: boolean;
  /** Where a text of so many bytes is written; memory of its own unless said. */
  readonly room?: (length: number) => Room;
}

/** A host's own text. */
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

/** Puts a text together of families made anew and runs of families taken over. */
class Assembly {
  readonly #before: HostText | undefined;
  readonly #parts: (string | Run)[] = [];
  readonly #bounds = new Uint32Array(FAMILIES.length + 1);
  #length = 0;

  constructor(before: HostText | undefined) {
    this.#before = before;
  }

  add(index: number, text: string): void {
    if (text !== "") {
      const last = this.#parts.length - 1;
      const before = this.#parts[last];
      if (typeof before === "string") this.#parts[last] = before + text;
      else this.#parts.push(text);
      this.#length += Buffer.byteLength(text);
    }
    this.#bounds[index + 1] = this.#length;
  }

  /** The family as it was before. */
  keep(index: number, { bounds }: HostText): void {
    const start = bounds[index] ?? 0;
    const end = bounds[index + 1] ?? start;
    const last = this.#parts.at(-1);
    if (typeof last === "object" && last.end === start) last.end = end;
    else if (start < end) this.#parts.push({ start, end });
    this.#length += end - start;
    this.#bounds[index + 1] = this.#length;
  }

  finished(room: (length: number) => Room): HostText {
    const { bytes, start, slab } = room(this.#length);
    const bounds = this.#bounds;
    let at = start;
    for (const part of this.#parts) {
      if (typeof part === "string") at += bytes.write(part, at);
      else at += this.#before?.bytes.copy(bytes, at, part.start, part.end) ?? 0;
    }
    if (start > 0) for (let i = 0; i < bounds.length; i++) bounds[i] = (bounds[i] ?? 0) + start;
    return { bytes, bounds, slab };
  }
}

interface Run {
  readonly start: number;
  end: number;
}

/**
 * Makes the text of a host; done once when a snapshot arrives, so that a scrape only copies.
 *
 * @param before the host's text made the same way; families that tell the same are copied of it
 */
export function renderHost(record: HostRecord, { placed, room = ownRoom }: RenderOptions, before?: Rendered): HostText {
  const blocks = new Blocks(record, placed);
  const changes = before && new Changes(before.record, record);
  const assembly = new Assembly(before?.prepared);
  for (const [index, family] of FAMILIES.entries()) {
    if (before && changes?.isSame(family)) assembly.keep(index, before.prepared);
    else assembly.add(index, blocks.of(family));
  }
  return assembly.finished(room);
}

/** The whole exposition of one host without host and place labels, as /probe answers. */
export function renderProbe(record: HostRecord): Buffer {
  const blocks = new Blocks(record, false);
  let text = "";
  for (const family of FAMILIES) {
    const block = blocks.of(family);
    if (block !== "") text += headerOf(family) + block;
  }
  return Buffer.from(text);
}
