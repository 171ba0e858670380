import { CompletionCode, CompletionCodeError, DecodeError } from "../../ipmi/index.ts";

/** Undefined where the BMC refuses or returns less than the command's response; silence and time-outs are thrown. */
export function optional<T>(answer: Promise<T>): Promise<T | undefined> {
  return unless(answer, (error) => error instanceof CompletionCodeError || error instanceof DecodeError);
}

/** The same, but a BMC that is busy is thrown, too: it may have an answer later. */
export function optionalUnlessBusy<T>(answer: Promise<T>): Promise<T | undefined> {
  return unless(answer, isRefusal);
}

/**
 * Undefined where the refusal says that the BMC does not have this: C1h, FFh and half a dozen others, or a response
 * that is something else. A BMC that is busy, and a privilege that is too low, are thrown.
 */
export function optionalPart<T>(answer: Promise<T>): Promise<T | undefined> {
  return unless(answer, (error) => isRefusal(error) && !isOfPrivilege(error));
}

/** Undefined where the BMC does not know the command. */
export function optionalCommand<T>(answer: Promise<T>): Promise<T | undefined> {
  return unless(answer, isUnknownCommand);
}

/** The BMC does not know the command. */
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
