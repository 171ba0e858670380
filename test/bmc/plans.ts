import type { PlannedSensor } from "../../src/bmc/over-ipmi/planned-sensor.ts";
import { compilePlan, type SensorPlan } from "../../src/bmc/over-ipmi/sensor-plan.ts";
import type { SensorReading } from "../../src/ipmi/index.ts";

/** Records with ids 1, 2, 3 ..., as a repository gives them. */
export function numbered(records: readonly Uint8Array[]): Buffer[] {
  return records.map((record, i) => {
    const bytes = Buffer.from(record);
    bytes.writeUInt16LE(i + 1, 0);
    return bytes;
  });
}

export const planOf = (...records: readonly Uint8Array[]): SensorPlan => compilePlan(numbered(records));

/** The only sensor of a record. */
export function sensorOfRecord(record: Uint8Array): PlannedSensor {
  const [sensor] = planOf(record).sensors;
  if (sensor === undefined) throw new Error("the record describes no sensor");
  return sensor;
}

/** An answer to Get Sensor Reading; scanning and available unless the test says otherwise. */
export const answered = (fields: Partial<SensorReading> = {}): SensorReading => ({
  raw: 0,
  eventMessagesEnabled: true,
  scanningEnabled: true,
  unavailable: false,
  states: 0,
  comparison: 0,
  stateBytes: 2,
  ...fields,
});
