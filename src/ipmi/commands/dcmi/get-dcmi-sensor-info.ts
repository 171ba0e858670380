import { command } from "../command.ts";
import { dcmi } from "./group.ts";
import { type DcmiSensorsRequest, dcmiSensorsRequest } from "./temperature-entity.ts";

/**
 * Get DCMI Sensor Info - DCMI 1.5: the SDR record ids of the temperature sensors of an entity.
 *
 *   [0]  number of instances in all
 *   [1]  number of record ids here, at most 8
 *   [2-] record ids
 */
export interface DcmiSensorInfo {
  readonly totalInstances: number;
  readonly recordIds: readonly number[];
}

export const getDcmiSensorInfo = command<DcmiSensorsRequest, DcmiSensorInfo>({
  ...dcmi,
  name: "Get DCMI Sensor Info",
  code: 0x07,
  request: dcmiSensorsRequest,
  response: {
    decode(from) {
      const totalInstances = from.u8();
      const count = from.u8();
      return { totalInstances, recordIds: Array.from({ length: count }, () => from.u16()) };
    },
    encode(to, r) {
      to.u8(r.totalInstances).u8(r.recordIds.length);
      for (const id of r.recordIds) to.u16(id);
    },
  },
});
