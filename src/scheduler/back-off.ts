import { type FailureReason, type FailureStage, needsOperator, PART_NAMES } from "../model/index.ts";

export const DEFAULT_MAX_BACK_OFF_MS = 15 * 60_000;

/** What follows a failed poll of a host. */
export type FollowUp =
  /** Asked ever less often, with a cheap poll: it may be gone. */
  | "back_off"
  /** No rounds, and rare retries: another login could lock the account. */
  | "stop"
  /** A little later: its sessions time out within a minute. */
  | "soon"
  /** It answered, however badly: its next round will do. */
  | "next_round";

const PARTS: ReadonlySet<string> = new Set(PART_NAMES);

/** @param stage where it failed; a BMC that let us in and was too slow is there, and goes on in its next round */
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
 * Wait before ask number `level` (1, 2, ...) of a silent host: 1, 2, 4 ... intervals up to `maxMs`, each
 * shortened by up to a quarter so that a rack that lost power is not asked in step for ever. Never
 * shorter than the interval: backing off must not mean asking more often.
 */
export function backOffMs(level: number, intervalMs: number, maxMs: number, random: () => number): number {
  const fullMs = Math.min(intervalMs * 2 ** Math.min(level - 1, 30), Math.max(maxMs, intervalMs));
  return Math.max(intervalMs, fullMs * (1 - 0.25 * random()));
}

/**
 * Wait after "no free session" or "busy": 30 to 75 s, because IPMI BMCs give up an idle session after
 * about 60 s, and never longer than to the next round.
 */
export function soonMs(intervalMs: number, random: () => number): number {
  return Math.min(intervalMs, 30_000 + 45_000 * random());
}
