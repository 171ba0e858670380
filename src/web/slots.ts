import type { Clock } from "../lib/index.ts";

/** A response that takes a slot. */
export interface SlotUser {
  /** Clients share the slots. */
  readonly client: string;
  /** Time for which the client has not read what was written; 0 if there is nothing to read. */
  unreadMs(): number;
  /** Ends the response because its slot is needed. */
  displace(): void;
  /** Calls back when the response has ended; at once if it has ended already. */
  onceClosed(callback: () => void): void;
}

export interface SlotsOptions {
  /** Responses at once. Read at each request: a reload may change it. */
  readonly places: () => number;
  readonly clock: Clock;
  /** Time for which a request waits for a slot, and for which a response must be unread to lose its slot. */
  readonly patienceMs: number;
}

interface Waiter {
  readonly user: SlotUser;
  readonly done: (entered: boolean) => void;
}

/** Waiting requests per slot; more are refused at once. */
const WAITING_PER_SLOT = 4;

/**
 * Slots for responses, shared between clients. If all are taken, the response that has been unread for the longest
 * time loses its slot. If every client reads, a request waits for a moment; then a client that has at least two slots
 * more than the one that waits loses one. A free slot goes to the client that has the fewest.
 */
export class Slots {
  readonly #options: SlotsOptions;
  readonly #users = new Set<SlotUser>();
  readonly #waiting = new Set<Waiter>();
  readonly #slotsOf = new Counts();
  readonly #waitingOf = new Counts();

  constructor(options: SlotsOptions) {
    this.#options = options;
  }

  /** Takes a slot until the response ends. False: none became free in time. */
  enter(user: SlotUser): Promise<boolean> {
    const { clock, patienceMs, places } = this.#options;
    if (this.#users.size < places() && this.#waiting.size === 0) {
      this.#take(user);
      return Promise.resolve(true);
    }
    if (this.#waiting.size >= WAITING_PER_SLOT * places() && !this.#makeRoomInQueue(user))
      return Promise.resolve(false);
    return new Promise((resolve) => {
      const timer = clock.after(patienceMs, () => this.#displaceFor(waiter));
      const waiter: Waiter = {
        user,
        done: (entered) => {
          timer.cancel();
          if (!this.#waiting.delete(waiter)) return;
          this.#waitingOf.add(user.client, -1);
          resolve(entered);
        },
      };
      this.#waiting.add(waiter);
      this.#waitingOf.add(user.client, 1);
      user.onceClosed(() => waiter.done(false));
      this.#displaceUnread();
      this.#grant();
    });
  }

  /** Ends the response that began first, but not this one. */
  displaceOldest(except: SlotUser): void {
    for (const user of this.#users) {
      if (user === except) continue;
      this.#displace(user);
      this.#grant();
      return;
    }
  }

  #take(user: SlotUser): void {
    this.#users.add(user);
    this.#slotsOf.add(user.client, 1);
    user.onceClosed(() => {
      this.#free(user);
      this.#grant();
    });
  }

  #free(user: SlotUser): void {
    if (this.#users.delete(user)) this.#slotsOf.add(user.client, -1);
  }

  /** A free slot goes to the client with the fewest slots, among equals to the first in the queue. */
  #grant(): void {
    while (this.#users.size < this.#options.places()) {
      const next = smallest(this.#waiting, ({ user }) => this.#slotsOf.of(user.client));
      if (next === undefined) return;
      this.#take(next.user);
      next.done(true);
    }
  }

  /** Frees the slot of the response that has been unread for longest, if it is unread for long enough. */
  #displaceUnread(): void {
    const unread = largest(this.#users, (user) => user.unreadMs());
    if (unread !== undefined && unread.unreadMs() >= this.#options.patienceMs) this.#displace(unread);
  }

  #displaceFor(waiter: Waiter): void {
    this.#displaceUnread();
    this.#grant();
    if (!this.#waiting.has(waiter)) return;
    const richest = largest(this.#users, ({ client }) => this.#slotsOf.of(client));
    if (richest !== undefined && this.#slotsOf.of(richest.client) > this.#slotsOf.of(waiter.user.client) + 1) {
      const theirs = [...this.#users].filter(({ client }) => client === richest.client);
      const victim = largest(theirs, (user) => user.unreadMs());
      if (victim) this.#displace(victim);
      this.#grant();
    }
    if (this.#waiting.has(waiter)) waiter.done(false);
  }

  #displace(user: SlotUser): void {
    this.#free(user);
    user.displace();
  }

  /** Many requests of one client must not keep another from waiting. */
  #makeRoomInQueue(user: SlotUser): boolean {
    const longest = largest(this.#waiting, (waiter) => this.#waitingOf.of(waiter.user.client));
    if (longest === undefined || this.#waitingOf.of(longest.user.client) <= this.#waitingOf.of(user.client) + 1)
      return false;
    longest.done(false);
    return true;
  }
}

/** How many of something each client has. */
class Counts {
  readonly #counts = new Map<string, number>();

  of(client: string): number {
    return this.#counts.get(client) ?? 0;
  }

  add(client: string, change: number): void {
    const count = this.of(client) + change;
    if (count > 0) this.#counts.set(client, count);
    else this.#counts.delete(client);
  }
}

/** The last of those with the largest value. */
function largest<T>(items: Iterable<T>, rank: (item: T) => number): T | undefined {
  let found: T | undefined;
  let most = Number.NEGATIVE_INFINITY;
  for (const item of items) {
    const value = rank(item);
    if (value < most) continue;
    most = value;
    found = item;
  }
  return found;
}

/** The first of those with the smallest value. */
function smallest<T>(items: Iterable<T>, rank: (item: T) => number): T | undefined {
  let found: T | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const item of items) {
    const value = rank(item);
    if (value >= least) continue;
    least = value;
    found = item;
  }
  return found;
}
