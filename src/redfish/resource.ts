import { endsConversation, RedfishError } from "./errors.ts";
import { at, type JsonObject, linkAt, objectsAt, uriKey } from "./json.ts";
import type { ServiceRoot } from "./schemas/service-root.ts";

/** Reads one resource; what a session gives. */
export type Get = (uri: string, signal: AbortSignal) => Promise<JsonObject>;

/** Bounds of one collection. */
const MAX_MEMBERS = 2000;
const MAX_PAGES = 50;

export interface Member {
  readonly uri: string;
  /** Present where the collection holds the member whole. */
  readonly body?: JsonObject;
}

/** A member is whole if it has more than its link. */
function isWhole(member: JsonObject): boolean {
  return Object.keys(member).some((name) => !name.startsWith("@") && name !== "href");
}

/** How collections are requested with their members expanded. A BMC that refuses the query does not get it again. */
export interface Expand {
  query: string | undefined;
}

/** The query that a service claims to support: one level of members, without links if possible. */
export function expandOf({ expand }: ServiceRoot): Expand {
  const levels = expand.levels ? "($levels=1)" : "";
  if (expand.noLinks) return { query: `$expand=.${levels}` };
  return { query: expand.all && expand.levels ? `$expand=*${levels}` : undefined };
}

/** The BMC refused the request and was not busy. */
function isRefusal(error: unknown): boolean {
  return error instanceof RedfishError && (error.reason === "unsupported" || error.reason === "protocol_error");
}

/**
 * The members of a collection, following `nextLink`. Repeated links end it, as do {@link MAX_PAGES} pages.
 *
 * @throws RedfishError where the first page cannot be read
 */
export async function members(
  get: Get,
  collection: string,
  signal: AbortSignal,
  expand?: Expand,
): Promise<readonly Member[]> {
  const found = new Map<string, Member>();
  const pages = new Set<string>();
  let next: string | undefined = expand?.query === undefined ? collection : `${collection}?${expand.query}`;
  while (next !== undefined && pages.size < MAX_PAGES && found.size < MAX_MEMBERS && !pages.has(next)) {
    pages.add(next);
    let page: JsonObject;
    try {
      page = await get(next, signal);
    } catch (error) {
      if (expand?.query !== undefined && pages.size === 1 && isRefusal(error)) {
        expand.query = undefined;
        next = collection;
        continue;
      }
      if (found.size === 0 || !(error instanceof RedfishError) || endsConversation(error.reason)) throw error;
      break;
    }
    const before = found.size;
    for (const member of [...objectsAt(page, "Members"), ...objectsAt(page, "links", "Member")]) {
      const uri = linkAt(member);
      if (uri === undefined || found.size >= MAX_MEMBERS || found.has(uriKey(uri))) continue;
      found.set(uriKey(uri), isWhole(member) ? { uri, body: member } : { uri });
    }
    const link = at(page, "Members@odata.nextLink") ?? at(page, "@odata.nextLink");
    next = found.size > before && typeof link === "string" && link.startsWith("/") ? link : undefined;
  }
  return [...found.values()];
}

/** The bodies of at most `most` members of a collection; members that cannot be read are left out. */
export async function memberBodies(
  get: Get,
  collection: string,
  signal: AbortSignal,
  expand?: Expand,
  most = MAX_MEMBERS,
): Promise<readonly { uri: string; body: JsonObject }[]> {
  const bodies: { uri: string; body: JsonObject }[] = [];
  for (const { uri, body } of (await members(get, collection, signal, expand)).slice(0, most)) {
    const whole = body ?? (await optional(() => get(uri, signal)));
    if (whole) bodies.push({ uri, body: whole });
  }
  return bodies;
}

/**
 * Undefined where this one resource cannot be read.
 *
 * @throws what ends the conversation, and the signal's reason
 */
export async function optional<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof RedfishError && !endsConversation(error.reason)) return undefined;
    throw error;
  }
}
