import { LRUCache } from "lru-cache";
import { runInSlices } from "../lib/index.ts";
import { KnownRepositories } from "./known-repositories.ts";
import { mergedPlan, type SatellitePlan } from "./over-ipmi/merged-plan.ts";
import { type KeptPlan, planSteps, type SensorPlan } from "./over-ipmi/sensor-plan.ts";
import { digestOf, type StateKeeper } from "./state-dir.ts";

export interface SdrCacheReport {
  sdrCacheHit(): void;
  sdrCacheMiss(): void;
}

const KINDS_OF_BOARD = 4096;

/**
 * Parsed repositories by content: hosts with equal boards share one plan, in memory and, with a state directory, on
 * disk. Bounded: a plan that was dropped is made again from the records of the next host that has them, and hosts keep
 * the plans they use.
 */
export class SdrCache {
  /** Repositories that were read in this run, to recognise those of other BMCs. */
  readonly known = new KnownRepositories();
  readonly #plans = new LRUCache<string, SensorPlan>({ max: KINDS_OF_BOARD });
  readonly #compiling = new Map<string, Promise<SensorPlan>>();
  readonly #report: SdrCacheReport | undefined;
  readonly #keeper: StateKeeper | undefined;

  constructor(options: { readonly report?: SdrCacheReport; readonly keeper?: StateKeeper } = {}) {
    this.#report = options.report;
    this.#keeper = options.keeper;
  }

  /** The plan of records that were just read, in repository order. */
  async planOf(records: readonly Uint8Array[]): Promise<KeptPlan> {
    const digest = digestOf(records);
    const known = this.#plans.get(digest);
    if (known) {
      this.#report?.sdrCacheHit();
      return { plan: known, digest };
    }
    this.#report?.sdrCacheMiss();
    const plan = await this.#compiled(digest, records);
    await this.#keeper?.saveRecords(digest, records);
    return { plan, digest };
  }

  /** Counts a plan that was found in another way. */
  noteHit(): void {
    this.#report?.sdrCacheHit();
  }

  /** The plan of a repository that was read in an earlier run; undefined if its records are not cached. */
  async find(digest: string): Promise<SensorPlan | undefined> {
    const known = this.#plans.get(digest);
    const records = known ? undefined : await this.#keeper?.loadRecords(digest);
    const plan = known ?? this.#plans.get(digest) ?? (records && (await this.#compiled(digest, records)));
    if (plan) this.#report?.sdrCacheHit();
    return plan;
  }

  /**
   * The plan of a host whose satellites have SDRs of their own. Cached by the digests of all of them, so that hosts
   * share it only if BMC and satellites have the same records.
   */
  merged(own: KeptPlan, others: readonly (SatellitePlan & KeptPlan)[]): SensorPlan {
    const controllers = others.map(({ channel, ownerId, digest }) => `${channel}/${ownerId}/${digest}`);
    const key = [own.digest, ...controllers].join("+");
    const known = this.#plans.get(key);
    if (known) return known;
    const plan = mergedPlan(own.plan, others);
    this.#plans.set(key, plan);
    return plan;
  }

  /** Hosts that need the same plan at the same time share the work. */
  async #compiled(digest: string, records: readonly Uint8Array[]): Promise<SensorPlan> {
    const compiling = this.#compiling.get(digest) ?? runInSlices(planSteps(records));
    this.#compiling.set(digest, compiling);
    try {
      const plan = await compiling;
      this.#plans.set(digest, plan);
      return plan;
    } finally {
      this.#compiling.delete(digest);
    }
  }
}
