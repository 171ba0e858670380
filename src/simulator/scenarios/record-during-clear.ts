import { NetFn } from "../../ipmi/tables/net-fn.ts";
import type { Scenario } from "../bmc/misbehaviour.ts";

const CLEAR_SEL = 0x47;
const INITIATE = 0xaa;
const ACTION_AT = 5;
/** A temperature sensor: upper critical going high. */
const EVENT = { sensor: 0x01, sensorType: 0x01, eventType: 0x01, offset: 0x09 } as const;

/** The event log is not empty after it was erased: a record arrived meanwhile. */
export function recordDuringClear(): Scenario {
  return ({ board }) => ({
    name: "record during clear",
    amend(request, reply) {
      const isClear = request.netFn === NetFn.Storage && request.command === CLEAR_SEL;
      if (isClear && request.data[ACTION_AT] === INITIATE && reply.completionCode === 0) board.addEvent(EVENT);
      return reply;
    },
  });
}
