import { type JsonObject, linkAt, objectsAt, textAt } from "../json.ts";
import { type HealthWord, healthWord, type Status, statusOf } from "./status.ts";

/** LeakDetector, also as an excerpt in LeakDetection. */
export interface LeakDetector {
  readonly id?: string;
  readonly name?: string;
  readonly context?: string;
  /** What it detects: OK is dry. */
  readonly detected?: HealthWord;
  readonly status: Status;
  /** The detector itself, of an excerpt. */
  readonly source?: string;
}

export function decodeLeakDetector(resource: JsonObject): LeakDetector {
  const source = textAt(resource, "DataSourceUri");
  return {
    id: textAt(resource, "Id"),
    name: textAt(resource, "Name") ?? textAt(resource, "DeviceName"),
    context: textAt(resource, "PhysicalContext"),
    detected: healthWord(textAt(resource, "DetectorState")),
    status: statusOf(resource),
    source: source?.startsWith("/") ? source : undefined,
  };
}

/** LeakDetection: the detectors of a chassis as excerpts, and a link to them. */
export interface LeakDetection {
  readonly excerpts: readonly LeakDetector[];
  readonly detectors?: string;
}

export function decodeLeakDetection(resource: JsonObject): LeakDetection {
  const groups = objectsAt(resource, "LeakDetectorGroups");
  return {
    excerpts: groups.flatMap((group) => objectsAt(group, "Detectors").map(decodeLeakDetector)),
    detectors: linkAt(resource, "LeakDetectors"),
  };
}
