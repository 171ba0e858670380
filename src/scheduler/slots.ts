import PQueue from "p-queue";
import { GroupQueue, type Level, type TicketOptions } from "./group-queue.ts";

/** Limits how many polls run at once: in total (p-queue) and in each group (its queue). */
export class Slots {
  readonly #line: GroupQueue;
  readonly #queue: PQueue<GroupQueue, TicketOptions>;

  constructor(concurrency: number, groupConcurrency: number) {
    const line = new GroupQueue(groupConcurrency);
    // p-queue creates its queue itself. This makes it use ours.
    const queueClass = class {
      constructor() {
        // biome-ignore lint/correctness/noConstructorReturn: the only way to pass an instance to p-queue
        return line;
      }
    } as unknown as new () => GroupQueue;
    this.#line = line;
    this.#queue = new PQueue<GroupQueue, TicketOptions>({ concurrency, queueClass });
  }

  /** Runs when a slot is free. `id` is unique among those waiting. `run` must not reject. */
  submit(id: string, group: string, level: Level, run: () => Promise<void>): void {
    const task = async (): Promise<void> => {
      try {
        await run();
      } finally {
        // Before p-queue looks for the next job, so that this group has a free slot again.
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
    // Setting it also makes p-queue start jobs for which there are slots now.
    this.#queue.concurrency = concurrency;
  }
}
