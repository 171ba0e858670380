import { type JsonObject, linkAt, textAt } from "../json.ts";
import { type Status, statusOf } from "./status.ts";

/** Manager: the BMC itself. */
export interface Manager {
  readonly name?: string;
  readonly type?: string;
  readonly model?: string;
  readonly manufacturer?: string;
  readonly serial?: string;
  readonly partNumber?: string;
  readonly firmware?: string;
  readonly uuid?: string;
  readonly status: Status;
  /** Its clock, ISO 8601. */
  readonly dateTime?: string;
  /** Offset of its clock from UTC, "+02:00". */
  readonly zone?: string;
  readonly networkProtocol?: string;
}

export function decodeManager(resource: JsonObject): Manager {
  return {
    name: textAt(resource, "Name"),
    type: textAt(resource, "ManagerType"),
    model: textAt(resource, "Model"),
    manufacturer: textAt(resource, "Manufacturer"),
    serial: textAt(resource, "SerialNumber"),
    partNumber: textAt(resource, "PartNumber"),
    firmware: textAt(resource, "FirmwareVersion") ?? textAt(resource, "Firmware", "Current", "VersionString"),
    uuid: textAt(resource, "UUID"),
    status: statusOf(resource),
    dateTime: textAt(resource, "DateTime"),
    zone: textAt(resource, "DateTimeLocalOffset"),
    networkProtocol: linkAt(resource, "NetworkProtocol"),
  };
}
