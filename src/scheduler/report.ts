import type { SchedulerReport } from "./poll.ts";

const nothing = (): void => {};

/** For tests and callers that need no report. */
export const silentReport: SchedulerReport = {
  queued: nothing,
  started: nothing,
  ended: nothing,
  skipped: nothing,
  late: nothing,
  stuck: nothing,
  coalesced: nothing,
  refused: nothing,
};
