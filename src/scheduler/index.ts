/**
 * scheduler - decides when each host is polled and how many polls run at once: rounds spread over the interval, one lane
 * per BMC, limits in total and per group, back-off, retries after refused logins, polls on demand for /probe. Also runs
 * a function for many items with bounded concurrency. It
 * knows no protocol and no socket: hosts and the poll function are passed in.
 */

export { type EarlyPoll, EarlyPolls } from "./early-polls.ts";
export { fanOut } from "./fan-out.ts";
export { subnetGroup } from "./group-of.ts";
export { phaseOf } from "./phase.ts";
export type {
  PollRequest,
  ScheduledHost,
  SchedulerReport,
} from "./poll.ts";
export { QueueFullError, SchedulerStoppedError, sameConversation } from "./poll.ts";
export type { SchedulerOptions, SchedulerParts } from "./scheduler.ts";
export { Scheduler } from "./scheduler.ts";
