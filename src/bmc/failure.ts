import { IpmiError } from "../ipmi/index.ts";
import type { Failure, FailureStage } from "../model/index.ts";

function outOfTime(stage: FailureStage): string {
  const waitedFor = stage === "connect" ? "while the BMC did not answer the login" : "before this part was read";
  return `${stage}: the time of the poll was over ${waitedFor}`;
}

/**
 * An error of a conversation in model words.
 *
 * @param stage the step during which it came, unless the error knows better
 * @param signal the poll's: an abort at the deadline is a time-out, whatever the wait was for
 */
export function failureOf(error: unknown, stage: FailureStage, signal?: AbortSignal): Failure {
  if (signal?.aborted && (error === signal.reason || !(error instanceof IpmiError)))
    return { stage, reason: "timeout", message: outOfTime(stage) };
  if (error instanceof IpmiError) {
    const known = error.stage === undefined || error.stage === "command" ? stage : error.stage;
    const failure = { stage: known, reason: error.reason, message: error.message };
    return error.failedLogin ? { ...failure, failedLogin: true } : failure;
  }
  return { stage, reason: "protocol_error", message: error instanceof Error ? error.message : String(error) };
}
