/** Why a poll of a host, or a part of it, failed: a closed set, the `reason` label of the metrics. */
export const FAILURE_REASONS = [
  "name_not_resolved",
  "unreachable",
  "no_answer",
  "timeout",
  "unknown_user",
  "wrong_password",
  "privilege_refused",
  "no_cipher_suite",
  "not_configured",
  "no_free_session",
  "bmc_busy",
  "unsupported",
  "protocol_error",
  "tls_error",
] as const;
export type FailureReason = (typeof FAILURE_REASONS)[number];

/** Failed polls by reason, before the first. */
export const noFailures: Readonly<Record<FailureReason, number>> = Object.freeze(
  Object.fromEntries(FAILURE_REASONS.map((reason) => [reason, 0])) as Record<FailureReason, number>,
);

/** The reason why a host is not up before its first poll has ended. It is not a failure. */
export const NOT_POLLED = "not_polled";

/** The step that failed: a closed set, the `stage` label of the metrics. */
export const FAILURE_STAGES = [
  "waiting",
  "configuration",
  "resolve",
  "connect",
  "channel_auth_capabilities",
  "channel_cipher_suites",
  "open_session",
  "rakp",
  "session_challenge",
  "activate_session",
  "session_privilege",
  "tls",
  "service_root",
  "session",
  "power",
  "sensors",
  "sel",
  "dcmi",
  "watchdog",
  "inventory",
  "security",
  "components",
] as const;
export type FailureStage = (typeof FAILURE_STAGES)[number];

export interface Failure {
  readonly stage: FailureStage;
  readonly reason: FailureReason;
  /** One sentence for people; never a label, and without secrets. */
  readonly message: string;
  /**
   * The BMC refused a code that was made with the password, and may count a failed login against the account.
   * Absent: whatever was refused cost the account nothing.
   */
  readonly failedLogin?: true;
}

/** Reasons that another poll does not fix: the host is polled rarely until credentials or configuration change. */
export function needsOperator(reason: FailureReason): boolean {
  return (
    reason === "unknown_user" ||
    reason === "wrong_password" ||
    reason === "privilege_refused" ||
    reason === "no_cipher_suite" ||
    reason === "not_configured"
  );
}
