/**
 * Everything this package throws on purpose, sorted by what the caller does next. An aborted wait rejects
 * with the reason of the AbortSignal and is not one of these.
 */

/** Short stable word beside the sentence; the same words as the `reason` label of the metrics. */
export type RedfishReason =
  | "name_not_resolved"
  | "unreachable"
  | "no_answer"
  | "timeout"
  | "wrong_password"
  | "privilege_refused"
  | "no_free_session"
  | "bmc_busy"
  | "unsupported"
  | "protocol_error"
  | "tls_error";

/** The step of a conversation that failed. */
export type RedfishStage = "resolve" | "connect" | "tls" | "service_root" | "session" | "resource";

export interface RedfishErrorOptions {
  readonly stage?: RedfishStage;
  /** Status code of the HTTP response that caused it. */
  readonly status?: number;
  readonly cause?: unknown;
}

export class RedfishError extends Error {
  readonly reason: RedfishReason;
  readonly stage: RedfishStage | undefined;
  readonly status: number | undefined;

  constructor(reason: RedfishReason, message: string, { stage, status, cause }: RedfishErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.reason = reason;
    this.stage = stage;
    this.status = status;
  }

  /** The BMC checked the password and refused it, and may count that against the account. */
  get failedLogin(): boolean {
    return this.reason === "wrong_password";
  }
}

/** Failures after which no other resource of this BMC can be read in this poll. */
export function endsConversation(reason: RedfishReason): boolean {
  return (
    reason === "name_not_resolved" ||
    reason === "unreachable" ||
    reason === "no_answer" ||
    reason === "wrong_password" ||
    reason === "no_free_session" ||
    reason === "tls_error"
  );
}
