import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";

/** Lists that are remembered: three for each model and state of its parts. */
const MOST_PLANS = 1024;

/** The plans of reading lists, by content: hosts of one model have equal lists and share one plan. */
export class ReadingPlans {
  readonly #known = new LRUCache<string, readonly object[]>({ max: MOST_PLANS });

  /** The equal plan that is known already, or else this one. Plans are JSON. */
  shared<P extends object>(plan: readonly P[]): readonly P[] {
    const key = createHash("sha256").update(JSON.stringify(plan)).digest("base64");
    const known = this.#known.get(key) as readonly P[] | undefined;
    if (known) return known;
    this.#known.set(key, plan);
    return plan;
  }
}
