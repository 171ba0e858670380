import { type JsonObject, objectsAt } from "../json.ts";
import { type PartFacts, partFacts } from "./member.ts";

/**
 * A redundancy group. Only the health shows whether it is redundant: `MinNumNeeded` and the counts of its set are wrong
 * on several BMCs.
 */
export type RedundancyGroup = PartFacts;

/** The groups of the list under one of the given names; links to groups elsewhere are left out. */
export function redundancyGroups(resource: JsonObject, ...names: readonly string[]): readonly RedundancyGroup[] {
  return names
    .flatMap((name) => objectsAt(resource, name))
    .filter((group) => "Status" in group)
    .map(partFacts);
}
