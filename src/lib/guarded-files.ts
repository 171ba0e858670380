import type { Clock } from "./clock.ts";
import type { PrivateFiles } from "./private-files.ts";

/** Of Node's four threads for files and names: a file system that hangs keeps no more of them. */
const MOST_AT_ONCE = 2;
const TIMEOUT_MS = 3000;

/** The file system has not responded in time. */
export class FileTimeoutError extends Error {
  override readonly name = "FileTimeoutError";

  constructor() {
    super(`the file system does not respond (waited ${TIMEOUT_MS / 1000} s)`);
  }
}

/**
 * File operations that end, on a file system that may hang: few at once, each with a time limit. While as many as
 * may run hang, others fail at once.
 */
export class GuardedFiles {
  readonly #clock: Clock;
  readonly #files: PrivateFiles;
  readonly #waiting: { readonly start: () => void; readonly fail: (error: Error) => void }[] = [];
  #running = 0;
  #hanging = 0;

  constructor(clock: Clock, files: PrivateFiles) {
    this.#clock = clock;
    this.#files = files;
  }

  /** @throws FileTimeoutError, or what the operation throws */
  async run<T>(operation: (files: PrivateFiles) => Promise<T>): Promise<T> {
    await this.#turn();
    const work = operation(this.#files);
    const end = this.#watch(work);
    return new Promise<T>((resolve, reject) => {
      work.then(resolve, reject);
      end.catch(reject);
    });
  }

  async #turn(): Promise<void> {
    if (this.#hanging >= MOST_AT_ONCE) throw new FileTimeoutError();
    if (this.#running < MOST_AT_ONCE) this.#running++;
    else await new Promise<void>((start, fail) => this.#waiting.push({ start, fail }));
  }

  /** Rejects when the time is over; the operation keeps its place until it returns. */
  #watch(work: Promise<unknown>): Promise<never> {
    return new Promise<never>((_, reject) => {
      let isHanging = false;
      const timer = this.#clock.after(TIMEOUT_MS, () => {
        isHanging = true;
        this.#hanging++;
        reject(new FileTimeoutError());
        if (this.#hanging >= MOST_AT_ONCE) for (const { fail } of this.#waiting.splice(0)) fail(new FileTimeoutError());
      });
      const ended = (): void => {
        timer.cancel();
        if (isHanging) this.#hanging--;
        const next = this.#waiting.shift();
        if (next) next.start();
        else this.#running--;
      };
      work.then(ended, ended);
    });
  }
}
