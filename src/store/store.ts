import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../lib/index.ts";
import {
  bmcAddress,
  type FleetEvent,
  faultsOf,
  type Host,
  type HostHistory,
  type HostRecord,
  type HostSnapshot,
  type HostTrail,
  noFailures,
  type OngoingFault,
} from "../model/index.ts";
import { FaultTimes } from "./fault-times.ts";
import { Histories } from "./history.ts";
import { RecentEvents } from "./recent-events.ts";
import { Trail } from "./trail.ts";

export interface StoreOptions<T> {
  /**
   * Called once whenever a record changes; prepares the text that scrapes copy. `previous`: the host's earlier record and
   * text, parts of which can be reused.
   */
  readonly prepare: (record: HostRecord, previous?: Stored<T>) => T;
  /** Called once for each prepared text when the store no longer keeps it. */
  readonly release?: (prepared: T) => void;
  /** Age in milliseconds at which the readings of a host are dropped, e.g. three of its intervals. */
  readonly staleAfterMs: (host: Host) => number;
  readonly clock: Clock;
  /**
   * True: after a failed poll the previous readings are kept until they are stale. False, the default: a failed poll
   * drops them.
   */
  readonly keepReadings?: boolean;
  /** Bytes for the history of all hosts together; 0, the default: none is kept. */
  readonly historyBytes?: number;
  /** Measures of a host that are remembered beside its sensors, by name. */
  readonly measures?: (snapshot: HostSnapshot) => Readonly<Record<string, number | undefined>>;
  /** Beginnings of faults from an earlier run. */
  readonly faultTimes?: FaultTimes;
}

/** A host's record and what was prepared from it. Replaced as a whole, never changed. */
export interface Stored<T> {
  readonly record: HostRecord;
  readonly prepared: T;
}

export interface HostsChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

interface Entry<T> extends Stored<T> {
  /** Monotonic time of the readings in the record; absent without readings. */
  readonly readAtMs?: number;
}

/** A snapshot without readings: only the outcome of the poll. */
function withoutReadings({ host, startedAt, durationMs, up, failure, protocol, parts }: HostSnapshot): HostSnapshot {
  return { host, startedAt, durationMs, up, failure, protocol, parts, quirks: [] };
}

/** The newest readings of a record whose readings are about to be dropped. */
const lastKnownOf = ({ snapshot, lastKnown }: HostRecord): HostSnapshot | undefined =>
  snapshot?.sensors !== undefined || snapshot?.up === true ? snapshot : lastKnown;

/** A failed poll with the readings of an earlier one. The events of that poll were delivered already. */
function withReadings(failed: HostSnapshot, earlier: HostSnapshot): HostSnapshot {
  const { host, startedAt, durationMs, up, failure, parts } = failed;
  const eventLog = earlier.eventLog === undefined ? undefined : { ...earlier.eventLog, fresh: [] };
  return { ...earlier, host, startedAt, durationMs, up, failure, parts, eventLog };
}

/**
 * The latest record of each host of the inventory, and its last polls and events. Memory is bounded by the inventory.
 * Iteration is in the order of the inventory.
 */
export class Store<T> {
  readonly #options: StoreOptions<T>;
  #entries = new Map<string, Entry<T>>();
  readonly #trails = new Map<string, Trail>();
  readonly #faultTimes: FaultTimes;
  readonly #recentEvents = new RecentEvents();
  readonly #histories: Histories;

  constructor(options: StoreOptions<T>) {
    this.#options = options;
    this.#histories = new Histories(options.historyBytes ?? 0);
    this.#faultTimes = options.faultTimes ?? new FaultTimes();
  }

  get size(): number {
    return this.#entries.size;
  }

  /**
   * Replaces the inventory. Hosts that stay keep their records. A host with a new address keeps only its counters,
   * because another BMC answers there.
   */
  setHosts(hosts: Iterable<Host>): HostsChange {
    const previous = this.#entries;
    const entries = new Map<string, Entry<T>>();
    const added: string[] = [];
    for (const host of hosts) {
      const entry = previous.get(host.name);
      if (entry === undefined) added.push(host.name);
      entries.set(host.name, entry === undefined ? this.#fresh(host) : this.#moved(entry, host));
    }
    this.#entries = entries;
    const removed: string[] = [];
    for (const [name, { prepared }] of previous) {
      if (entries.has(name)) continue;
      removed.push(name);
      this.#options.release?.(prepared);
    }
    this.#histories.retain((name) => (entries.get(name)?.record.polls ?? 0) > 0);
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

  /** A new entry, which replaces `previous`. */
  #entry(record: HostRecord, previous?: Stored<T>, readAtMs?: number): Entry<T> {
    const prepared = this.#options.prepare(record, previous);
    if (previous !== undefined) this.#options.release?.(previous.prepared);
    return { record, prepared, readAtMs };
  }

  /**
   * Stores the result of a poll. False: the host is not in the inventory, and nothing is stored.
   */
  put(snapshot: HostSnapshot): boolean {
    const entry = this.#entries.get(snapshot.host);
    if (entry === undefined) return false;
    const trail = this.#trails.get(snapshot.host) ?? new Trail();
    this.#trails.set(snapshot.host, trail);
    trail.add(snapshot);
    this.#recentEvents.add(snapshot);
    this.#remember(snapshot);
    this.#entries.set(snapshot.host, snapshot.up ? this.#succeeded(entry, snapshot) : this.#failed(entry, snapshot));
    return true;
  }

  #remember(snapshot: HostSnapshot): void {
    if (!snapshot.up || this.#options.historyBytes === undefined) return;
    const measures = Object.entries(this.#options.measures?.(snapshot) ?? {});
    this.#histories.add(snapshot.host, snapshot.startedAt, [
      ...measures.map(([name, value]) => ({ id: `#${name}`, value })),
      ...(snapshot.sensors ?? []).filter(({ value }) => value !== undefined),
    ]);
  }

  #succeeded(entry: Entry<T>, snapshot: HostSnapshot): Entry<T> {
    const { record } = entry;
    const lastSuccessAt = snapshot.startedAt + snapshot.durationMs;
    return this.#entry(
      {
        ...record,
        snapshot,
        lastSuccessAt,
        polls: record.polls + 1,
        faults: this.#faultsOf(snapshot),
        lastKnown: undefined,
      },
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
    const latest = kept === undefined ? withoutReadings(snapshot) : withReadings(snapshot, kept);
    return this.#entry(
      {
        ...record,
        snapshot: latest,
        failures,
        polls: record.polls + 1,
        faults: this.#faultsOf(snapshot),
        lastKnown: lastKnownOf(record),
      },
      entry,
      kept === undefined ? undefined : readAtMs,
    );
  }

  #faultsOf(snapshot: HostSnapshot): readonly OngoingFault[] {
    return this.#faultTimes.update(snapshot, faultsOf(snapshot));
  }

  /**
   * Drops readings that are older than `staleAfterMs`; the failure of the last poll and the time of the last success
   * stay. To be called every few seconds. Returns the number of hosts that became stale.
   */
  sweep(): number {
    const now = this.#options.clock.monotonicMs();
    let dropped = 0;
    for (const [name, entry] of this.#entries) {
      const { record, readAtMs } = entry;
      if (readAtMs === undefined || now - readAtMs < this.#options.staleAfterMs(record.host)) continue;
      const snapshot = record.snapshot?.up === false ? withoutReadings(record.snapshot) : undefined;
      this.#entries.set(name, this.#entry({ ...record, snapshot, lastKnown: lastKnownOf(record) }, entry));
      dropped++;
    }
    return dropped;
  }

  /** The last polls and events of a host; undefined before its first poll ended. */
  trail(host: string): HostTrail | undefined {
    return this.#trails.get(host)?.read();
  }

  /** What the sensors of a host read within the last day; undefined if nothing is kept. */
  history(host: string): HostHistory | undefined {
    return this.#histories.get(host);
  }

  /** Bytes of the histories of all hosts. */
  get historyBytes(): number {
    return this.#histories.bytes;
  }

  /** The events that were read last, of all hosts, newest first. */
  recentEvents(): FleetEvent[] {
    return this.#recentEvents.read();
  }

  get(host: string): Stored<T> | undefined {
    return this.#entries.get(host);
  }

  *[Symbol.iterator](): Generator<Stored<T>> {
    yield* this.#entries.values();
  }
}
