import type { Clock } from "../lib/index.ts";
import type { Host, HostSnapshot } from "../model/index.ts";
import { laneKeyOf } from "./poll.ts";

interface Stop {
  readonly host: Host;
  readonly snapshot: HostSnapshot;
  readonly revision: string | undefined;
  /** Monotonic; after it one attempt is allowed. */
  readonly untilMs: number;
}

/** Stops found by probes of hosts outside the inventory; the oldest is forgotten beyond this. */
const AD_HOC_LIMIT = 1024;

/**
 * Which user was refused by which BMC. A probe with the same credentials is answered from here, since
 * each further attempt may lock the account. There is no attempt on a timer for hosts of the inventory:
 * a stop ends with new credentials or configuration, a resume, or a probe that succeeds.
 */
export class AuthStops {
  readonly #clock: Clock;
  readonly #inventory = new Map<string, Stop>();
  readonly #adHoc = new Map<string, Stop>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A host of the inventory: held until it is cleared. */
  hold(host: Host, snapshot: HostSnapshot, revision: string | undefined): void {
    this.#inventory.set(keyOf(host), { host, snapshot, revision, untilMs: Number.POSITIVE_INFINITY });
  }

  /** Any other: held until `revision` changes, or for `holdMs` where the caller names no revision. */
  holdAdHoc(host: Host, snapshot: HostSnapshot, revision: string | undefined, holdMs: number): void {
    const untilMs = revision === undefined ? this.#clock.monotonicMs() + holdMs : Number.POSITIVE_INFINITY;
    const key = keyOf(host);
    this.#adHoc.delete(key);
    this.#adHoc.set(key, { host, snapshot, revision, untilMs });
    const [oldest] = this.#adHoc.keys();
    if (this.#adHoc.size > AD_HOC_LIMIT && oldest !== undefined) this.#adHoc.delete(oldest);
  }

  /** The refusal that an attempt as this user would repeat. */
  find(host: Host, revision: string | undefined): HostSnapshot | undefined {
    const key = keyOf(host);
    const stop = this.#inventory.get(key) ?? this.#adHoc.get(key);
    if (!stop || stop.untilMs <= this.#clock.monotonicMs()) return undefined;
    if (revision !== undefined && stop.revision !== undefined && revision !== stop.revision) return undefined;
    const reason = stop.snapshot.failure?.reason;
    const wrongUser = reason === "unknown_user" || reason === "wrong_password";
    // Privilege and cipher suite are the module's choice: another module may do better.
    if (!wrongUser && stop.host.module !== host.module) return undefined;
    return stop.host.name === host.name ? stop.snapshot : { ...stop.snapshot, host: host.name };
  }

  clear(host: Host): void {
    const key = keyOf(host);
    for (const stops of [this.#inventory, this.#adHoc]) {
      if (stops.get(key)?.host.name === host.name) stops.delete(key);
    }
  }
}

function keyOf(host: Host): string {
  return `${laneKeyOf(host)}\0${host.auth}`;
}
