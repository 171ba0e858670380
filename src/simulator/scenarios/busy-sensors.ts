import { CompletionCode } from "../../ipmi/tables/completion-code.ts";
import type { Scenario } from "../bmc/misbehaviour.ts";
import { readsSensor } from "./command-filter.ts";
import { isOfMemory, ownSensors, sensorOf } from "./sensor-choice.ts";

/**
 * Sensors of empty DIMM sockets answer C0h (node busy) for ever. A board with fewer such sensors than `count`
 * adds the last of its others.
 */
export function busySensors(options: { readonly count: number }): Scenario {
  return ({ board }) => {
    const sensors = ownSensors(board);
    const others = sensors.filter((sensor) => !isOfMemory(sensor)).toReversed();
    const busy = [...sensors.filter(isOfMemory), ...others].slice(0, options.count);
    return {
      name: "busy sensors",
      answer(request) {
        if (!readsSensor(request) || !sensorOf(busy, request)) return undefined;
        return { completionCode: CompletionCode.NodeBusy, data: new Uint8Array(0) };
      },
    };
  };
}
