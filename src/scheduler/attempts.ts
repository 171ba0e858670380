import type { Host } from "../model/index.ts";
import { Attempt, type AttemptOptions, type AttemptTools } from "./attempt.ts";

/** All polls in progress, so that they can be ended. */
export class Attempts {
  readonly #tools: AttemptTools;
  readonly #running = new Set<Attempt>();

  constructor(tools: AttemptTools) {
    this.#tools = tools;
  }

  get running(): number {
    return this.#running.size;
  }

  start(host: Host, options: AttemptOptions): Attempt {
    const attempt = new Attempt(this.#tools, host, options);
    this.#running.add(attempt);
    void attempt.ended.then(() => this.#running.delete(attempt));
    return attempt;
  }

  /** Aborts all of them. Resolves when the last one has returned or its grace time is over. */
  async abortAll(reason: unknown): Promise<void> {
    const all = [...this.#running];
    for (const attempt of all) attempt.abort(reason);
    await Promise.all(all.map((attempt) => attempt.ended));
  }
}
