import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import type { Clock, Timer } from "../lib/index.ts";

/** Compares a password with a bcrypt hash. */
export interface Comparer {
  /** Rejects if there is no result: the comparison took too long or was stopped. */
  compare(password: string, hash: string): Promise<boolean>;
  close(): Promise<void>;
}

/** Results are cached, so the thread is rarely needed. */
const IDLE_MS = 30_000;
/** More than the highest cost takes on a slow machine. */
const LONGEST_MS = 60_000;

const SCRIPT = `
const { parentPort, workerData } = require("node:worker_threads");
const { compareSync } = require(workerData.library);
parentPort.on("message", ({ id, password, hash }) => parentPort.postMessage({ id, equal: compareSync(password, hash) }));
`;

interface Result {
  readonly id: number;
  readonly equal: boolean;
}

interface Comparison {
  readonly worker: Worker;
  readonly timer: Timer;
  answer(equal: boolean): void;
  fail(error: Error): void;
}

/**
 * bcrypt on its own thread: a comparison takes a tenth of a second of CPU time, and polls must not wait for it. The
 * thread exists while there are passwords to compare.
 */
export class BcryptThread implements Comparer {
  readonly #clock: Clock;
  readonly #comparisons = new Map<number, Comparison>();
  #worker: Worker | undefined;
  #idle: Timer | undefined;
  #next = 0;
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  compare(password: string, hash: string): Promise<boolean> {
    if (this.#closed) return Promise.reject(new Error("passwords are not compared any more"));
    this.#idle?.cancel();
    this.#worker ??= this.#start();
    const worker = this.#worker;
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      const timer = this.#clock.after(LONGEST_MS, () => void this.#end(worker, "a comparison took too long"));
      this.#comparisons.set(id, { worker, timer, answer: resolve, fail: reject });
      worker.postMessage({ id, password, hash });
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#idle?.cancel();
    if (this.#worker) await this.#end(this.#worker, "passwords are not compared any more");
  }

  #start(): Worker {
    const library = createRequire(import.meta.url).resolve("bcryptjs");
    const worker = new Worker(SCRIPT, {
      eval: true,
      name: "bcrypt",
      workerData: { library },
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: 64 },
    });
    worker.unref();
    worker.on("message", ({ id, equal }: Result) => {
      this.#settle(id)?.answer(equal);
      if (this.#comparisons.size === 0) this.#idle = this.#clock.after(IDLE_MS, () => void this.#end(worker, "idle"));
    });
    worker.on(
      "error",
      (error) => void this.#end(worker, `the thread that compares passwords failed: ${error.message}`),
    );
    return worker;
  }

  #settle(id: number): Comparison | undefined {
    const comparison = this.#comparisons.get(id);
    this.#comparisons.delete(id);
    comparison?.timer.cancel();
    return comparison;
  }

  async #end(worker: Worker, why: string): Promise<void> {
    if (this.#worker === worker) this.#worker = undefined;
    for (const [id, comparison] of this.#comparisons)
      if (comparison.worker === worker) this.#settle(id)?.fail(new Error(why));
    await worker.terminate();
  }
}
