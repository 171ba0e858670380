import { CompletionCode } from "../../ipmi/tables/completion-code.ts";
import type { Scenario } from "../bmc/misbehaviour.ts";
import { readsSdr } from "./command-filter.ts";

const COUNT_AT = 5;
const WHOLE_RECORD = 0xff;
/** Next record id and the header of a record. */
const SHORT_BYTES = 2 + 5 + 16;

/** Response to a read of FFh bytes. */
type WholeReadAnswer =
  /** CAh */
  | "refused"
  /** Bytes that are not a record. */
  | "garbage"
  /** Only the first bytes of the record. */
  | "short"
  | "silence";

/** SDRs can only be read in parts; reading a whole one fails. */
export function noWholeSdrReads(options: { readonly answer: WholeReadAnswer }): Scenario {
  return ({ random }) => ({
    name: "no whole SDR reads",
    answer(request) {
      if (!readsSdr(request) || request.data[COUNT_AT] !== WHOLE_RECORD) return undefined;
      if (options.answer === "silence") return "silence";
      if (options.answer !== "refused") return undefined;
      return { completionCode: CompletionCode.CannotReturnThatManyBytes, data: new Uint8Array(0) };
    },
    amend(request, reply) {
      if (!readsSdr(request) || request.data[COUNT_AT] !== WHOLE_RECORD || reply.completionCode !== 0) return reply;
      if (options.answer === "short") return { ...reply, data: reply.data.subarray(0, SHORT_BYTES) };
      if (options.answer !== "garbage") return reply;
      return { ...reply, data: reply.data.slice(0, 5).map(() => random.integer(256)) };
    },
  });
}
