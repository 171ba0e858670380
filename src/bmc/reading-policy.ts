import { LOG_PROBLEMS, type LogProblem, type ReadingPolicyState } from "../model/index.ts";
import { Rotation } from "./rotation.ts";

/** What makes one poll read all sensors. */
export const TRIGGERS = {
  first_reading: "nothing was read before",
  request: "somebody requested this poll, or an event caused it",
  new_session: "the session is new",
  identity_changed: "a part of the identity of the host changed",
  sensors_changed: "the sensor repository or the rules changed",
  chassis_changed: "the power state or a fault of the chassis changed",
  log_changed: "the event log changed",
  incomplete_poll: "the previous poll was not complete",
  missed_poll: "more than one interval passed since the previous poll",
} as const;
export type Trigger = keyof typeof TRIGGERS;

export interface PolicyTimes {
  /** Time between two polls. */
  readonly intervalMs: number;
  /** Longest time between two readings of a discrete sensor; 0: every poll reads all. */
  readonly discreteIntervalMs: number;
}

/** Gaps up to this number of intervals are jitter of the schedule; after a longer one, a poll is missing. */
const MISSED_AFTER = 1.5;

/**
 * Decides whether a poll reads all discrete sensors of a host or only a share of them, because their states only change
 * together with its event log, its power or its configuration. A trigger counts until all sensors were read after it,
 * even if polls between fail.
 */
export class ReadingPolicy {
  readonly #times: PolicyTimes;
  /** The first trigger since the last complete reading. */
  #pending: Trigger | undefined = "first_reading";
  #logProblem: LogProblem | undefined = "log_unread";
  /** Monotonic time of the last complete reading. */
  #readAtMs = Number.NEGATIVE_INFINITY;

  constructor(times: PolicyTimes) {
    this.#times = times;
  }

  /** False if every poll reads all, whatever happens. */
  get isSaving(): boolean {
    const { intervalMs, discreteIntervalMs } = this.#times;
    return discreteIntervalMs > intervalMs;
  }

  note(trigger: Trigger): void {
    this.#pending ??= trigger;
  }

  /** Reports what the current poll knows about the event log; undefined: it shows all changes. */
  noteLog(problem: LogProblem | undefined): void {
    this.#logProblem = problem;
  }

  get state(): ReadingPolicyState {
    if (!this.isSaving) return { policy: "every_poll", reason: "interval" };
    const reason = this.#logProblem;
    return reason === undefined ? BY_EVENT : { policy: "every_poll", reason };
  }

  /** Why this poll reads all sensors; undefined: it reads a share of the discrete ones. */
  whyAll(nowMs: number): Trigger | LogProblem | "interval" | undefined {
    if (!this.isSaving) return "interval";
    if (this.#pending !== undefined) return this.#pending;
    if (this.#logProblem !== undefined) return this.#logProblem;
    return nowMs - this.#readAtMs > MISSED_AFTER * this.#times.intervalMs ? "missed_poll" : undefined;
  }

  /**
   * The sensors were read, all or a share as decided.
   *
   * @param isComplete false: not everything that was planned was read
   */
  noteReading(nowMs: number, isComplete: boolean): void {
    this.#pending = isComplete ? undefined : "incomplete_poll";
    this.#readAtMs = nowMs;
  }

  /** A rotation of sensors with the times of this policy. */
  rotation(sensors: number): Rotation {
    return new Rotation(sensors, this.#times);
  }
}

/** One object, because most hosts are in this state. */
const BY_EVENT: ReadingPolicyState = { policy: "by_event" };

/** The reason in a sentence. */
export function whyText(reason: Trigger | LogProblem | "interval"): string {
  if (reason === "interval") return "sensors.discrete_interval is not above the interval";
  return reason in TRIGGERS ? TRIGGERS[reason as Trigger] : LOG_PROBLEMS[reason as LogProblem];
}
