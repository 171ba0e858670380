import { NetFn } from "../../ipmi/tables/net-fn.ts";
import type { Scenario } from "../bmc/misbehaviour.ts";
import { isChassisControl } from "./command-filter.ts";

const GET_CHASSIS_STATUS = 0x01;
const POWER_ON = 0x01;

/** Chassis Control is done at once, and Get Chassis Status reports the earlier power state for this time. */
export function latePowerState({ byMs }: { readonly byMs: number }): Scenario {
  return ({ clock }) => {
    let shown: number | undefined;
    let heldUntilMs = 0;
    return {
      name: "late power state",
      amend(request, reply) {
        const nowMs = clock.monotonicMs();
        if (isChassisControl(request)) heldUntilMs = nowMs + byMs;
        const isStatus = request.netFn === NetFn.Chassis && request.command === GET_CHASSIS_STATUS;
        const [power, ...rest] = reply.data;
        if (!isStatus || power === undefined) return reply;
        if (shown === undefined || nowMs >= heldUntilMs) shown = power & POWER_ON;
        return { ...reply, data: Uint8Array.of((power & ~POWER_ON) | shown, ...rest) };
      },
    };
  };
}
