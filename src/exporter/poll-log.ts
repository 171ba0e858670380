import type { Logger } from "../lib/index.ts";
import { HOST_LIMIT_NAMES, type HostSnapshot, needsOperator } from "../model/index.ts";

/**
 * Logs hosts that start to fail, fail for another reason, recover, or begin to exceed a limit: one line per change,
 * not one per round.
 */
export class PollLog {
  readonly #log: Logger;
  /** Reason for which each failing host failed last. */
  readonly #reasons = new Map<string, string>();
  /** Names of the limits that each host exceeded at its last reading. */
  readonly #exceeded = new Map<string, string>();

  constructor(log: Logger) {
    this.#log = log;
  }

  polled(snapshot: HostSnapshot): void {
    this.#limits(snapshot);
    const { host, failure } = snapshot;
    if (failure?.reason === this.#reasons.get(host)) return;
    if (!failure) {
      this.#reasons.delete(host);
      this.#log.info({ host }, "BMC answers again");
      return;
    }
    const { stage, reason, message } = failure;
    this.#reasons.set(host, reason);
    const what = needsOperator(reason)
      ? "poll failed; polled again after a reload or a change of the credentials, and otherwise rarely"
      : "poll failed";
    this.#log.warn({ host, stage, reason, detail: message }, what);
  }

  /** A poll that failed or did not read the sensors says nothing about limits. */
  #limits({ host, sensors, omitted = {} }: HostSnapshot): void {
    if (!sensors) return;
    const exceeded = HOST_LIMIT_NAMES.filter((limit) => omitted[limit] !== undefined).join(", ");
    if (exceeded === (this.#exceeded.get(host) ?? "")) return;
    if (exceeded === "") this.#exceeded.delete(host);
    else this.#exceeded.set(host, exceeded);
    if (exceeded === "") this.#log.info({ host }, "host is within its limits again");
    else this.#log.warn({ host, limits: exceeded, omitted }, "host exceeds its limits; what exceeds them is left out");
  }

  /** Forgets hosts that are no longer in the inventory. */
  retain(inInventory: (host: string) => boolean): void {
    for (const known of [this.#reasons, this.#exceeded])
      for (const host of known.keys()) if (!inInventory(host)) known.delete(host);
  }
}
