import { booleanAt, type JsonObject, linkAt, numberAt, textAt } from "../json.ts";

/** LogService: one log of a system, manager or chassis. */
export interface LogService {
  readonly id?: string;
  readonly name?: string;
  /** The collection of its entries. */
  readonly entries?: string;
  /** False: the log is switched off. */
  readonly enabled?: boolean;
  /** MaxNumberOfRecords. */
  readonly capacity?: number;
  /** True: a full log overwrites its oldest entries. False: it drops new ones. Absent: unknown. */
  readonly wraps?: boolean;
}

export function decodeLogService(resource: JsonObject): LogService {
  const policy = textAt(resource, "OverWritePolicy")?.toLowerCase();
  const capacity = numberAt(resource, "MaxNumberOfRecords");
  return {
    id: textAt(resource, "Id"),
    name: textAt(resource, "Name"),
    entries: linkAt(resource, "Entries") ?? linkAt(resource, "links", "Entries"),
    enabled: booleanAt(resource, "ServiceEnabled"),
    capacity: capacity !== undefined && capacity > 0 ? Math.floor(capacity) : undefined,
    wraps: policy === "wrapswhenfull" ? true : policy === "neveroverwrites" ? false : undefined,
  };
}

/** The collection of logs of a system, manager or chassis; `links.Logs` on iLO 4. */
export function logServicesOf(resource: JsonObject): string | undefined {
  return (
    linkAt(resource, "LogServices") ?? linkAt(resource, "Links", "LogServices") ?? linkAt(resource, "links", "Logs")
  );
}
