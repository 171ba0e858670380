import type { Queue, QueueAddOptions } from "p-queue";
import { Fifo } from "./fifo.ts";

/** Priority: sessions to close first, then probes that a client waits for, then rounds. */
export const Level = { Round: 0, Probe: 1, Release: 2 } as const;
export type Level = (typeof Level)[keyof typeof Level];
const HIGHEST_FIRST: readonly Level[] = [Level.Release, Level.Probe, Level.Round];

type Run = () => Promise<unknown>;

export interface TicketOptions extends QueueAddOptions {
  id?: string;
  readonly priority?: Level;
  readonly group?: string;
}

interface Ticket {
  readonly run: Run;
  readonly id: string;
  level: Level;
  started: boolean;
}

class Group {
  readonly key: string;
  running = 0;
  waiting = 0;
  /** By level. A raised ticket remains in the queue of its old level and is skipped there. */
  readonly tickets: readonly Fifo<Ticket>[] = HIGHEST_FIRST.map(() => new Fifo<Ticket>());
  /** By level: the group is in the list of groups that may start a job. */
  readonly listed: boolean[] = HIGHEST_FIRST.map(() => false);

  constructor(key: string) {
    this.key = key;
  }

  next(level: Level): Ticket | undefined {
    const tickets = this.tickets[level];
    for (let ticket = tickets?.peek(); ticket; ticket = tickets?.peek()) {
      if (!ticket.started && ticket.level === level) return ticket;
      tickets?.take();
    }
    return undefined;
  }
}

/**
 * The queue that p-queue uses: the highest level first, groups in turn within a level, first in, first out within a group,
 * and never more jobs of a group than its limit. p-queue enforces the total limit. `size` is 0 while every waiting group
 * is at its limit, so that p-queue starts nothing.
 */
export class GroupQueue implements Queue<Run, TicketOptions> {
  readonly #groups = new Map<string, Group>();
  readonly #tickets = new Map<string, Ticket>();
  readonly #ready: readonly Fifo<Group>[] = HIGHEST_FIRST.map(() => new Fifo<Group>());
  #cap: number;

  constructor(cap: number) {
    this.#cap = cap;
  }

  set cap(cap: number) {
    this.#cap = cap;
    for (const group of this.#groups.values()) this.#list(group);
  }

  get size(): number {
    return this.#startable() ? this.#tickets.size : 0;
  }

  enqueue(run: Run, options: Partial<TicketOptions> = {}): void {
    const { id = "", priority = Level.Round, group: key = "" } = options;
    let group = this.#groups.get(key);
    if (!group) {
      group = new Group(key);
      this.#groups.set(key, group);
    }
    const ticket: Ticket = { run, id, level: priority, started: false };
    this.#tickets.set(id, ticket);
    group.waiting++;
    group.tickets[priority]?.push(ticket);
    this.#list(group);
  }

  dequeue(): Run | undefined {
    const level = this.#startable();
    if (!level) return undefined;
    const { group, ticket } = level;
    group.tickets[ticket.level]?.take();
    this.#ready[ticket.level]?.take();
    group.listed[ticket.level] = false;
    ticket.started = true;
    this.#tickets.delete(ticket.id);
    group.waiting--;
    group.running++;
    this.#list(group);
    return ticket.run;
  }

  /** A job of this group ended. */
  release(key: string): void {
    const group = this.#groups.get(key);
    if (!group) return;
    group.running--;
    if (group.running === 0 && group.waiting === 0) this.#groups.delete(key);
    else this.#list(group);
  }

  /** The interface of p-queue has it; see `raise`. */
  setPriority(): void {
    throw new Error("use raise()");
  }

  /** Moves a waiting ticket to the end of the queue of a higher level. */
  raise(id: string, key: string, level: Level): void {
    const ticket = this.#tickets.get(id);
    const group = this.#groups.get(key);
    if (!ticket || !group || ticket.level >= level) return;
    ticket.level = level;
    group.tickets[level]?.push(ticket);
    this.#list(group);
  }

  filter(): Run[] {
    return [...this.#tickets.values()].map((ticket) => ticket.run);
  }

  #list(group: Group): void {
    if (group.running >= this.#cap) return;
    for (const level of HIGHEST_FIRST) {
      if (group.listed[level] || !group.next(level)) continue;
      group.listed[level] = true;
      this.#ready[level]?.push(group);
    }
  }

  #startable(): { group: Group; ticket: Ticket } | undefined {
    for (const level of HIGHEST_FIRST) {
      const ready = this.#ready[level];
      for (let group = ready?.peek(); group; group = ready?.peek()) {
        const ticket = group.running < this.#cap ? group.next(level) : undefined;
        if (ticket) return { group, ticket };
        ready?.take();
        group.listed[level] = false;
      }
    }
    return undefined;
  }
}
