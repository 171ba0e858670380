import PQueue from "p-queue";
import { GroupQueue, type Level, type TicketOptions } from "./group-queue.ts";

/** How many polls run at once: as a whole (p-queue) and in each group (its waiting line). */
export class Slots {
  readonly #line: GroupQueue;
  readonly #queue: PQueue<GroupQueue, TicketOptions>;

  constructor(concurrency: number, groupConcurrency: number) {
    const line = new GroupQueue(groupConcurrency);
    // p-queue makes its waiting line itself; this hands it ours.
    const queueClass = class {
      constructor() {
        // biome-ignore lint/correctness/noConstructorReturn: the one way to give p-queue an instance
        return line;
      }
    } as unknown as new () => GroupQueue;
    this.#line = line;
    this.#queue = new PQueue<GroupQueue, TicketOptions>({ concurrency, queueClass });
  }

  /** Runs when there is room; `id` is unique among those waiting. `run` must not reject. */
  submit(id: string, group: string, level: Level, run: () => Promise<void>): void {
    const task = async (): Promise<void> => {
      try {
        await run();
      } finally {
        // Before p-queue looks for the next one, so that it finds this group with room again.
        this.#line.release(group);
      }
    };
    void this.#queue.add(task, { id, group, priority: level });
  }

  raise(id: string, group: string, level: Level): void {
    this.#line.raise(id, group, level);
  }

  resize(concurrency: number, groupConcurrency: number): void {
    this.#line.cap = groupConcurrency;
    // Setting it also makes p-queue start what has room now.
    this.#queue.concurrency = concurrency;
  }
}
