import type { Scenario } from "../bmc/misbehaviour.ts";
import { readsSdr } from "./command-filter.ts";

const OFFSET_AT = 4;
const NEXT_RECORD_ID = 2;

/** The id in the header of a record differs from the requested one (Supermicro X6DHR). */
export function recordIdMismatch(options: { readonly probability: number; readonly by?: number }): Scenario {
  return ({ random }) => ({
    name: "record id mismatch",
    amend(request, reply) {
      const atHeader = readsSdr(request) && request.data[OFFSET_AT] === 0;
      if (!atHeader || reply.completionCode !== 0 || reply.data.length < NEXT_RECORD_ID + 2) return reply;
      if (!random.chance(options.probability)) return reply;
      const data = Buffer.from(reply.data);
      data.writeUInt16LE((data.readUInt16LE(NEXT_RECORD_ID) + (options.by ?? 1)) & 0xffff, NEXT_RECORD_ID);
      return { ...reply, data };
    },
  });
}
