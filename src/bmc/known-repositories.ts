import { LRUCache } from "lru-cache";
import type { Clock } from "../lib/index.ts";
import type { KeptPlan } from "./over-ipmi/sensor-plan.ts";

/** A repository that was read completely and without problems from some BMC. */
export interface KnownRepository extends KeptPlan {
  /** In repository order, as read. */
  readonly records: readonly Uint8Array[];
  /** The record ids under which they were requested. */
  readonly ids: readonly number[];
}

/** Maximum size of all records that are remembered. */
const MOST_BYTES = 16 * 2 ** 20;
/** Boards that cannot be distinguished before their records are read, e.g. because riser cards differ. */
const MOST_PER_KIND = 4;
/** How long a BMC waits for the repository of another one of its kind. A walk of a slow BMC takes a few seconds. */
const WAIT_MS = 5000;

/**
 * Repositories that were read in this run, by kind of BMC: manufacturer, product, firmware and number of records. BMCs
 * of one kind are likely to have the same records. Bounded.
 */
export class KnownRepositories {
  readonly #byKind = new LRUCache<string, readonly KnownRepository[]>({
    maxSize: MOST_BYTES,
    sizeCalculation: (list) => list.reduce((sum, known) => sum + sizeOf(known), 1),
  });
  /** Walks in progress; each is resolved when its walk has ended, whatever came of it. */
  readonly #walks = new Map<string, { readonly ended: Promise<void>; readonly end: () => void }>();

  /** The latest repositories of this kind, latest first. */
  ofKind(kind: string): readonly KnownRepository[] {
    return this.#byKind.get(kind) ?? [];
  }

  add(kind: string, repository: KnownRepository): void {
    const others = this.ofKind(kind).filter(({ digest }) => digest !== repository.digest);
    this.#byKind.set(kind, [repository, ...others].slice(0, MOST_PER_KIND));
  }

  /** Begins a walk for which others of this kind wait; the function returned ends it. Undefined: one is in progress. */
  beginWalk(kind: string): (() => void) | undefined {
    if (this.#walks.has(kind)) return undefined;
    let resolve = (): void => {};
    const ended = new Promise<void>((done) => {
      resolve = done;
    });
    const end = (): void => {
      this.#walks.delete(kind);
      resolve();
    };
    this.#walks.set(kind, { ended, end });
    return end;
  }

  /**
   * Waits for a walk of this kind, for a limited time. Returns true if none is in progress any more.
   *
   * @throws the reason of the signal
   */
  async waitForWalk(kind: string, clock: Clock, signal: AbortSignal): Promise<boolean> {
    const walk = this.#walks.get(kind);
    if (!walk) return true;
    signal.throwIfAborted();
    await new Promise<void>((resolve) => {
      const timer = clock.after(WAIT_MS, () => done());
      const done = (): void => {
        timer.cancel();
        signal.removeEventListener("abort", done);
        resolve();
      };
      signal.addEventListener("abort", done);
      void walk.ended.then(done);
    });
    signal.throwIfAborted();
    return this.#walks.get(kind) !== walk;
  }
}

/** Bytes of the records, and of what refers to them. */
function sizeOf({ records }: KnownRepository): number {
  return records.reduce((sum, record) => sum + record.length + 64, 0);
}

/** Number of records that are compared before a repository is assumed to be the same. */
const SAMPLES = 5;

/** True for the records that are compared first: the first one, the last one, and some between them. */
export function isSample(index: number, count: number): boolean {
  return sampleIndices(count).includes(index);
}

export function sampleIndices(count: number): readonly number[] {
  if (count <= SAMPLES) return [...Array(count).keys()];
  return Array.from({ length: SAMPLES }, (_, n) => Math.round((n * (count - 1)) / (SAMPLES - 1)));
}
