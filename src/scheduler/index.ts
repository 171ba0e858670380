/**
 * scheduler - when a host is asked, how many at once, and who waits: rounds spread over the interval,
 * one lane per BMC, caps for the whole and per group, back-off, authentication stops, poll-now for
 * /probe, and the bounded fan-out of the operator's commands. Knows no protocol and no socket: hosts
 * and the poll function are handed in.
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
