import type { Config } from "../config/index.ts";
import { type Clock, type Logger, silentLogger, systemClock } from "../lib/index.ts";
import type { Host } from "../model/index.ts";
import type { Candidate } from "./candidate.ts";
import { diffInventories, type InventoryDiff, isEmptyDiff } from "./diff.ts";
import { FileSource } from "./file-sd.ts";
import { type Fetch, HttpSource } from "./http-sd.ts";
import { mergeCandidates } from "./merge.ts";
import { ownedBy, type Shard } from "./shard.ts";
import type { Source } from "./source.ts";
import { staticCandidates } from "./static-targets.ts";

export interface InventoryOptions {
  readonly log?: Logger;
  readonly clock?: Clock;
  readonly fetch?: Fetch;
  /** Where given, only this share of the hosts is kept. */
  readonly shard?: Shard;
}

export type InventoryListener = (diff: InventoryDiff, hosts: ReadonlyMap<string, Host>) => void;

/**
 * Which hosts exist now: the static targets and what service discovery tells. `current()` is a new map
 * after each change and never changes itself.
 */
export class Inventory {
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #fetch: Fetch | undefined;
  readonly #shard: Shard | undefined;
  readonly #listeners = new Set<InventoryListener>();
  #config: Config;
  #statics: readonly Candidate[];
  #sources: readonly Source[] = [];
  /** Of a reload: read for the first time, and not in force yet. */
  #coming: readonly Source[] = [];
  #hosts: ReadonlyMap<string, Host> = new Map();
  #problems: readonly string[] = [];
  #stopped = false;
  #turn: Promise<void> = Promise.resolve();

  /** Throws ConfigError where the static targets make no sense. */
  constructor(config: Config, options: InventoryOptions = {}) {
    this.#log = options.log ?? silentLogger;
    this.#clock = options.clock ?? systemClock;
    this.#fetch = options.fetch;
    this.#shard = options.shard;
    this.#config = config;
    this.#statics = staticCandidates(config);
  }

  /**
   * Static hosts are there at once; those of the sources come with their first answers, which this waits
   * for. A source that fails is reported and tried again, and holds up nobody.
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

  current(): ReadonlyMap<string, Host> {
    return this.#hosts;
  }

  /** What is wrong with the sources now: sentences for a person. */
  problems(): readonly string[] {
    return this.#problems;
  }

  /** Calls the listener after each change; the returned function ends that. */
  onChange(listener: InventoryListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * Takes a new configuration: one change is reported, when every new source was read once. Throws
   * ConfigError where its static targets make no sense; the inventory is then what it was.
   *
   * @param onTaken called when the configuration is in force, before the change is reported; until then, while
   * new sources are read, the hosts are those of the old one. Not called once the inventory was stopped
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

  /** One start or reload after the other. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  #makeSources(before: readonly Source[], config = this.#config): Source[] {
    const clock = this.#clock;
    const sources: Source[] = [];
    // Sources that are not in force yet, or any more, are not listened to.
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
    const problems = this.#sources.flatMap((source) => source.problems());
    const candidates = [...this.#statics, ...this.#sources.flatMap((source) => source.candidates())];
    const merged = mergeCandidates(candidates, this.#config, (warning) => problems.push(warning));
    this.#report(problems);
    const shard = this.#shard;
    const hosts = shard ? new Map([...merged].filter(([name]) => ownedBy(name, shard.index, shard.count))) : merged;
    const diff = diffInventories(this.#hosts, hosts);
    if (isEmptyDiff(diff)) return;
    this.#hosts = hosts;
    const counts = { added: diff.added.length, removed: diff.removed.length, changed: diff.changed.length };
    this.#log.info({ ...counts, hosts: hosts.size }, "inventory changed");
    for (const listener of [...this.#listeners]) listener(diff, hosts);
  }

  /** Each problem once, when it appears; a list of thousands is one line with a number. */
  #report(problems: readonly string[]): void {
    const known = new Set(this.#problems);
    const fresh = [...new Set(problems)].filter((problem) => !known.has(problem));
    for (const problem of fresh.slice(0, 20)) this.#log.warn({}, problem);
    if (fresh.length > 20) this.#log.warn({ more: fresh.length - 20 }, "more problems with the inventory");
    this.#problems = problems;
  }
}
