import type { Clock, Logger } from "../lib/index.ts";
import { bmcAddress, type Host } from "../model/index.ts";
import { Level } from "./group-queue.ts";
import type { Lanes } from "./lane.ts";

/** Closes the sessions of hosts that are not polled any more: BMCs have few sessions. */
export class Releases {
  readonly #clock: Clock;
  readonly #lanes: Lanes;
  readonly #release: (host: Host) => Promise<void> | void;
  readonly #graceMs: number;
  readonly #log: Logger;
  #pending = 0;
  #waiting: (() => void)[] = [];

  constructor(parts: {
    clock: Clock;
    lanes: Lanes;
    release: (host: Host) => Promise<void> | void;
    graceMs: number;
    log: Logger;
  }) {
    this.#clock = parts.clock;
    this.#lanes = parts.lanes;
    this.#release = parts.release;
    this.#graceMs = parts.graceMs;
    this.#log = parts.log;
  }

  /** In the lane of its BMC: after the running job, before all waiting ones. */
  later(host: Host, group: string): void {
    this.#pending++;
    const run = async (): Promise<void> => {
      await this.now(host);
      if (--this.#pending > 0) return;
      for (const resolve of this.#waiting.splice(0)) resolve();
    };
    this.#lanes.add(bmcAddress(host), group, { level: Level.Release, run });
  }

  /** Resolves when every session that is to be closed is closed. */
  done(): Promise<void> {
    return this.#pending === 0 ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Never rejects, and waits no longer than the grace time. */
  async now(host: Host): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = this.#clock.after(this.#graceMs, resolve);
      const run = async (): Promise<void> => {
        try {
          await this.#release(host);
        } catch (error) {
          this.#log.warn({ host: host.name, error }, "could not close the session");
        }
        timer.cancel();
        resolve();
      };
      void run();
    });
  }
}
