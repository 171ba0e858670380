import { type FailureReason, type FailureStage, needsOperator, PART_NAMES } from "../model/index.ts";

export const DEFAULT_MAX_BACK_OFF_MS = 15 * 60_000;

/** What follows a failed poll of a host. */
export type FollowUp =
  /** Polled less and less often, by a liveness poll: the BMC may be gone. */
  | "back_off"
  /** No rounds, and rare retries: another login could lock the account. */
  | "stop"
  /** Polled a little later: sessions of the BMC time out within a minute. */
  | "soon"
  /** The BMC answered, if badly: polled in its next round. */
  | "next_round";

const PARTS: ReadonlySet<string> = new Set(PART_NAMES);

/** @param stage the step that failed: a BMC that accepted the login and was too slow is polled in its next round */
export function followUpOf(reason: FailureReason, stage?: FailureStage): FollowUp {
  if (needsOperator(reason)) return "stop";
  if (reason === "timeout" && stage !== undefined && PARTS.has(stage)) return "next_round";
  switch (reason) {
    case "name_not_resolved":
    case "unreachable":
    case "no_answer":
    case "timeout":
      return "back_off";
    case "no_free_session":
    case "bmc_busy":
      return "soon";
    default:
      return "next_round";
  }
}

/**
 * Wait before poll number `level` (1, 2, ...) of a silent host: 1, 2, 4 ... intervals up to `maxMs`, each shortened by up
 * to a quarter, so that the hosts of a rack that lost power are not polled at the same moment for ever. Never shorter
 * than the interval: back-off must not poll more often.
 */
export function backOffMs(level: number, intervalMs: number, maxMs: number, random: () => number): number {
  const fullMs = Math.min(intervalMs * 2 ** Math.min(level - 1, 30), Math.max(maxMs, intervalMs));
  return Math.max(intervalMs, fullMs * (1 - 0.25 * random()));
}

/**
 * Wait after "no free session" or "busy": 30 to 75 s, because BMCs close an idle session after about 60 s,
 * and never longer than until the next round.
 */
export function soonMs(intervalMs: number, random: () => number): number {
  return Math.min(intervalMs, 30_000 + 45_000 * random());
}
