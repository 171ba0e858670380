import type { Config } from "../config/index.ts";
import { type Clock, type Logger, silentLogger, systemClock } from "../lib/index.ts";
import type { Host } from "../model/index.ts";
import type { Candidate } from "./candidate.ts";
import { diffInventories, type InventoryDiff, isEmptyDiff } from "./diff.ts";
import { FileSource } from "./file-sd.ts";
import { type Fetch, HttpSource } from "./http-sd.ts";
import { mergeCandidates } from "./merge.ts";
import { countRejections, type Rejection, type RejectionCount, rejectionText } from "./rejection.ts";
import { ownedBy, type Shard } from "./shard.ts";
import type { Source, SourceFailure } from "./source.ts";
import { staticCandidates } from "./static-targets.ts";

/** What the inventory reports; exposition turns it into metrics. */
export interface InventoryReport {
  /** After each reading of a source: the entries that are not polled at present. */
  entriesRejected(counts: readonly RejectionCount[]): void;
}

export interface InventoryOptions {
  readonly log?: Logger;
  readonly clock?: Clock;
  readonly fetch?: Fetch;
  readonly report?: InventoryReport;
  /** Only this share of the hosts is polled. */
  readonly shard?: Shard;
  /** Only these hosts are polled, until `setOwned` changes that. */
  readonly owns?: (hostName: string) => boolean;
}

/** Problems that appear together and are logged one by one. */
const MAX_LOGGED = 20;

type InventoryListener = (diff: InventoryDiff, hosts: ReadonlyMap<string, Host>) => void;

/**
 * The hosts that exist at present: the static targets and those of service discovery. `current()` is a new map after
 * each change; a map that was returned never changes.
 */
export class Inventory {
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #fetch: Fetch | undefined;
  readonly #listeners = new Set<InventoryListener>();
  #config: Config;
  #statics: readonly Candidate[];
  #sources: readonly Source[] = [];
  /** Sources of a reload in progress: being read for the first time, and not in force yet. */
  #coming: readonly Source[] = [];
  /** Of all servers of a cluster. */
  #all: ReadonlyMap<string, Host> = new Map();
  #hosts: ReadonlyMap<string, Host> = new Map();
  #owns: ((hostName: string) => boolean) | undefined;
  #problems: readonly string[] = [];
  #rejections: readonly Rejection[] = [];
  #stopped = false;
  #turn: Promise<void> = Promise.resolve();
  readonly #report: InventoryReport | undefined;

  /** @throws ConfigError if the static targets are invalid */
  constructor(config: Config, options: InventoryOptions = {}) {
    this.#log = options.log ?? silentLogger;
    this.#clock = options.clock ?? systemClock;
    this.#fetch = options.fetch;
    this.#report = options.report;
    this.#config = config;
    this.#statics = staticCandidates(config);
    const { shard } = options;
    this.#owns = options.owns ?? (shard && ((name) => ownedBy(name, shard.index, shard.count)));
  }

  /**
   * Static hosts exist at once; those of the sources follow when each was read for the first time. Resolves after
   * that. A source that fails is reported and read again later, and does not delay the others.
   */
  start(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#stopped) return;
      this.#sources = this.#makeSources([]);
      this.#update();
      await Promise.all(this.#sources.map((source) => source.start()));
    });
  }

  stop(): void {
    this.#stopped = true;
    for (const source of [...this.#sources, ...this.#coming]) source.stop();
    this.#listeners.clear();
  }

  /** The hosts that this process polls. */
  current(): ReadonlyMap<string, Host> {
    return this.#hosts;
  }

  /** All hosts, also those that another process polls. */
  all(): ReadonlyMap<string, Host> {
    return this.#all;
  }

  /** Polls only these hosts from now on, and reports the change to the listeners. */
  setOwned(owns: (hostName: string) => boolean): void {
    this.#owns = owns;
    if (!this.#stopped) this.#distribute();
  }

  /** Sources that cannot be read and entries that are rejected at present: one sentence each. */
  problems(): readonly string[] {
    return this.#problems;
  }

  /** Entries of the sources that are not polled. */
  rejections(): readonly Rejection[] {
    return this.#rejections;
  }

  /** Sources that cannot be read at present. */
  failures(): readonly SourceFailure[] {
    return this.#sources.flatMap((source) => source.failures());
  }

  /** Calls the listener after each change; the returned function removes it. */
  onChange(listener: InventoryListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * Puts a new configuration in force and reports one change, after every new source was read once. Throws
   * ConfigError if its static targets are invalid; the inventory then stays as it is.
   *
   * @param onTaken called when the configuration is in force, before the change is reported. Until then, while new
   * sources are read, the hosts are those of the previous one. Not called after stop()
   */
  async reload(config: Config, onTaken: () => void = () => {}): Promise<void> {
    const statics = staticCandidates(config);
    await this.#inTurn(async () => {
      if (this.#stopped) return;
      const before = this.#sources;
      const sources = this.#makeSources(before, config);
      this.#coming = sources;
      await Promise.all(sources.map((source) => source.start()));
      this.#coming = [];
      if (this.#stopped) {
        for (const source of sources) source.stop();
        return;
      }
      this.#config = config;
      this.#statics = statics;
      this.#sources = sources;
      for (const source of before) source.stop();
      onTaken();
      this.#update();
    });
  }

  /** Runs starts and reloads one after the other. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  #makeSources(before: readonly Source[], config = this.#config): Source[] {
    const clock = this.#clock;
    const sources: Source[] = [];
    // Changes of sources that are not in force yet, or no longer, are ignored.
    const changed = (): void => {
      if (this.#sources.some((source) => sources.includes(source))) this.#update();
    };
    for (const file of config.fileSd) sources.push(new FileSource(file, { clock, changed }));
    for (const server of config.httpSd) {
      const old = before.find((source) => source instanceof HttpSource && source.url === server.url);
      const memory = old instanceof HttpSource ? old.memory : undefined;
      sources.push(new HttpSource(server, { clock, changed, fetch: this.#fetch, memory }));
    }
    return sources;
  }

  #update(): void {
    if (this.#stopped) return;
    const rejections = this.#sources.flatMap((source) => source.rejections());
    const candidates = [...this.#statics, ...this.#sources.flatMap((source) => source.candidates())];
    const merged = mergeCandidates(candidates, this.#config, (rejection) => rejections.push(rejection));
    this.#rejections = rejections;
    this.#report?.entriesRejected(countRejections(rejections));
    this.#logProblems([...this.failures().map(({ text }) => text), ...rejections.map(rejectionText)]);
    this.#all = merged;
    this.#distribute();
  }

  #distribute(): void {
    const owns = this.#owns;
    const hosts = owns ? new Map([...this.#all].filter(([name]) => owns(name))) : this.#all;
    const diff = diffInventories(this.#hosts, hosts);
    if (isEmptyDiff(diff)) return;
    this.#hosts = hosts;
    const counts = { added: diff.added.length, removed: diff.removed.length, changed: diff.changed.length };
    this.#log.info({ ...counts, hosts: hosts.size }, "inventory changed");
    for (const listener of [...this.#listeners]) listener(diff, hosts);
  }

  /** Logs each problem once, when it appears; of a long list the first ones and the number of the others. */
  #logProblems(problems: readonly string[]): void {
    const known = new Set(this.#problems);
    const fresh = [...new Set(problems)].filter((problem) => !known.has(problem));
    for (const problem of fresh.slice(0, MAX_LOGGED)) this.#log.warn({}, problem);
    if (fresh.length > MAX_LOGGED)
      this.#log.warn(
        { more: fresh.length - MAX_LOGGED },
        "more problems with the inventory; /config lists all of them",
      );
    this.#problems = problems;
  }
}
