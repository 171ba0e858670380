/**
 * scheduler - decides when each host is polled and how many polls run at once: rounds spread over the interval, one lane
 * per BMC, limits in total and per group, back-off, retries after refused logins, and polls on demand for /probe. It
 * knows no protocol and no socket: hosts and the poll function are passed in.
 */
export { DEFAULT_MAX_BACK_OFF_MS } from "./back-off.ts";
export type { FanOutOptions } from "./fan-out.ts";
export { fanOut } from "./fan-out.ts";
export { subnetGroup } from "./group-of.ts";
export { phaseOf } from "./phase.ts";
export type {
  HostActivity,
  HostState,
  Poll,
  PollNowRequest,
  PollOutcome,
  PollPurpose,
  PollRequest,
  Revisions,
  ScheduledHost,
  SchedulerReport,
  SchedulerTotals,
  SkipCause,
} from "./poll.ts";
export { QueueFullError, SchedulerStoppedError, sameConversation } from "./poll.ts";
export { silentReport } from "./report.ts";
export type { SchedulerOptions, SchedulerParts } from "./scheduler.ts";
export { Scheduler } from "./scheduler.ts";
