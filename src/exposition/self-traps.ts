import { Counter, Histogram, type Registry } from "prom-client";

/** The families about received traps. */
export class TrapMetrics {
  readonly #received: Counter;
  readonly #accepted: Counter;
  readonly #delay: Histogram;
  readonly #heard = new Set<string>();
  #kinds: readonly string[] = [];

  constructor(registry: Registry) {
    this.#received = new Counter({
      name: "lightsout_traps_received_total",
      help: "Datagrams on the port for traps, by outcome: accepted, repeated, unknown_sender (no BMC of the inventory), unknown_agent (a relay sent it for an unknown BMC), wrong_community, unauthenticated (version 3), reported (version 3, answered with a report), malformed, too_large, rate_limited.",
      labelNames: ["outcome"],
      registers: [registry],
    });
    this.#accepted = new Counter({
      name: "bmc_traps_total",
      help: "Traps of a host, by who defines them: pet (platform event trap) or the manufacturer. Only hosts that have sent a trap have series.",
      labelNames: ["host", "kind"],
      registers: [registry],
    });
    this.#delay = new Histogram({
      name: "lightsout_trap_confirmation_seconds",
      help: "Time from a trap to the reading of the record that confirms it; 0 if the record had been read before.",
      buckets: [0.1, 0.25, 0.5, 1, 2, 5, 10, 30],
      registers: [registry],
    });
  }

  /** Announces all outcomes, so that their counters begin at 0. */
  configure({ outcomes, kinds }: { readonly outcomes: readonly string[]; readonly kinds: readonly string[] }): void {
    this.#kinds = kinds;
    for (const outcome of outcomes) this.#received.inc({ outcome }, 0);
  }

  received(outcome: string): void {
    this.#received.inc({ outcome });
  }

  accepted(host: string, kind: string): void {
    if (!this.#heard.has(host)) {
      this.#heard.add(host);
      for (const one of this.#kinds) if (one === "pet" || one === kind) this.#accepted.inc({ host, kind: one }, 0);
    }
    this.#accepted.inc({ host, kind });
  }

  confirmed(seconds: number): void {
    this.#delay.observe(seconds);
  }

  /** Removes the series of hosts that left the inventory. */
  retain(isListed: (host: string) => boolean): void {
    for (const host of this.#heard) {
      if (isListed(host)) continue;
      this.#heard.delete(host);
      for (const kind of this.#kinds) this.#accepted.remove({ host, kind });
    }
  }
}
