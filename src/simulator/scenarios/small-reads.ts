import { CompletionCode } from "../../ipmi/tables/completion-code.ts";
import type { Scenario } from "../bmc/misbehaviour.ts";
import { readsFru, readsSdr } from "./command-filter.ts";

interface SmallReadsOptions {
  /** Most bytes of an SDR per read; unlimited where absent. */
  readonly sdrBytes?: number;
  /** Most bytes of a FRU per read. */
  readonly fruBytes?: number;
  /** Completion code for larger reads, CAh where absent; "short" returns fewer bytes. */
  readonly refusal?: number | "short";
}

const SDR_COUNT_AT = 5;
const FRU_COUNT_AT = 3;
const NEXT_RECORD_ID = 2;

/** The firmware has a small buffer. */
export function smallReads(options: SmallReadsOptions): Scenario {
  const { sdrBytes = 0xff, fruBytes = 0xff, refusal = CompletionCode.CannotReturnThatManyBytes } = options;
  return () => ({
    name: "small reads",
    amend(request, reply) {
      if (reply.completionCode !== 0) return reply;
      const isSdr = readsSdr(request);
      if (!isSdr && !readsFru(request)) return reply;
      const most = isSdr ? sdrBytes : fruBytes;
      const requested = request.data[isSdr ? SDR_COUNT_AT : FRU_COUNT_AT] ?? 0;
      if (requested <= most) return reply;
      if (refusal !== "short") return { completionCode: refusal, data: new Uint8Array(0) };
      if (isSdr) return { ...reply, data: reply.data.subarray(0, NEXT_RECORD_ID + most) };
      const part = reply.data.slice(0, 1 + most);
      part[0] = part.length - 1;
      return { ...reply, data: part };
    },
  });
}
