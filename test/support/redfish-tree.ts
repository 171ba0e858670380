import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type Get, isObject, type JsonObject, RedfishError, uriKey } from "../../src/redfish/index.ts";

const ok = { State: "Enabled", Health: "OK" };
const link = (uri: string) => ({ "@odata.id": `/redfish/v1${uri}` });

/** A machine with one system, one chassis and one manager, by the path of each resource below /redfish/v1. */
export const SMALL_TREE: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "": {
    RedfishVersion: "1.8.0",
    Vendor: "Lightsout",
    Systems: link("/Systems"),
    Chassis: link("/Chassis"),
    Managers: link("/Managers"),
    Links: { Sessions: link("/SessionService/Sessions") },
  },
  "/Systems": { Members: [link("/Systems/1")] },
  "/Systems/1": {
    Manufacturer: "Lightsout",
    Model: "Small",
    SerialNumber: "S1",
    UUID: "01020304-0506-0708-090a-0b0c0d0e0f10",
    PowerState: "On",
    Status: { ...ok, HealthRollup: "OK" },
  },
  "/Managers": { Members: [link("/Managers/1")] },
  "/Managers/1": { ManagerType: "BMC", FirmwareVersion: "1.2.3", Status: ok },
  "/Chassis": { Members: [link("/Chassis/1")] },
  "/Chassis/1": {
    ChassisType: "RackMount",
    Thermal: link("/Chassis/1/Thermal"),
    Power: link("/Chassis/1/Power"),
    Links: { ComputerSystems: [link("/Systems/1")] },
    PhysicalSecurity: { IntrusionSensor: "Normal" },
    Status: ok,
  },
  "/Chassis/1/Thermal": {
    "@odata.type": "#Thermal.v1_7_1.Thermal",
    Temperatures: [
      {
        MemberId: "0",
        Name: "Inlet Temp",
        PhysicalContext: "Intake",
        ReadingCelsius: 24,
        UpperThresholdNonCritical: 42,
        UpperThresholdCritical: 47,
        Status: ok,
      },
      { MemberId: "1", Name: "CPU2 Temp", PhysicalContext: "CPU", ReadingCelsius: 0, Status: { State: "Absent" } },
    ],
    Fans: [{ MemberId: "0", Name: "Fan 1", Reading: 5400, ReadingUnits: "RPM", Status: ok }],
  },
  "/Chassis/1/Power": {
    "@odata.type": "#Power.v1_7_1.Power",
    PowerControl: [{ PowerConsumedWatts: 312, PowerCapacityWatts: 800 }],
    PowerSupplies: [
      { MemberId: "0", Name: "PSU1", PowerInputWatts: 312, LineInputVoltage: 230, PowerCapacityWatts: 800, Status: ok },
      {
        MemberId: "1",
        Name: "PSU2",
        PowerInputWatts: null,
        LineInputVoltage: null,
        Status: { State: "Enabled", Health: "Critical" },
      },
    ],
  },
};

/** Writes a tree as files that a TreeServer serves; `changes` replace or add resources. */
export function writeSmallTree(folder: string, changes: typeof SMALL_TREE = {}): void {
  for (const [path, resource] of Object.entries({ ...SMALL_TREE, ...changes })) {
    const file = join(folder, "redfish/v1", path, "index.json");
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify({ "@odata.id": `/redfish/v1${path}`, ...resource }));
  }
}

/** Resources by their `uriKey`. */
export type ResourceTree = ReadonlyMap<string, JsonObject>;

/** Recorded trees of real machines, where the folder is present. */
export const RECORDED = resolve(import.meta.dirname, "../../../shared/fixtures/redfish");

/** The names of the recorded trees. */
export const recordedTrees = (): readonly string[] =>
  existsSync(RECORDED) ? readdirSync(RECORDED).filter((name) => existsSync(join(RECORDED, name, "redfish/v1"))) : [];

/** A recorded tree, or the resources of it that `wanted` selects by URI. */
export function recordedTree(name: string, wanted: (uri: string) => boolean = () => true): ResourceTree {
  const folder = join(RECORDED, name);
  const tree = new Map<string, JsonObject>();
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const uri = `/${file.replace(/\/index\.json$/, "")}`;
    if (file.endsWith("index.json") && wanted(uri))
      tree.set(uriKey(uri), JSON.parse(readFileSync(join(folder, file), "utf8")));
  }
  return tree;
}

/** A tree from resources by their path below /redfish/v1. */
export const treeOf = (resources: Readonly<Record<string, JsonObject>>): ResourceTree =>
  new Map(Object.entries(resources).map(([path, resource]) => [uriKey(`/redfish/v1${path}`), resource]));

/** A tree as a service that answers 404 for other resources; `change` may replace a body. Notes the requests. */
export function serviceOf(
  tree: ResourceTree,
  change: (body: JsonObject) => unknown = (body) => body,
): { readonly get: Get; readonly requested: readonly string[] } {
  const requested: string[] = [];
  const get: Get = async (uri) => {
    requested.push(uri);
    if (requested.length > 20_000) throw new Error("the requests do not end");
    const body = tree.get(uriKey(uri.split("?")[0] ?? ""));
    const changed = body === undefined ? undefined : change(body);
    if (!isObject(changed)) throw new RedfishError("unsupported", `${uri}: HTTP 404`, { status: 404 });
    return changed;
  };
  return { get, requested };
}
