import { type FileHandle, open, rename, rm, stat } from "node:fs/promises";
import type { HostEvent } from "../model/index.ts";
import type { Sender } from "./delivery.ts";
import { eventJson } from "./json.ts";

export interface FileLogOptions {
  readonly path: string;
  /** Size at which a new file begins. */
  readonly maxBytes: number;
  /** Number of previous files: PATH.1 is the newest. */
  readonly maxFiles: number;
  /** Lines are on disk, and not only with the kernel, when `send` returns. */
  readonly sync?: boolean;
  /** An earlier process may have written some of the events: what the end of the file holds is not written again. */
  readonly continues?: boolean;
}

const NEWLINE = 0x0a;
/** Read at the end of the file, and of the previous one: many more lines than one call of `send` writes. */
const TAIL_BYTES = 4 * 1024 * 1024;
const LINE_ID = /^\{"id":"([^"\\]+)"/;

/**
 * Events in a file, one line each. Begins a new file when this one reaches its maximum size, or when another program moved
 * it. A line that a full disk cut off is removed.
 */
export class FileLog implements Sender {
  readonly batch = 256;
  readonly #options: FileLogOptions;
  /** Ids of the lines that an earlier process wrote last. Undefined: not read yet. */
  #earlierIds: Set<string> | undefined;
  #file: { readonly handle: FileHandle; readonly inode: number; bytes: number } | undefined;

  constructor(options: FileLogOptions) {
    this.#options = options;
  }

  async send(events: readonly HostEvent[]): Promise<void> {
    let file = await this.#opened();
    const unwritten = events.filter(({ id }) => !this.#earlierIds?.has(id));
    if (unwritten.length === 0) return;
    const lines = Buffer.from(unwritten.map((event) => `${eventJson(event)}\n`).join(""));
    if (file.bytes > 0 && file.bytes + lines.length > this.#options.maxBytes) {
      await this.#rotate();
      file = await this.#opened();
    }
    try {
      let done = 0;
      while (done < lines.length) {
        const { bytesWritten } = await file.handle.write(lines, done, lines.length - done);
        done += bytesWritten;
      }
      if (this.#options.sync) await file.handle.datasync();
      file.bytes += lines.length;
    } catch (error) {
      await file.handle.truncate(file.bytes).catch(() => {});
      throw error;
    }
  }

  async #opened(): Promise<{ readonly handle: FileHandle; bytes: number }> {
    const { path } = this.#options;
    const there = await stat(path).catch(() => undefined);
    if (this.#file && there?.ino === this.#file.inode && there.size === this.#file.bytes) return this.#file;
    await this.close();
    // Appending: after a reload that changes its settings, the previous output writes its last lines to the same file.
    const handle = await open(path, "a+", 0o640);
    try {
      const { ino: inode, size } = await handle.stat();
      const last = Buffer.alloc(1);
      if (size > 0) await handle.read(last, 0, 1, size - 1);
      let bytes = size;
      if (this.#options.continues && this.#earlierIds === undefined) bytes = await this.#readTail(handle, size);
      // A line that a crash cut off stays a separate line.
      else if (size > 0 && last[0] !== NEWLINE) {
        await handle.write(Buffer.from([NEWLINE]));
        bytes++;
      }
      this.#file = { handle, inode, bytes };
      return this.#file;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /**
   * Reads which events an earlier process wrote last, and removes a line that a crash cut off: its event comes again.
   * Returns the size of the file then.
   */
  async #readTail(handle: FileHandle, size: number): Promise<number> {
    const tail = await bytesFrom(handle, Math.max(0, size - TAIL_BYTES), size);
    const rest = TAIL_BYTES - tail.length;
    const previous = rest > 0 ? await this.#previousTail(rest) : Buffer.alloc(0);
    const lines = `${previous}\n${tail}`.split("\n");
    this.#earlierIds = new Set(lines.flatMap((line) => LINE_ID.exec(line)?.[1] ?? []));
    if (size === 0 || tail.at(-1) === NEWLINE) return size;
    const whole = size - tail.length + tail.lastIndexOf(NEWLINE) + 1;
    this.#earlierIds.delete(LINE_ID.exec(lines.at(-1) ?? "")?.[1] ?? "");
    await handle.truncate(whole);
    return whole;
  }

  async #previousTail(length: number): Promise<Buffer> {
    try {
      const handle = await open(`${this.#options.path}.1`, "r");
      try {
        const { size } = await handle.stat();
        return await bytesFrom(handle, Math.max(0, size - length), size);
      } finally {
        await handle.close();
      }
    } catch (error) {
      ignoreMissing(error as NodeJS.ErrnoException);
      return Buffer.alloc(0);
    }
  }

  /** PATH becomes PATH.1, that PATH.2 and so on; each step is one rename, so each line is always in exactly one file. */
  async #rotate(): Promise<void> {
    const { path, maxFiles } = this.#options;
    await this.close();
    if (maxFiles === 0) return rm(path, { force: true });
    for (let n = maxFiles - 1; n >= 1; n--) await rename(`${path}.${n}`, `${path}.${n + 1}`).catch(ignoreMissing);
    await rename(path, `${path}.1`);
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.handle.close();
  }
}

async function bytesFrom(handle: FileHandle, start: number, end: number): Promise<Buffer> {
  const bytes = Buffer.alloc(end - start);
  let read = 0;
  while (read < bytes.length) {
    const { bytesRead } = await handle.read(bytes, read, bytes.length - read, start + read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return bytes.subarray(0, read);
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}
