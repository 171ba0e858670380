import { IpmiError } from "../ipmi/index.ts";
import type { Failure, FailureStage } from "../model/index.ts";
import { RedfishError } from "../redfish/index.ts";
import { ShareOver } from "./part-times.ts";

function outOfTime(stage: FailureStage, reason: unknown): string {
  if (reason instanceof ShareOver) return `${stage}: the rest of the poll's time is for other parts`;
  const waitedFor = stage === "connect" ? "while the BMC did not answer the login" : "before this part was read";
  return `${stage}: the time of the poll was over ${waitedFor}`;
}

/**
 * The failure in terms of the model.
 *
 * @param stage the step during which it occurred, unless the error names one
 * @param signal of the poll, or of the part; an abort by this signal is a timeout, whatever the code was waiting for
 */
export function failureOf(error: unknown, stage: FailureStage, signal?: AbortSignal): Failure {
  const isKnown = error instanceof IpmiError || error instanceof RedfishError;
  if (signal?.aborted && (error === signal.reason || !isKnown))
    return { stage, reason: "timeout", message: outOfTime(stage, signal.reason) };
  if (isKnown) {
    const isOfPart = error.stage === undefined || error.stage === "command" || error.stage === "resource";
    const failure = { stage: isOfPart ? stage : error.stage, reason: error.reason, message: error.message };
    return error.failedLogin ? { ...failure, failedLogin: true } : failure;
  }
  return { stage, reason: "protocol_error", message: error instanceof Error ? error.message : String(error) };
}

/** A timeout of a poll in which the BMC sent nothing at all counts as no_answer. */
export function asSilence(failure: Failure): Failure {
  if (failure.reason !== "timeout") return failure;
  const { stage, message } = failure;
  return { stage, reason: "no_answer", message: `the BMC sent nothing during the whole poll (${message})` };
}
