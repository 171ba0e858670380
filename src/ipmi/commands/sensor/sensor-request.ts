import type { Layout } from "../command.ts";

export interface SensorRequest {
  readonly sensorNumber: number;
}

/** Request data of commands about one sensor: [0] sensor number. The LUN is in the message header. */
export const sensorRequest: Layout<SensorRequest> = {
  decode: (from) => ({ sensorNumber: from.u8() }),
  encode(to, q) {
    to.u8(q.sensorNumber);
  },
};
