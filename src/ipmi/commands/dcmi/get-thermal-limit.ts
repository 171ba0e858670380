import { bit, flag } from "../../wire/bytes.ts";
import { command } from "../command.ts";
import { dcmi } from "./group.ts";

/** [0] entity id, [1] entity instance. */
export interface ThermalLimitRequest {
  readonly entityId: number;
  readonly instance: number;
}

/**
 * Get Thermal Limit - DCMI 1.5.
 *
 *   [0]   6 power off, 5 log
 *   [1]   limit, degrees Celsius
 *   [2-3] exception time, seconds
 */
export interface ThermalLimit {
  readonly powerOff: boolean;
  readonly log: boolean;
  readonly limitCelsius: number;
  readonly exceptionTimeSeconds: number;
}

export const getThermalLimit = command<ThermalLimitRequest, ThermalLimit>({
  ...dcmi,
  name: "Get Thermal Limit",
  code: 0x0c,
  request: {
    decode: (from) => ({ entityId: from.u8(), instance: from.u8() }),
    encode(to, q) {
      to.u8(q.entityId).u8(q.instance);
    },
  },
  response: {
    decode(from) {
      const actions = from.u8();
      return {
        powerOff: bit(actions, 6),
        log: bit(actions, 5),
        limitCelsius: from.u8(),
        exceptionTimeSeconds: from.u16(),
      };
    },
    encode(to, r) {
      to.u8(flag(r.powerOff, 6) | flag(r.log, 5))
        .u8(r.limitCelsius)
        .u16(r.exceptionTimeSeconds);
    },
  },
});
