import { LRUCache } from "lru-cache";
import {
  bmcAddress,
  type EventLog,
  type Failure,
  type Host,
  type HostChange,
  type HostNews,
  type HostSnapshot,
  type LogEntry,
  type PartName,
} from "../model/index.ts";
import type { Bmc, TraceLine } from "./bmc.ts";
import { ChangeWatch } from "./change-watch.ts";
import { failureOf } from "./failure.ts";
import { type BmcParts, makeBmc } from "./make-bmc.ts";
import { ReadingPlans } from "./over-redfish/reading-plans.ts";
import { type PollSettings, SettingsError } from "./poll-settings.ts";
import { type SnapshotOptions, SnapshotTaker } from "./snapshot.ts";
import type { StateKeeper } from "./state-dir.ts";

export interface BmcPoolParts extends BmcParts {
  /**
   * Called once with the news of each poll of a host, including polls that failed later. Resolves when a crash can no
   * longer lose the news. Only after that is the state of the host saved, which marks them as read.
   */
  readonly onNews?: (host: Host, news: HostNews) => Promise<void>;
  /** Saves state for the next run, if a state directory is configured. */
  readonly keeper?: StateKeeper;
  /** @throws SettingsError */
  readonly settingsOf: (host: Host) => Promise<PollSettings>;
}

export interface PollOptions {
  /** `event`: a trap or a new log record caused the poll. Only a `round` may leave discrete sensors out. */
  readonly purpose: "round" | "probe" | "event" | "liveness";
  readonly signal: AbortSignal;
  /** Monotonic time at which the signal fires: the parts share the time until then. */
  readonly deadlineMs?: number;
  /** Parts to read; default: those of the settings. */
  readonly parts?: readonly PartName[];
  readonly trace?: TraceLine;
  /**
   * True for a host that is not in the inventory, or is polled with other settings: nothing is saved or reported as
   * news.
   */
  readonly passing?: boolean;
}

interface Open {
  readonly key: string;
  readonly keeper: StateKeeper | undefined;
  readonly bmc: Bmc;
  readonly taker: SnapshotTaker;
  readonly watch: ChangeWatch;
  readonly settings: PollSettings;
  savedRevision: number;
  /** Revision of the data to save; see HostNews. */
  newsCounts: NewsCounts;
  /** News that a crash could still lose. */
  unsafeNews: Promise<unknown> | undefined;
  /** The state is being written. */
  saving: Promise<void> | undefined;
  /** The saved state as text, until there is something to save; most of it does not change. */
  restored?: string | undefined;
  /** Polled with `passing`; see BmcPool.release(). */
  readonly passing: boolean;
  busy: boolean;
  /** The previous poll found another board or firmware: the next one reads all sensors. */
  readsAll: boolean;
}

interface NewsCounts {
  readonly records: number;
  readonly changes: number;
}

interface ReadLog {
  readonly read: EventLog;
  readonly at: number;
}
/** How many BMCs outside the inventory are remembered after their session is closed. */
const VISITED = 2048;

/** With longer intervals the session is closed, because keeping it alive costs more than a login. */
const LONGEST_HELD_INTERVAL_MS = 5 * 60_000;

/** The connections to BMCs: opens, keeps and closes one per host, module and auth. */
export class BmcPool {
  readonly #parts: BmcPoolParts;
  readonly #open = new Map<string, Open>();
  /** States of released hosts that are being saved. */
  readonly #releasing = new Set<Promise<void>>();
  readonly #visited = new LRUCache<string, Open>({ max: VISITED });

  constructor(parts: BmcPoolParts) {
    this.#parts = { readingPlans: new ReadingPlans(), ...parts };
  }

  /** Number of connections, for tests and metrics. */
  get size(): number {
    return this.#open.size;
  }

  /** Reads one host once. Never rejects: failures are in the snapshot. One poll per host at a time. */
  async poll(host: Host, options: PollOptions): Promise<HostSnapshot> {
    const { clock } = this.#parts;
    const startedAt = clock.wallMs();
    let open: Open;
    try {
      open = await this.#opened(host, options.passing ?? false);
    } catch (error) {
      const failure: Failure =
        error instanceof SettingsError
          ? { stage: "configuration", reason: "not_configured", message: error.message }
          : failureOf(error, "connect", options.signal);
      return { host: host.name, startedAt, durationMs: 0, up: false, failure, parts: [], quirks: [] };
    }
    const { bmc, taker, watch, settings } = open;
    const { signal, deadlineMs } = options;
    bmc.trace = options.trace;
    open.busy = true;
    bmc.coded = options.purpose === "probe" || settings.coded === true;
    bmc.wholeLog = settings.wholeLog === true;
    try {
      if (options.purpose === "liveness") return await taker.ping({ signal, clock });
      const parts = options.parts ?? settings.parts;
      const { slowIntervalMs, redfish, limits } = settings;
      const intervals = { slowIntervalMs, componentsIntervalMs: redfish?.componentsIntervalMs };
      const sensorLimit = limits?.sensors;
      let log: ReadLog | undefined;
      const onEventLog = (read: EventLog, at: number): void => {
        log = { read, at };
      };
      let changes: readonly HostChange[] = [];
      const compare: SnapshotOptions["compare"] = (read) => {
        changes = watch.observe(read, bmc.takeChanges?.());
        return watch.counts;
      };
      const snapshot = await taker.take({
        parts,
        ...intervals,
        sensorLimit,
        allSensors: options.purpose !== "round" || open.readsAll,
        signal,
        deadlineMs,
        clock,
        onEventLog,
        compare,
      });
      open.readsAll = changes.some(({ change }) => change === "board_replaced" || change === "firmware_changed");
      if (!options.passing) this.#reportNews(open, host, log, changes);
      this.#save(open);
      const kept = snapshot.up && settings.intervalMs <= LONGEST_HELD_INTERVAL_MS;
      await bmc.hold(kept ? 2 * settings.intervalMs : 0);
      return snapshot;
    } finally {
      open.busy = false;
      bmc.trace = undefined;
    }
  }

  async #opened(host: Host, passing: boolean): Promise<Open> {
    const key = keyOf(host);
    const known = this.#open.get(key);
    if (known) return known;
    const settings = await this.#parts.settingsOf(host);
    const visited = this.#visited.get(key);
    this.#visited.delete(key);
    // Other settings may have another account or other sensors.
    if (passing && visited?.settings === settings) {
      this.#open.set(key, visited);
      return visited;
    }
    const keeper = passing ? undefined : this.#parts.keeper;
    const bmc = makeBmc(host, settings, this.#parts);
    const watch = new ChangeWatch();
    let restored: string | undefined;
    let newsCounts: NewsCounts = { records: 0, changes: 0 };
    if (keeper) {
      const saved = await keeper.loadHost(key);
      await bmc.restore(saved);
      watch.restore(partOf(saved, "changes"));
      newsCounts = newsCountsOf(partOf(saved, "news"));
      restored = JSON.stringify(saved);
    }
    const taker = new SnapshotTaker(host, bmc);
    const savedRevision = bmc.revision;
    const open: Open = {
      key,
      keeper,
      bmc,
      settings,
      taker,
      watch,
      savedRevision,
      newsCounts,
      unsafeNews: undefined,
      saving: undefined,
      restored,
      passing,
      busy: false,
      readsAll: false,
    };
    this.#open.set(key, open);
    return open;
  }

  #reportNews(open: Open, host: Host, log: ReadLog | undefined, changes: HostNews["changes"]): void {
    const { onNews, clock } = this.#parts;
    const entries = log?.read.fresh ?? [];
    if (!onNews || entries.length + changes.length === 0) return;
    const { records, changes: changesBefore } = open.newsCounts;
    open.newsCounts = { records: records + entries.length, changes: changesBefore + changes.length };
    const safe = onNews(host, {
      source: open.key,
      recordsBefore: records,
      changesBefore,
      seenAt: log?.at ?? clock.wallMs(),
      entries,
      historical: log?.read.historical ?? 0,
      clockOffsetSeconds: log?.read.clockOffsetSeconds,
      changes,
    });
    const all = Promise.all([open.unsafeNews, safe]).then(() => {
      if (open.unsafeNews === all) open.unsafeNews = undefined;
    });
    open.unsafeNews = all;
  }

  /** Saves the current state in the background, after the news that it contains. */
  #save(open: Open): void {
    const { keeper, bmc, watch, restored } = open;
    const revision = bmc.revision + watch.revision;
    // If the previous state is still being written, the next poll saves what this one found.
    if (!keeper || revision === open.savedRevision || open.saving) return;
    open.savedRevision = revision;
    const saved = bmc.save();
    const state = {
      ...(typeof saved === "object" ? saved : undefined),
      changes: watch.save(),
      news: open.newsCounts,
    };
    open.restored = undefined;
    if (restored !== undefined && restored === JSON.stringify(state)) return;
    open.saving = keeper.saveHost(open.key, state, open.unsafeNews).then((isSaved) => {
      open.saving = undefined;
      // After a write error, e.g. a full disk, the state is saved by a later poll.
      if (!isSaved) open.savedRevision = -1;
    });
  }

  /** True if a poll found something while the previous state was being written. */
  async #saveLast(open: Open): Promise<void> {
    await open.saving;
    if (open.busy) return;
    this.#save(open);
    await open.saving;
  }

  /**
   * Logs out of a host and forgets it. For a host outside the inventory, the sensors and the position in its event log
   * are remembered, because most probes are repeated and reading these is most of the work.
   */
  async release(host: Host): Promise<void> {
    const key = keyOf(host);
    const open = this.#open.get(key);
    this.#open.delete(key);
    // A remembered host has no endpoint, which would use a socket. The next connection begins with its saved state.
    const saved = open && this.#saveLast(open);
    if (saved) this.#releasing.add(saved);
    await Promise.all([saved?.finally(() => this.#releasing.delete(saved)), open?.bmc.close()]);
    if (open?.passing && !open.busy) this.#visited.set(key, open);
  }

  /** A record of the event log in the words of a host's sensors, as far as they are known. */
  describeRecord(host: Host, record: Buffer): LogEntry | undefined {
    return this.#open.get(keyOf(host))?.bmc.describeRecord?.(record);
  }

  /** Resolves when the state of released hosts is saved. */
  async settled(): Promise<void> {
    await Promise.all([...this.#releasing]);
  }

  /** Acknowledges the parts that have disappeared so far: they are no longer reported. */
  acknowledgeRemovals(): void {
    for (const { bmc } of this.#open.values()) bmc.acknowledgeRemovals?.();
  }

  /** Logs out everywhere. */
  async close(): Promise<void> {
    const all = [...this.#open.values()];
    this.#open.clear();
    this.#visited.clear();
    await Promise.allSettled(all.flatMap((open) => [this.#saveLast(open), open.bmc.close()]));
  }
}

function newsCountsOf(saved: unknown): NewsCounts {
  const count = (name: string): number => {
    const value = partOf(saved, name);
    return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : 0;
  };
  return { records: count("records"), changes: count("changes") };
}

function partOf(saved: unknown, name: string): unknown {
  return typeof saved === "object" && saved !== null ? (saved as Readonly<Record<string, unknown>>)[name] : undefined;
}

function keyOf(host: Host): string {
  return JSON.stringify([host.name, bmcAddress(host), host.module, host.auth]);
}
