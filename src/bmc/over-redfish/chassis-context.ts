import type { Sensor } from "../../model/index.ts";
import type { Expand } from "../../redfish/index.ts";
import type { ReadingLists } from "./kept-readings.ts";

/** How a chassis is read. */
export interface ChassisContext {
  readonly hostOff: boolean;
  readonly expand?: Expand;
  /** Subsystems without parts. Filled here; they are not read again while they are in this set. */
  readonly empty: Set<string>;
  /** The readings of the last poll. */
  readonly lists: ReadingLists;
  /** Absent: without rules there are no roles. */
  readonly roleOf?: (subject: Pick<Sensor, "name" | "id" | "kind" | "quantity" | "entity">) => string | undefined;
  readonly signal: AbortSignal;
}
