import type { FailureReason, FailureStage } from "../../model/index.ts";

/** The step that failed: one of the login, or `command` for everything after it. */
export type OperationStage = FailureStage | "command";

/** Why an operation failed, in the closed set of reasons. Holds no secret. */
export class OperationError extends Error {
  override readonly name = "OperationError";
  readonly stage: OperationStage;
  readonly reason: FailureReason;
  /** The IPMI completion code with which the BMC refused; absent if it did not refuse. */
  readonly completionCode: number | undefined;
  /** The BMC may count a failed login against the account. */
  readonly failedLogin: boolean;

  constructor(
    stage: OperationStage,
    reason: FailureReason,
    message: string,
    options: { readonly completionCode?: number; readonly failedLogin?: boolean; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.stage = stage;
    this.reason = reason;
    this.completionCode = options.completionCode;
    this.failedLogin = options.failedLogin ?? false;
  }
}
