import { Level } from "./group-queue.ts";
import type { Slots } from "./slots.ts";

/** A job that needs a BMC for itself. */
export interface LaneJob {
  readonly level: Level;
  /** Resolves when the BMC is free again; must not reject. */
  run(): Promise<void>;
}

/** The jobs of one BMC: one at a time, the highest level first. Exists while there are jobs. */
interface Lane {
  readonly key: string;
  readonly group: string;
  readonly waiting: LaneJob[];
  /** Level of its ticket in the queue for a slot. The ticket belongs to the lane, not to a job. */
  ticket: Level | undefined;
  running: boolean;
}

/** The lanes of all BMCs that have jobs. */
export class Lanes {
  readonly #slots: Slots;
  readonly #onDepth: (depth: number) => void;
  readonly #lanes = new Map<string, Lane>();
  readonly #waiting: Record<Level, number> = { [Level.Round]: 0, [Level.Probe]: 0, [Level.Release]: 0 };

  constructor(slots: Slots, onDepth: (depth: number) => void) {
    this.#slots = slots;
    this.#onDepth = onDepth;
  }

  waiting(level: Level): number {
    return this.#waiting[level];
  }

  add(key: string, group: string, job: LaneJob): void {
    let lane = this.#lanes.get(key);
    if (!lane) {
      lane = { key, group, waiting: [], ticket: undefined, running: false };
      this.#lanes.set(key, lane);
    }
    lane.waiting.push(job);
    this.#count(job, 1);
    this.#queue(lane);
  }

  /** Removes a job that has not started. */
  remove(key: string, job: LaneJob): boolean {
    const lane = this.#lanes.get(key);
    const index = lane?.waiting.indexOf(job) ?? -1;
    if (!lane || index < 0) return false;
    lane.waiting.splice(index, 1);
    this.#count(job, -1);
    return true;
  }

  /** Removes all jobs that have not started. */
  clear(): LaneJob[] {
    const jobs: LaneJob[] = [];
    for (const lane of this.#lanes.values()) {
      for (const job of lane.waiting.splice(0)) {
        this.#count(job, -1);
        jobs.push(job);
      }
    }
    return jobs;
  }

  #count(job: LaneJob, by: number): void {
    this.#waiting[job.level] += by;
    this.#onDepth(this.#waiting[Level.Round] + this.#waiting[Level.Probe]);
  }

  /** Queues the lane for a slot, or raises its level for a more urgent job. */
  #queue(lane: Lane): void {
    const level = mostUrgent(lane.waiting)?.level;
    if (lane.running || level === undefined) return;
    if (lane.ticket === undefined) {
      lane.ticket = level;
      this.#slots.submit(lane.key, lane.group, level, () => this.#work(lane));
    } else if (level > lane.ticket) {
      lane.ticket = level;
      this.#slots.raise(lane.key, lane.group, level);
    }
  }

  async #work(lane: Lane): Promise<void> {
    lane.ticket = undefined;
    const job = mostUrgent(lane.waiting);
    try {
      // The job of the ticket may have been removed.
      if (!job) return;
      lane.waiting.splice(lane.waiting.indexOf(job), 1);
      this.#count(job, -1);
      lane.running = true;
      await job.run();
    } finally {
      lane.running = false;
      if (lane.waiting.length > 0) this.#queue(lane);
      else this.#lanes.delete(lane.key);
    }
  }
}

/** The first of the highest level. */
function mostUrgent(jobs: readonly LaneJob[]): LaneJob | undefined {
  let first = jobs[0];
  for (const job of jobs) if (first && job.level > first.level) first = job;
  return first;
}
