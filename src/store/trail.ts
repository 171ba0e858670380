import {
  FAILURE_REASONS,
  type HostSnapshot,
  type HostTrail,
  type LogEntry,
  PART_NAMES,
  type PastEvent,
  type PollOutcome,
} from "../model/index.ts";

/** Numbers of polls and events that are kept for each host, together about 1 KiB. */
export const TRAIL_POLLS = 12;
export const TRAIL_EVENTS = 5;

/** Numbers for one poll: start, duration, outcome. */
const NUMBERS = 3;
/** The outcome is the number of the failure reason, from 1, plus this times a bit mask of the failed parts. */
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

/** The last polls and events of a host. Polls are plain numbers, because ten thousand hosts have a trail each. */
export class Trail {
  /** A ring buffer. */
  readonly #numbers: number[] = new Array(TRAIL_POLLS * NUMBERS).fill(0);
  #added = 0;
  /** Newest last. */
  #events: readonly PastEvent[] = [];

  add(snapshot: HostSnapshot): void {
    const { startedAt, durationMs, eventLog } = snapshot;
    const start = (this.#added % TRAIL_POLLS) * NUMBERS;
    this.#numbers[start] = startedAt;
    this.#numbers[start + 1] = durationMs;
    this.#numbers[start + 2] = outcomeCode(snapshot);
    this.#added++;
    if (eventLog === undefined || eventLog.fresh.length === 0) return;
    const fresh = eventLog.fresh.slice(-TRAIL_EVENTS).map(pastEvent);
    this.#events = [...this.#events, ...fresh].slice(-TRAIL_EVENTS);
  }

  read(): HostTrail {
    const count = Math.min(this.#added, TRAIL_POLLS);
    const polls = Array.from({ length: count }, (_, index) => this.#poll(this.#added - 1 - index));
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
