import type { Layout } from "../command.ts";

export interface SensorRequest {
  readonly sensorNumber: number;
}

/** Request data of commands that ask about one sensor: [0] sensor number. The LUN is the session's. */
export const sensorRequest: Layout<SensorRequest> = {
  decode: (from) => ({ sensorNumber: from.u8() }),
  encode(to, q) {
    to.u8(q.sensorNumber);
  },
};
