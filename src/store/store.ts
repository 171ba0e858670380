import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../lib/index.ts";
import {
  bmcAddress,
  type Host,
  type HostRecord,
  type HostSnapshot,
  type HostTrail,
  noFailures,
} from "../model/index.ts";
import { Trail } from "./trail.ts";

export interface StoreOptions<T> {
  /**
   * Made once whenever a record changes: the text that scrapes copy. `before`: what the host had until now,
   * for what need not be made again.
   */
  readonly prepare: (record: HostRecord, before?: Stored<T>) => T;
  /** Told once of each that was prepared when the store keeps it no longer. */
  readonly leave?: (prepared: T) => void;
  /** Milliseconds after which what a host told is dropped; three of its intervals, say. */
  readonly staleAfterMs: (host: Host) => number;
  readonly clock: Clock;
  /**
   * True: a poll that failed leaves what the poll before told until that is stale. False, and so unless
   * said otherwise: it drops it at once.
   */
  readonly keepReadings?: boolean;
}

/** A host's record and what was prepared of it. Replaced, never changed. */
export interface Stored<T> {
  readonly record: HostRecord;
  readonly prepared: T;
}

export interface HostsChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

interface Entry<T> extends Stored<T> {
  /** Monotonic time at which the readings in the record came; absent when there are none. */
  readonly readAtMs?: number;
}

/** What remains of a snapshot when its readings are dropped: how the poll went. */
function withoutReadings({ host, startedAt, durationMs, up, failure, protocol, parts }: HostSnapshot): HostSnapshot {
  return { host, startedAt, durationMs, up, failure, protocol, parts, quirks: [] };
}

/** How a failed poll went, over the readings of the poll before. Its events are old news. */
function overReadings(failed: HostSnapshot, before: HostSnapshot): HostSnapshot {
  const { host, startedAt, durationMs, up, failure, parts } = failed;
  const eventLog = before.eventLog === undefined ? undefined : { ...before.eventLog, fresh: [] };
  return { ...before, host, startedAt, durationMs, up, failure, parts, eventLog };
}

/**
 * The latest of each host of the inventory, and a few lines of what came before: memory is bounded by the inventory.
 * Iteration is in the order of the inventory.
 */
export class Store<T> {
  readonly #options: StoreOptions<T>;
  #entries = new Map<string, Entry<T>>();
  readonly #trails = new Map<string, Trail>();

  constructor(options: StoreOptions<T>) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  /**
   * Takes over the inventory. Hosts that stay keep what is known of them; one with another address
   * keeps its counters only, because another BMC answers there.
   */
  setHosts(hosts: Iterable<Host>): HostsChange {
    const before = this.#entries;
    const entries = new Map<string, Entry<T>>();
    const added: string[] = [];
    for (const host of hosts) {
      const entry = before.get(host.name);
      if (entry === undefined) added.push(host.name);
      entries.set(host.name, entry === undefined ? this.#fresh(host) : this.#moved(entry, host));
    }
    this.#entries = entries;
    const removed: string[] = [];
    for (const [name, { prepared }] of before) {
      if (entries.has(name)) continue;
      removed.push(name);
      this.#options.leave?.(prepared);
    }
    for (const name of this.#trails.keys()) if (!entries.get(name)?.record.polls) this.#trails.delete(name);
    return { added, removed };
  }

  #fresh(host: Host): Entry<T> {
    return this.#entry({ host, failures: noFailures, polls: 0 });
  }

  #moved(entry: Entry<T>, host: Host): Entry<T> {
    const { record } = entry;
    if (isDeepStrictEqual(record.host, host)) return entry;
    const sameBmc = bmcAddress(record.host) === bmcAddress(host);
    return sameBmc
      ? this.#entry({ ...record, host }, entry, entry.readAtMs)
      : this.#entry({ host, failures: record.failures, polls: 0 }, entry);
  }

  /** Takes the place of `before`. */
  #entry(record: HostRecord, before?: Stored<T>, readAtMs?: number): Entry<T> {
    const prepared = this.#options.prepare(record, before);
    if (before !== undefined) this.#options.leave?.(before.prepared);
    return { record, prepared, readAtMs };
  }

  /**
   * Takes the result of a poll. False: the host is not in the inventory (any more), nothing was kept.
   */
  put(snapshot: HostSnapshot): boolean {
    const entry = this.#entries.get(snapshot.host);
    if (entry === undefined) return false;
    const trail = this.#trails.get(snapshot.host) ?? new Trail();
    this.#trails.set(snapshot.host, trail);
    trail.take(snapshot);
    this.#entries.set(snapshot.host, snapshot.up ? this.#succeeded(entry, snapshot) : this.#failed(entry, snapshot));
    return true;
  }

  #succeeded(entry: Entry<T>, snapshot: HostSnapshot): Entry<T> {
    const { record } = entry;
    const lastSuccessAt = snapshot.startedAt + snapshot.durationMs;
    return this.#entry(
      { ...record, snapshot, lastSuccessAt, polls: record.polls + 1 },
      entry,
      this.#options.clock.monotonicMs(),
    );
  }

  #failed(entry: Entry<T>, snapshot: HostSnapshot): Entry<T> {
    const { record, readAtMs } = entry;
    const reason = snapshot.failure?.reason;
    const failures =
      reason === undefined ? record.failures : { ...record.failures, [reason]: record.failures[reason] + 1 };
    const kept = this.#options.keepReadings && readAtMs !== undefined ? record.snapshot : undefined;
    const latest = kept === undefined ? withoutReadings(snapshot) : overReadings(snapshot, kept);
    return this.#entry(
      { ...record, snapshot: latest, failures, polls: record.polls + 1 },
      entry,
      kept === undefined ? undefined : readAtMs,
    );
  }

  /**
   * Drops the readings of hosts that were not read for `staleAfterMs`; how the last failed poll went and the
   * last success stay. To be called every few seconds. Returns how many hosts became stale.
   */
  sweep(): number {
    const now = this.#options.clock.monotonicMs();
    let dropped = 0;
    for (const [name, entry] of this.#entries) {
      const { record, readAtMs } = entry;
      if (readAtMs === undefined || now - readAtMs < this.#options.staleAfterMs(record.host)) continue;
      const snapshot = record.snapshot?.up === false ? withoutReadings(record.snapshot) : undefined;
      this.#entries.set(name, this.#entry({ ...record, snapshot }, entry));
      dropped++;
    }
    return dropped;
  }

  /** The last polls and events of a host; undefined before its first poll ended. */
  trail(host: string): HostTrail | undefined {
    return this.#trails.get(host)?.read();
  }

  get(host: string): Stored<T> | undefined {
    return this.#entries.get(host);
  }

  *[Symbol.iterator](): Generator<Stored<T>> {
    yield* this.#entries.values();
  }
}
