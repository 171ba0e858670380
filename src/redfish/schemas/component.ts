import { type JsonObject, objectAt, objectsAt, textAt } from "../json.ts";
import { type Status, statusOf } from "./status.ts";

/** What all parts of a machine have in common. */
export interface ComponentFacts {
  readonly id?: string;
  readonly name?: string;
  /** Where it is, as printed on the machine: "DIMM 1", "Slot=17". */
  readonly place?: string;
  readonly manufacturer?: string;
  readonly model?: string;
  readonly serial?: string;
  readonly partNumber?: string;
  readonly firmware?: string;
  readonly status: Status;
}

export function componentFacts(resource: JsonObject): ComponentFacts {
  return {
    id: textAt(resource, "Id") ?? textAt(resource, "MemberId"),
    name: textAt(resource, "Name"),
    place: placeOf(resource),
    manufacturer: textAt(resource, "Manufacturer") ?? textAt(resource, "VendorID"),
    model: textAt(resource, "Model"),
    serial: textAt(resource, "SerialNumber"),
    partNumber: textAt(resource, "PartNumber") ?? textAt(resource, "SKU"),
    firmware: textAt(resource, "FirmwareVersion") ?? textAt(resource, "Revision"),
    status: statusOf(resource),
  };
}

/** `PhysicalLocation` and `Location` are objects, except for `Location` of drives, which is an array. */
function placeOf(resource: JsonObject): string | undefined {
  const places = [
    objectAt(resource, "PhysicalLocation"),
    objectAt(resource, "Location"),
    objectsAt(resource, "Location")[0],
  ];
  for (const place of places) {
    const label = textAt(place, "PartLocation", "ServiceLabel") ?? textAt(place, "Info");
    if (label !== undefined) return label;
  }
  return undefined;
}
