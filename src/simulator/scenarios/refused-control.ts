import { CompletionCode } from "../../ipmi/tables/completion-code.ts";
import type { Scenario } from "../bmc/misbehaviour.ts";
import { isChassisControl } from "./command-filter.ts";

/** Chassis Control is refused with D5h, whatever the power state is. */
export function refusedControl(): Scenario {
  return () => ({
    name: "refused control",
    answer(request) {
      if (!isChassisControl(request)) return undefined;
      return { completionCode: CompletionCode.NotSupportedInPresentState, data: new Uint8Array(0) };
    },
  });
}
