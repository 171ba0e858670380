import { BOOT_FLAGS_PARAMETER } from "../../ipmi/commands/index.ts";
import type { Scenario } from "../bmc/misbehaviour.ts";
import { isBootOptions } from "./command-filter.ts";

const FLAGS_AT = 2;

/** The BMC accepts boot flags and does not store them: they are read back as zeros. */
export function forgottenBootFlags(): Scenario {
  return () => ({
    name: "forgotten boot flags",
    amend(request, reply) {
      const isFlags = isBootOptions(request, "get") && ((request.data[0] ?? 0) & 0x7f) === BOOT_FLAGS_PARAMETER;
      return isFlags ? { ...reply, data: reply.data.map((byte, i) => (i < FLAGS_AT ? byte : 0)) } : reply;
    },
  });
}
