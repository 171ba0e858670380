import type { Scenario } from "../bmc/misbehaviour.ts";
import { type CommandFilter, matches } from "./command-filter.ts";

interface WrongLengthsOptions {
  readonly filter: CommandFilter;
  /** Missing (negative) or additional bytes. */
  readonly by: number;
  /** 1 where absent. */
  readonly probability?: number;
}

/** Responses are shorter or longer than their layout. */
export function wrongLengths({ filter, by, probability = 1 }: WrongLengthsOptions): Scenario {
  return ({ random }) => ({
    name: "wrong lengths",
    amend(request, reply) {
      if (reply.completionCode !== 0 || !matches(filter, request) || !random.chance(probability)) return reply;
      if (by < 0) return { ...reply, data: reply.data.subarray(0, Math.max(0, reply.data.length + by)) };
      return { ...reply, data: Buffer.concat([reply.data, Buffer.alloc(by, 0xa5)]) };
    },
  });
}
