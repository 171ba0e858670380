import type { Scenario } from "../bmc/misbehaviour.ts";
import { type CommandFilter, matches } from "./command-filter.ts";

interface CompletionCodesOptions {
  readonly filter: CommandFilter;
  /** The completion code: C0h node busy, C3h time-out, CCh, D5h ... */
  readonly code: number;
  /** 1 where absent. */
  readonly probability?: number;
  /** The number of refusals; unlimited where absent. */
  readonly times?: number;
}

/** A command is refused, sometimes or always. */
export function completionCodes(options: CompletionCodesOptions): Scenario {
  return ({ random }) => {
    let left = options.times ?? Number.POSITIVE_INFINITY;
    return {
      name: "completion codes",
      answer(request) {
        if (left <= 0 || !matches(options.filter, request) || !random.chance(options.probability ?? 1))
          return undefined;
        left--;
        return { completionCode: options.code, data: new Uint8Array(0) };
      },
    };
  };
}
