import { getSelInfo } from "../../ipmi/commands/index.ts";
import type { Scenario } from "../bmc/misbehaviour.ts";
import { SEL_RECORD_BYTES } from "../bmc/sel-log.ts";
import { matches } from "./command-filter.ts";

/** New events overwrite old ones: the log reports the same number of entries and some free space at all times. */
export function reusedEntries(): Scenario {
  return () => {
    let entries: number | undefined;
    return {
      name: "reused entries",
      amend(request, reply) {
        if (reply.completionCode !== 0 || !matches({ netFn: getSelInfo.netFn, command: getSelInfo.code }, request))
          return reply;
        const info = getSelInfo.decodeResponse(reply.data);
        entries ??= info.entries;
        return { ...reply, data: getSelInfo.encodeResponse({ ...info, entries, freeBytes: SEL_RECORD_BYTES }) };
      },
    };
  };
}
