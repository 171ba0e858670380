import type { Logger } from "../lib/index.ts";
import { type HostSnapshot, needsOperator } from "../model/index.ts";

/** Logs hosts that start to fail, fail for another reason, or recover: one line per change, not one per round. */
export class PollLog {
  readonly #log: Logger;
  /** Reason for which each failing host failed last. */
  readonly #reasons = new Map<string, string>();

  constructor(log: Logger) {
    this.#log = log;
  }

  polled({ host, failure }: HostSnapshot): void {
    if (failure?.reason === this.#reasons.get(host)) return;
    if (!failure) {
      this.#reasons.delete(host);
      this.#log.info({ host }, "answers again");
      return;
    }
    const { stage, reason, message } = failure;
    this.#reasons.set(host, reason);
    const what = needsOperator(reason)
      ? "poll failed; polled again after a reload or a change of the credentials, and otherwise rarely"
      : "poll failed";
    this.#log.warn({ host, stage, reason, detail: message }, what);
  }

  /** Forgets hosts that are no longer in the inventory. */
  retain(inInventory: (host: string) => boolean): void {
    for (const host of this.#reasons.keys()) if (!inInventory(host)) this.#reasons.delete(host);
  }
}
