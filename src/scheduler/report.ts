import type { SchedulerReport } from "./poll.ts";

const nothing = (): void => {};

/** For tests and callers who do not want to hear anything. */
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
