import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import { compilePlan, type SensorPlan } from "./over-ipmi/sensor-plan.ts";

export interface SdrCacheReport {
  sdrCacheHit(): void;
  sdrCacheMiss(): void;
}

const KINDS_OF_BOARD = 4096;

/**
 * Parsed repositories by content: hosts with equal boards share one plan. Bounded; a plan that fell out
 * is made again from the records of the next host that has them, and hosts keep the plans they use.
 */
export class SdrCache {
  readonly #plans = new LRUCache<string, SensorPlan>({ max: KINDS_OF_BOARD });
  readonly #report: SdrCacheReport | undefined;

  constructor(report?: SdrCacheReport) {
    this.#report = report;
  }

  /** The plan of a repository's records, in repository order. */
  planOf(records: readonly Uint8Array[]): SensorPlan {
    const hash = createHash("sha256");
    for (const record of records) hash.update(record);
    const key = hash.digest("base64");
    const known = this.#plans.get(key);
    if (known) {
      this.#report?.sdrCacheHit();
      return known;
    }
    this.#report?.sdrCacheMiss();
    const plan = compilePlan(records);
    this.#plans.set(key, plan);
    return plan;
  }
}
