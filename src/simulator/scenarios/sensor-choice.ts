import { SensorType } from "../../ipmi/tables/sensor-type.ts";
import { BMC_ADDRESS } from "../../ipmi/wire/message.ts";
import type { Request, ScenarioBoard, ScenarioSensor } from "../bmc/misbehaviour.ts";

const MEMORY_DEVICE = 0x20;

/** The sensors that the BMC itself answers for. */
export function ownSensors({ model }: ScenarioBoard): readonly ScenarioSensor[] {
  return model.sensors.filter(({ owner, readable }) => owner === BMC_ADDRESS && readable);
}

/** Sensors of memory modules, or of the memory as a whole. */
export const isOfMemory = ({ entityId, sensorType }: ScenarioSensor): boolean =>
  entityId === MEMORY_DEVICE || sensorType === SensorType.Memory;

export const isFanSpeed = ({ sensorType, threshold }: ScenarioSensor): boolean =>
  sensorType === SensorType.Fan && threshold;

/** The sensor of Get Sensor Reading and the other commands that begin with a sensor number. */
export function sensorOf(sensors: readonly ScenarioSensor[], { lun, data }: Request): ScenarioSensor | undefined {
  return sensors.find((sensor) => sensor.lun === lun && sensor.number === data[0]);
}
