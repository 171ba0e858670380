import type { Scenario } from "../bmc/misbehaviour.ts";
import { readsSdr } from "./command-filter.ts";

const LAST_RECORD = 0xffff;

/** The next record after the last is the first one, or the last one again; FFFFh is never returned. */
export function endlessSdr(options: { readonly followedBy: "first" | "itself" }): Scenario {
  return ({ board }) => {
    const idOf = (record: Buffer | undefined): number => record?.readUInt16LE(0) ?? 0;
    const { sdr } = board.model;
    const next = idOf(options.followedBy === "first" ? sdr[0] : sdr.at(-1));
    return {
      name: "endless SDR",
      amend(request, reply) {
        if (!readsSdr(request) || reply.completionCode !== 0 || reply.data.length < 2) return reply;
        const data = Buffer.from(reply.data);
        if (data.readUInt16LE(0) !== LAST_RECORD) return reply;
        data.writeUInt16LE(next, 0);
        return { ...reply, data };
      },
    };
  };
}
