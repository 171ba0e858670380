import { write } from "node:fs";
import type { Clock } from "../lib/index.ts";
import type { HostEvent } from "../model/index.ts";
import type { Sender } from "./delivery.ts";
import { eventJson } from "./json.ts";

const STANDARD_OUTPUT = 1;
const NOT_NOW = "EAGAIN";
const PAUSE_MS = 50;

/**
 * Events on standard output, one line each. Written asynchronously: with process.stdout the whole process would wait for a
 * reader that does not read.
 */
export class StdoutLog implements Sender {
  readonly batch = 64;
  readonly #clock: Clock;
  readonly #descriptor: number;
  /** The rest of the lines that the reader has not accepted yet. */
  #lines: { readonly text: string; rest: Buffer } | undefined;

  constructor(clock: Clock, descriptor = STANDARD_OUTPUT) {
    this.#clock = clock;
    this.#descriptor = descriptor;
    // Node.js makes a pipe or socket non-blocking when it is first used as a stream. Otherwise a write that the reader
    // does not accept blocks a thread, and the process cannot end before that thread.
    if (descriptor === STANDARD_OUTPUT) void process.stdout;
  }

  async send(events: readonly HostEvent[], signal: AbortSignal): Promise<void> {
    const text = events.map((event) => `${eventJson(event)}\n`).join("");
    // A batch that was written in part comes again: only its rest is written.
    if (this.#lines?.text !== text) this.#lines = { text, rest: Buffer.from(text) };
    const lines = this.#lines;
    while (lines.rest.length > 0) {
      signal.throwIfAborted();
      const written = await this.#write(lines.rest);
      lines.rest = lines.rest.subarray(written);
      if (written === 0) await this.#pause();
    }
    this.#lines = undefined;
  }

  #write(bytes: Buffer): Promise<number> {
    return new Promise((resolve, reject) => {
      write(this.#descriptor, bytes, (error, written) => {
        if (!error) resolve(written);
        else if (error.code === NOT_NOW) resolve(0);
        else reject(error);
      });
    });
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.after(PAUSE_MS, resolve);
    });
  }

  async close(): Promise<void> {}
}
