import { CompletionCode, CompletionCodeError, DecodeError } from "../../ipmi/index.ts";

/** Returns undefined if the BMC refuses, or if the response is too short. Throws after silence and timeouts. */
export function optional<T>(answer: Promise<T>): Promise<T | undefined> {
  return unless(answer, (error) => error instanceof CompletionCodeError || error instanceof DecodeError);
}

/** The same, but throws if the BMC is busy, because it may answer later. */
export function optionalUnlessBusy<T>(answer: Promise<T>): Promise<T | undefined> {
  return unless(answer, isRefusal);
}

/**
 * Returns undefined if the refusal means that the BMC does not have this: C1h, FFh and half a dozen others, or a
 * response that is something else. Throws if the BMC is busy or the privilege is too low.
 */
export function optionalPart<T>(answer: Promise<T>): Promise<T | undefined> {
  return unless(answer, (error) => isRefusal(error) && !isOfPrivilege(error));
}

/** Returns undefined if the BMC does not support the command. */
export function optionalCommand<T>(answer: Promise<T>): Promise<T | undefined> {
  return unless(answer, isUnknownCommand);
}

/** True if the BMC does not support the command. */
export function isUnknownCommand(error: unknown): boolean {
  if (!(error instanceof CompletionCodeError)) return false;
  const { completionCode } = error;
  return completionCode === CompletionCode.InvalidCommand || completionCode === CompletionCode.InvalidForLun;
}

const isRefusal = (error: unknown): boolean =>
  error instanceof DecodeError || (error instanceof CompletionCodeError && error.reason !== "bmc_busy");

const isOfPrivilege = (error: unknown): boolean =>
  error instanceof CompletionCodeError && error.reason === "privilege_refused";

async function unless<T>(answer: Promise<T>, isAbsence: (error: unknown) => boolean): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}
