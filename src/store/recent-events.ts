import type { FleetEvent, HostSnapshot } from "../model/index.ts";

/** Events that are kept for the whole fleet, about 1 MiB. */
export const RECENT_EVENTS = 2000;

/** The events that were read last, of all hosts. History of a log that was read for the first time is none. */
export class RecentEvents {
  /** A ring; oldest first once it is turned. */
  readonly #ring: FleetEvent[] = [];
  #next = 0;

  add({ host, startedAt, eventLog }: HostSnapshot): void {
    if (eventLog === undefined || eventLog.fresh.length === 0) return;
    for (const entry of eventLog.fresh.slice(eventLog.historical ?? 0)) {
      const { time, relativeTime, kind, sensor, direction, severity, text } = entry;
      this.#ring[this.#next] = { host, readAt: startedAt, time, relativeTime, kind, sensor, direction, severity, text };
      this.#next = (this.#next + 1) % RECENT_EVENTS;
    }
  }

  /** Newest first, by the time at which they were read. */
  read(): FleetEvent[] {
    const oldest = this.#ring.length < RECENT_EVENTS ? 0 : this.#next;
    return [...this.#ring.slice(oldest), ...this.#ring.slice(0, oldest)].reverse();
  }
}
