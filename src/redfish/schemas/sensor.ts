import { type JsonObject, numberAt, textAt } from "../json.ts";
import { type Limits, sensorLimits } from "./limits.ts";
import { type Status, statusOf } from "./status.ts";

/** A Sensor resource: one reading with its unit and limits. */
export interface RedfishSensor {
  /** `Id`: unique in its collection. */
  readonly id?: string;
  readonly name?: string;
  /** Temperature, Power, Voltage, Current, Rotational, EnergykWh, EnergyJoules, Percent, Humidity ... */
  readonly type?: string;
  /** UCUM: Cel, W, V, A, RPM, {rev}/min, kW.h, J, % ... */
  readonly unit?: string;
  readonly reading?: number;
  readonly context?: string;
  readonly subContext?: string;
  readonly status: Status;
  readonly limits: Limits;
}

export function decodeSensor(resource: JsonObject): RedfishSensor {
  return {
    id: textAt(resource, "Id"),
    name: textAt(resource, "Name"),
    type: textAt(resource, "ReadingType"),
    unit: textAt(resource, "ReadingUnits"),
    reading: numberAt(resource, "Reading"),
    context: textAt(resource, "PhysicalContext"),
    subContext: textAt(resource, "PhysicalSubContext"),
    status: statusOf(resource),
    limits: sensorLimits(resource),
  };
}
