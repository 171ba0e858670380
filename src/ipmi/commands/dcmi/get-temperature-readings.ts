import { bit, flag } from "../../wire/bytes.ts";
import { command } from "../command.ts";
import { dcmi } from "./group.ts";
import { type DcmiSensorsRequest, dcmiSensorsRequest } from "./temperature-entity.ts";

export interface DcmiTemperature {
  /** -127 to 127. */
  readonly celsius: number;
  readonly instance: number;
}

/**
 * Get Temperature Readings - DCMI 1.5 only.
 *
 *   [0]  number of instances in all
 *   [1]  number of readings here, at most 8
 *   [2-] each: temperature, 7 negative, 6:0 degrees Celsius; entity instance
 */
export interface TemperatureReadings {
  readonly totalInstances: number;
  readonly readings: readonly DcmiTemperature[];
}

export const getTemperatureReadings = command<DcmiSensorsRequest, TemperatureReadings>({
  ...dcmi,
  name: "Get Temperature Readings",
  code: 0x10,
  request: dcmiSensorsRequest,
  response: {
    decode(from) {
      const totalInstances = from.u8();
      const count = from.u8();
      const readings = Array.from({ length: count }, () => {
        const byte = from.u8();
        const magnitude = byte & 0x7f;
        return { celsius: bit(byte, 7) ? 0 - magnitude : magnitude, instance: from.u8() };
      });
      return { totalInstances, readings };
    },
    encode(to, r) {
      to.u8(r.totalInstances).u8(r.readings.length);
      for (const t of r.readings) to.u8(flag(t.celsius < 0, 7) | (Math.abs(t.celsius) & 0x7f)).u8(t.instance);
    },
  },
});
