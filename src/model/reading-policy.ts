/**
 * Why an event log does not show that a discrete sensor changed. As long as one of these holds, all sensors are read in
 * every poll.
 */
export const LOG_PROBLEMS = {
  log_unread: "the event log cannot be read, or is not among the parts of the module",
  logging_disabled: "the BMC does not log events: event logging is off in its global enables",
  log_full: "the event log is full, so that the BMC may drop new entries",
  log_overflowed: "the event log has overflowed, so that the BMC may drop new entries",
  addition_time_stopped: "an entry was added, but the time of the last addition did not change",
  clock_stopped: "the clock of the event log does not advance",
  entries_reused: "an entry was added, but the number of entries did not grow: old ones are overwritten",
} as const;
export type LogProblem = keyof typeof LOG_PROBLEMS;

/** How the discrete sensors of a host are read. */
export interface ReadingPolicyState {
  /** `by_event`: all of them if something happened, otherwise a share in turn. */
  readonly policy: "by_event" | "every_poll";
  /** Present exactly with `every_poll`; `interval`: `sensors.discrete_interval` is not above the interval. */
  readonly reason?: LogProblem | "interval";
}

/** The same, with the age of the states in a snapshot. */
export interface DiscreteReading extends ReadingPolicyState {
  /** When the oldest state was read, epoch ms; absent if every poll reads all. */
  readonly oldestAt?: number;
}
