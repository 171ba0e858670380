import { hexByte } from "./wire/hex.ts";

/**
 * The errors of this package, sorted by what the caller does next. An aborted wait rejects with the reason of its
 * AbortSignal instead.
 */

/** Short stable word beside the sentence; the same words as the `reason` label of the metrics. */
export type IpmiReason =
  | "name_not_resolved"
  | "unreachable"
  | "no_answer"
  | "timeout"
  | "unknown_user"
  | "wrong_password"
  | "privilege_refused"
  | "no_cipher_suite"
  | "no_free_session"
  | "bmc_busy"
  | "unsupported"
  | "protocol_error";

/** The step of a conversation that failed. */
export type IpmiStage =
  | "resolve"
  | "channel_auth_capabilities"
  | "channel_cipher_suites"
  | "open_session"
  | "rakp"
  | "session_challenge"
  | "activate_session"
  | "session_privilege"
  | "command";

export class IpmiError extends Error {
  readonly reason: IpmiReason;
  readonly stage: IpmiStage | undefined;
  /** The BMC refused a code that was made with the password: it may count a failed login against the account. */
  readonly failedLogin: boolean;

  constructor(
    reason: IpmiReason,
    message: string,
    options: { stage?: IpmiStage; failedLogin?: boolean; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.reason = reason;
    this.stage = options.stage;
    this.failedLogin = options.failedLogin ?? false;
  }
}

/** Bytes with an invalid layout. A decoder throws nothing else. */
export class DecodeError extends IpmiError {
  constructor(message: string) {
    super("protocol_error", message);
  }
}

/** Fewer bytes than the layout needs. */
export class TruncatedError extends DecodeError {
  readonly wanted: number;
  readonly got: number;

  constructor(what: string, wanted: number, got: number) {
    super(`${what}: wanted byte ${wanted - 1}, got ${got} bytes`);
    this.wanted = wanted;
    this.got = got;
  }
}

/** The BMC understood the request and refused it with a completion code. Has no stack trace. */
export class CompletionCodeError extends IpmiError {
  readonly completionCode: number;
  readonly command: string;
  readonly transient: boolean;

  constructor(
    command: string,
    completionCode: number,
    meaning: { text: string; transient: boolean; reason: IpmiReason },
  ) {
    const code = hexByte(completionCode);
    // Absent sensors, empty slots and unknown commands are refused by the thousand; a stack trace costs more than all
    // the rest of a refusal, and would show how the answer was received, not which command was sent.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(meaning.reason, `${command}: refused with completion code ${code} (${meaning.text})`, { stage: "command" });
    Error.stackTraceLimit = stackTraceLimit;
    this.completionCode = completionCode;
    this.command = command;
    this.transient = meaning.transient;
  }
}
