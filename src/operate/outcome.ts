import { OperationError, type OperationStage, SettingsError } from "../bmc/index.ts";
import { FAILURE_TEXTS, type FailureReason, type Host } from "../model/index.ts";

/** Why a host did not do what was requested: the reasons of failed polls and those of changes. */
export type OutcomeReason = FailureReason | (typeof CHANGE_REASONS)[number];

/** Reasons that only commands have. */
export const CHANGE_REASONS = ["unconfirmed", "wrong_state", "not_started", "interrupted"] as const;

export interface OutcomeError {
  readonly stage: OperationStage | "verification" | "selection";
  readonly reason: OutcomeReason;
  /** One sentence; without secrets. May hold text of the BMC. */
  readonly message: string;
}

/** What became of one host. */
export type Outcome<T> = {
  readonly host: Host;
  /** Epoch ms; absent if the host was not started. */
  readonly started?: number;
  readonly durationMs: number;
} & ({ readonly ok: true; readonly data: T } | { readonly ok: false; readonly error: OutcomeError });

/** A change that was sent, and whose result the BMC did not report. It is never sent again. */
export class UnconfirmedError extends Error {
  override readonly name = "UnconfirmedError";
}

/** The reason of a signal that ends work in progress. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/** A change that does not fit the state of the host, e.g. a cycle while it is off. */
export class WrongStateError extends Error {
  override readonly name = "WrongStateError";
}

/** Completion code D5h: not supported in the present state. */
const WRONG_STATE = 0xd5;

/** The failure that an error stands for. Errors of the program itself are thrown again. */
export function outcomeError(error: unknown): OutcomeError {
  if (error instanceof OperationError) {
    const reason = error.completionCode === WRONG_STATE ? "wrong_state" : error.reason;
    return { stage: error.stage, reason, message: error.message };
  }
  if (error instanceof SettingsError)
    return { stage: "configuration", reason: "not_configured", message: error.message };
  if (error instanceof UnconfirmedError)
    return { stage: "verification", reason: "unconfirmed", message: error.message };
  if (error instanceof WrongStateError) return { stage: "command", reason: "wrong_state", message: error.message };
  if (error instanceof Interrupted) return { stage: "command", reason: "interrupted", message: error.message };
  throw error;
}

const REMEDIES: Partial<Record<OutcomeReason, string>> = {
  unconfirmed: "The change was sent. Look at the host before you send it again.",
  wrong_state: "The host is in another power state; for cycle and reset, --on-if-off switches on what is off.",
  not_started: "Nothing was sent to these hosts.",
  interrupted: "Look at the host: the command was in progress.",
  unknown_user: "Check the user name under auths, and the users of the BMC.",
  wrong_password: "Correct the password under auths or on the BMC. Repeated attempts may lock the account.",
  privilege_refused:
    "The account may not do this. Set auths.NAME.operate to an account with a higher privilege level, or raise its level on the BMC.",
  not_configured: "The message names the setting.",
  no_free_session: "Close other clients of the BMC, or give a longer --timeout: the login is tried again until then.",
  timeout: "Give a longer --timeout.",
};

/** What to do about a failure. */
export function remedyOf(reason: OutcomeReason): string {
  return REMEDIES[reason] ?? FAILURE_TEXTS[reason as FailureReason].remedy;
}

/** 0 all hosts did, 1 some did not, 3 no host did. Does not depend on their order. */
export function exitCodeOf(outcomes: readonly Outcome<unknown>[]): 0 | 1 | 3 {
  const ok = outcomes.filter((outcome) => outcome.ok).length;
  if (ok === outcomes.length) return 0;
  return ok === 0 ? 3 : 1;
}
