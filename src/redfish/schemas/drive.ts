import { booleanAt, type JsonObject, numberAt, objectsAt, textAt } from "../json.ts";
import { type ComponentFacts, componentFacts } from "./component.ts";

/** Drive, and HPE's SmartStorageDiskDrive. */
export interface Drive extends ComponentFacts {
  readonly kind: "drive";
  readonly failurePredicted: boolean;
  /** Remaining life of a solid-state drive, 0 to 1. */
  readonly lifeRemaining?: number;
  /** StatusIndicator: OK, Fail, Rebuild, PredictiveFailureAnalysis, Hotspare, InACriticalArray, InAFailedArray. */
  readonly indicator?: string;
  /** State within its array in the words of the vendor: Online, Failed, Rebuilding ... */
  readonly arrayState?: string;
  readonly hotSpare: boolean;
}

export function decodeDrive(resource: JsonObject): Drive {
  const facts = componentFacts(resource);
  const { Oem: oem } = resource;
  const smartAlert =
    textAt(oem, "Dell", "DellPhysicalDisk", "PredictiveFailureState") ??
    textAt(oem, "Dell", "DellPCIeSSD", "PredictiveFailureState") ??
    textAt(oem, "Dell", "DellPCIeSSD", "FailurePredicted");
  const hotspare = textAt(resource, "HotspareType");
  const operations = objectsAt(resource, "Operations").map((o) => textAt(o, "OperationName") ?? textAt(o, "Operation"));
  return {
    ...facts,
    kind: "drive",
    // HPE: "1I:1:4" is port, box and bay
    place: facts.place ?? textAt(resource, "Location"),
    firmware: facts.firmware ?? textAt(resource, "FirmwareVersion", "Current", "VersionString"),
    failurePredicted:
      booleanAt(resource, "FailurePredicted") === true || /^(smartalertpresent|yes|true)$/i.test(smartAlert ?? ""),
    lifeRemaining: lifeOf(resource),
    indicator: textAt(resource, "StatusIndicator"),
    arrayState:
      operations.find((name) => name !== undefined && /rebuild/i.test(name)) ??
      textAt(oem, "Dell", "DellPhysicalDisk", "RaidStatus") ??
      textAt(oem, "Lenovo", "DriveStatus") ??
      textAt(oem, "Huawei", "FirmwareStatus") ??
      textAt(oem, "Supermicro", "DriveState"),
    hotSpare: hotspare !== undefined && !/^none$/i.test(hotspare),
  };
}

/** HPE's SmartStorage reports used life, the others what remains. Values outside 0 to 100 mean unknown. */
function lifeOf(resource: JsonObject): number | undefined {
  // Only solid-state drives wear out; some firmware reports 0 for the others.
  if (/^hdd$/i.test(textAt(resource, "MediaType") ?? "")) return undefined;
  const used = numberAt(resource, "SSDEnduranceUtilizationPercentage");
  const percent =
    numberAt(resource, "PredictedMediaLifeLeftPercent") ??
    numberAt(resource, "Oem", "Public", "TimeLeft") ??
    (used === undefined ? undefined : 100 - used);
  if (percent === undefined || percent < 0 || percent > 100) return undefined;
  return Number((percent / 100).toPrecision(12));
}
