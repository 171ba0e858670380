import { bootInfoAcknowledge, bootSetInProgress } from "../../ipmi/commands/index.ts";
import type { Scenario } from "../bmc/misbehaviour.ts";
import { isBootOptions } from "./command-filter.ts";

const NOT_SUPPORTED = 0x80;
const ABSENT: readonly number[] = [bootSetInProgress.number, bootInfoAcknowledge.number];

/** Boot option parameters 0, set in progress, and 4, boot info acknowledge, are not supported. */
export function fewBootParameters(): Scenario {
  return () => ({
    name: "few boot parameters",
    answer(request) {
      const isAbsent = isBootOptions(request, "set") && ABSENT.includes((request.data[0] ?? 0) & 0x7f);
      return isAbsent ? { completionCode: NOT_SUPPORTED, data: new Uint8Array(0) } : undefined;
    },
  });
}
