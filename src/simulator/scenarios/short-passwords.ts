import { CompletionCode } from "../../ipmi/tables/completion-code.ts";
import type { Scenario } from "../bmc/misbehaviour.ts";
import { isSetUserPassword } from "./command-filter.ts";

const LONG_FORM = 0x80;

/** The BMC has passwords of at most 16 bytes, and refuses the 20-byte form with C7h. */
export function shortPasswords(): Scenario {
  return () => ({
    name: "short passwords",
    answer(request) {
      const isLong = isSetUserPassword(request) && ((request.data[0] ?? 0) & LONG_FORM) !== 0;
      return isLong ? { completionCode: CompletionCode.RequestLengthInvalid, data: new Uint8Array(0) } : undefined;
    },
  });
}
