import { type FileHandle, open, rename, rm, stat } from "node:fs/promises";
import type { HostEvent } from "../model/index.ts";
import type { Sender } from "./delivery.ts";
import { eventJson } from "./json.ts";

export interface FileLogOptions {
  readonly path: string;
  /** Bytes at which the next file is begun. */
  readonly maxBytes: number;
  /** Files kept besides the one that is written: PATH.1 is the youngest. */
  readonly maxFiles: number;
}

const NEWLINE = 0x0a;

/**
 * Events in a file, a line each. Begins a new file when this one is as long as it may be, and when somebody
 * else has moved it away. What could be written of a line in part only, on a full disk, is taken back.
 */
export class FileLog implements Sender {
  readonly batch = 256;
  readonly #options: FileLogOptions;
  #file: { readonly handle: FileHandle; readonly inode: number; bytes: number } | undefined;

  constructor(options: FileLogOptions) {
    this.#options = options;
  }

  async send(events: readonly HostEvent[]): Promise<void> {
    const lines = Buffer.from(events.map((event) => `${eventJson(event)}\n`).join(""));
    let file = await this.#opened();
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
    // Appending: over a reload that changes its settings, the output of before sends its last lines into the same file.
    const handle = await open(path, "a+", 0o640);
    try {
      const { ino: inode, size } = await handle.stat();
      const last = Buffer.alloc(1);
      if (size > 0) await handle.read(last, 0, 1, size - 1);
      let bytes = size;
      // A line that a crash cut off stays a line of its own.
      if (size > 0 && last[0] !== NEWLINE) {
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

  /** PATH becomes PATH.1, that PATH.2 and so on; each step is one rename, so no line is ever in two files or none. */
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

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}
