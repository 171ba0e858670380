import { write } from "node:fs";
import type { Clock } from "../lib/index.ts";
import type { HostEvent } from "../model/index.ts";
import type { Sender } from "./delivery.ts";
import { eventJson } from "./json.ts";

const STANDARD_OUTPUT = 1;
const NOT_NOW = "EAGAIN";
const PAUSE_MS = 50;

/**
 * Events on standard output, a line each. Written beside the event loop: process.stdout would make the whole
 * process wait for a reader that does not read.
 */
export class StdoutLog implements Sender {
  readonly batch = 64;
  readonly #clock: Clock;
  readonly #descriptor: number;
  /** What the reader has not taken yet of the lines under way. */
  #lines: { readonly text: string; rest: Buffer } | undefined;

  constructor(clock: Clock, descriptor = STANDARD_OUTPUT) {
    this.#clock = clock;
    this.#descriptor = descriptor;
    // Node.js makes a pipe or socket non-blocking when it is first looked at as a stream. Otherwise a write that the
    // reader does not take keeps a thread, and the process cannot end until that thread does.
    if (descriptor === STANDARD_OUTPUT) void process.stdout;
  }

  async send(events: readonly HostEvent[], signal: AbortSignal): Promise<void> {
    const text = events.map((event) => `${eventJson(event)}\n`).join("");
    // What could not be written whole comes again: its rest is missing, and not the whole.
    if (this.#lines?.text !== text) this.#lines = { text, rest: Buffer.from(text) };
    const lines = this.#lines;
    while (lines.rest.length > 0) {
      signal.throwIfAborted();
      const written = await this.#some(lines.rest);
      lines.rest = lines.rest.subarray(written);
      if (written === 0) await this.#pause();
    }
    this.#lines = undefined;
  }

  #some(bytes: Buffer): Promise<number> {
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
