import { type JsonObject, linkAt, linksAt, objectAt, objectsAt, textAt } from "../json.ts";
import { type ComponentFacts, componentFacts } from "./component.ts";
import { healthWord } from "./status.ts";

/** StorageController, also one inside a Storage resource, and HPE's SmartStorageArrayController. */
export interface StorageController extends ComponentFacts {
  readonly kind: "storage_controller";
}

/** A battery: of a controller or a power subsystem. */
export interface Battery extends ComponentFacts {
  readonly kind: "battery";
}

/** A logical drive. */
export interface Volume extends ComponentFacts {
  readonly kind: "volume";
  /** RAID1, RAID5, RAID10 ... */
  readonly raidType?: string;
  /** Work in progress: Rebuild, Check Consistency ... */
  readonly operations: readonly string[];
}

/** What a Storage resource holds and links to. */
export interface Storage {
  readonly name?: string;
  /** Controllers inside the resource. */
  readonly inlineControllers: readonly StorageController[];
  readonly inlineBatteries: readonly Battery[];
  readonly controllers?: string;
  readonly drives: readonly string[];
  readonly volumes?: string;
}

export function decodeStorage(resource: JsonObject): Storage {
  const battery = objectAt(resource, "Oem", "Dell", "DellControllerBattery");
  return {
    name: textAt(resource, "Name"),
    inlineControllers: objectsAt(resource, "StorageControllers").map(decodeStorageController),
    inlineBatteries: battery === undefined || textAt(battery, "Id") === undefined ? [] : [dellBattery(battery)],
    controllers: linkAt(resource, "Controllers"),
    drives: linksAt(resource, "Drives"),
    volumes: linkAt(resource, "Volumes"),
  };
}

export function decodeStorageController(resource: JsonObject): StorageController {
  return { ...componentFacts(resource), kind: "storage_controller" };
}

/** iDRAC: the battery of a PERC with `PrimaryStatus` OK, Degraded, Error. */
function dellBattery(resource: JsonObject): Battery {
  const word = textAt(resource, "PrimaryStatus");
  const health = DELL_HEALTH[word?.toLowerCase() ?? ""] ?? word;
  return { ...componentFacts(resource), kind: "battery", status: { health: healthWord(health) } };
}

const DELL_HEALTH: Readonly<Record<string, string>> = {
  degraded: "Warning",
  error: "Critical",
  nonrecoverable: "Critical",
};

export function decodeBattery(resource: JsonObject): Battery {
  return { ...componentFacts(resource), kind: "battery" };
}

/** HPE: the batteries of a chassis that keep the caches of all controllers. */
export function smartStorageBatteries(chassis: JsonObject): readonly Battery[] {
  return ["Hpe", "Hp"]
    .flatMap((vendor) => objectsAt(chassis, "Oem", vendor, "SmartStorageBattery"))
    .map((battery) => ({
      ...decodeBattery(battery),
      id: textAt(battery, "Index") ?? "1",
      name: textAt(battery, "ProductName") ?? "Smart Storage Battery",
    }));
}

export function decodeVolume(resource: JsonObject): Volume {
  const operation = (one: JsonObject): string | undefined => textAt(one, "OperationName") ?? textAt(one, "Operation");
  return {
    ...componentFacts(resource),
    kind: "volume",
    name: textAt(resource, "DisplayName") ?? textAt(resource, "LogicalDriveName") ?? textAt(resource, "Name"),
    raidType: textAt(resource, "RAIDType") ?? textAt(resource, "VolumeType") ?? raidOf(textAt(resource, "Raid")),
    operations: objectsAt(resource, "Operations").flatMap((one) => operation(one) ?? []),
  };
}

/** HPE's SmartStorage: Raid is "1", "5", "10". */
const raidOf = (level: string | undefined): string | undefined => (level === undefined ? undefined : `RAID${level}`);

/** HPE's array controller links to its drives and volumes. */
export interface ArrayController {
  readonly controller: StorageController;
  readonly drives?: string;
  readonly volumes?: string;
}

export function decodeArrayController(resource: JsonObject): ArrayController {
  const link = (name: string): string | undefined =>
    linkAt(resource, "Links", name) ?? linkAt(resource, "links", name) ?? linkAt(resource, name);
  const facts = componentFacts(resource);
  return {
    controller: { ...facts, kind: "storage_controller", name: facts.model ?? facts.name },
    drives: link("PhysicalDrives"),
    volumes: link("LogicalDrives"),
  };
}
