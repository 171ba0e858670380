import { at, type JsonObject, linkAt, numberAt, objectsAt } from "../json.ts";

/** One page of the collection of a log's entries, in the order of the service. */
export interface LogPage {
  readonly members: readonly LogMember[];
  /** `Members@odata.count`: number of entries of the whole log; some services count those of the page. */
  readonly total?: number;
  /** The next page. */
  readonly next?: string;
  /** The service links to further pages with `$skip`, so it understands that parameter. */
  readonly skips: boolean;
}

export interface LogMember {
  readonly uri?: string;
  /** Absent if the collection only links to the entry. */
  readonly body?: JsonObject;
}

export function decodeLogPage(resource: JsonObject): LogPage {
  const link = at(resource, "Members@odata.nextLink") ?? at(resource, "@odata.nextLink");
  const next = typeof link === "string" && link.startsWith("/") ? link : undefined;
  const listed = [...objectsAt(resource, "Members"), ...objectsAt(resource, "links", "Member")];
  const total = numberAt(resource, "Members@odata.count") ?? numberAt(resource, "Total");
  return {
    members: listed.map((member) => {
      const uri = linkAt(member);
      return isWhole(member) ? { uri, body: member } : { uri };
    }),
    total: total !== undefined && total >= 0 ? Math.floor(total) : undefined,
    next,
    skips: next !== undefined && /[?&]\$skip=/i.test(next),
  };
}

/** True for an entry with more than its link. */
function isWhole(member: JsonObject): boolean {
  return Object.keys(member).some((name) => !name.startsWith("@") && name !== "href");
}
