import {
  FAILURE_REASONS,
  type HostSnapshot,
  type HostTrail,
  type LogEntry,
  PART_NAMES,
  type PastEvent,
  type PollOutcome,
} from "../model/index.ts";

/** Polls and events that are remembered of a host: together about a kibibyte. */
export const TRAIL_POLLS = 12;
export const TRAIL_EVENTS = 5;

/** Start, duration, outcome. */
const NUMBERS = 3;
/** In the outcome: the number of the reason, from 1, below; a bit for each part that failed above. */
const PARTS_FROM = 32;

function outcomeCode({ failure, parts }: HostSnapshot): number {
  if (failure !== undefined) return FAILURE_REASONS.indexOf(failure.reason) + 1;
  return parts.reduce((code, { part, ok }) => (ok ? code : code + PARTS_FROM * 2 ** PART_NAMES.indexOf(part)), 0);
}

const pastEvent = ({ time, relativeTime, sensor, direction, severity, text }: LogEntry): PastEvent => ({
  time,
  relativeTime,
  sensor,
  direction,
  severity,
  text,
});

/** The last polls of a host as bare numbers, because there are ten thousand of these, and its last events. */
export class Trail {
  /** A ring, oldest overwritten. */
  readonly #numbers: number[] = new Array(TRAIL_POLLS * NUMBERS).fill(0);
  #taken = 0;
  /** Newest last. */
  #events: readonly PastEvent[] = [];

  take(snapshot: HostSnapshot): void {
    const { startedAt, durationMs, eventLog } = snapshot;
    const start = (this.#taken % TRAIL_POLLS) * NUMBERS;
    this.#numbers[start] = startedAt;
    this.#numbers[start + 1] = durationMs;
    this.#numbers[start + 2] = outcomeCode(snapshot);
    this.#taken++;
    if (eventLog === undefined || eventLog.fresh.length === 0) return;
    const news = eventLog.fresh.slice(-TRAIL_EVENTS).map(pastEvent);
    this.#events = [...this.#events, ...news].slice(-TRAIL_EVENTS);
  }

  read(): HostTrail {
    const count = Math.min(this.#taken, TRAIL_POLLS);
    const polls = Array.from({ length: count }, (_, index) => this.#poll(this.#taken - 1 - index));
    return { polls, events: [...this.#events].reverse() };
  }

  #poll(number: number): PollOutcome {
    const start = (number % TRAIL_POLLS) * NUMBERS;
    const [startedAt = 0, durationMs = 0, code = 0] = this.#numbers.slice(start, start + NUMBERS);
    const failure = FAILURE_REASONS[(code % PARTS_FROM) - 1];
    const mask = Math.floor(code / PARTS_FROM);
    return {
      startedAt,
      durationMs,
      ...(failure !== undefined && { failure }),
      failedParts: PART_NAMES.filter((_, bit) => (mask >> bit) % 2 === 1),
    };
  }
}
