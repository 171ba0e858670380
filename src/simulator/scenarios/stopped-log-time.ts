import { getSelInfo, getSelTime } from "../../ipmi/commands/index.ts";
import type { Scenario } from "../bmc/misbehaviour.ts";
import { matches } from "./command-filter.ts";

/** A time of the event log never changes: that of the last addition, or that of its clock. */
export function stoppedLogTime({ of }: { readonly of: "addition" | "clock" }): Scenario {
  return ({ board }) => {
    const start = board.clockSeconds();
    let addition: number | undefined;
    return {
      name: "stopped log time",
      amend(request, reply) {
        if (reply.completionCode !== 0) return reply;
        if (of === "clock" && matches({ netFn: getSelTime.netFn, command: getSelTime.code }, request))
          return { ...reply, data: getSelTime.encodeResponse({ timestamp: start }) };
        if (of === "addition" && matches({ netFn: getSelInfo.netFn, command: getSelInfo.code }, request)) {
          const info = getSelInfo.decodeResponse(reply.data);
          const { lastAdditionTimestamp } = info;
          addition ??= lastAdditionTimestamp === NEVER ? start - DAY_SECONDS : lastAdditionTimestamp;
          return { ...reply, data: getSelInfo.encodeResponse({ ...info, lastAdditionTimestamp: addition }) };
        }
        return reply;
      },
    };
  };
}

const DAY_SECONDS = 86_400;
/** The log was never added to. */
const NEVER = 0xffffffff;
