import { type Get, type JsonObject, RedfishError } from "../../../src/redfish/index.ts";

export const LOG_URI = "/redfish/v1/Systems/1/LogServices/Log/Entries";

interface FakeLogOptions {
  readonly order?: "oldest_first" | "newest_first";
  /** Entries of one page; absent: one page. */
  readonly page?: number;
  /** `ignored`: `$skip` is ignored. `refused`: HTTP 400. Absent: understood. */
  readonly skip?: "ignored" | "refused";
  /** The collection only links to its entries. */
  readonly linksOnly?: boolean;
  /** Oldest entries are overwritten beyond this number. */
  readonly capacity?: number;
  readonly count?: boolean;
}

/** The event log of a Redfish service, in memory. */
export class FakeLog {
  readonly #options: FakeLogOptions;
  /** Oldest first. */
  entries: JsonObject[] = [];
  readonly requests: string[] = [];
  /** Number of requests before the service stops answering. */
  requestsLeft: number | undefined;
  #nextId = 1;

  constructor(options: FakeLogOptions = {}) {
    this.#options = options;
  }

  readonly get: Get = async (uri) => {
    if (this.requestsLeft === 0) throw new RedfishError("bmc_busy", "HTTP 503");
    if (this.requestsLeft !== undefined) this.requestsLeft--;
    this.requests.push(uri);
    const [path = "", query = ""] = uri.split("?");
    if (path === LOG_URI) return this.#page(Number(/\$skip=(\d+)/.exec(query)?.[1] ?? 0));
    const found = this.entries.find((entry) => entry["@odata.id"] === path);
    if (!found) throw new RedfishError("unsupported", "HTTP 404");
    return found;
  };

  /** @returns the message, by which tests recognise it */
  add(fields: JsonObject): void {
    const id = String(this.#nextId++);
    this.entries.push({ "@odata.id": `${LOG_URI}/${id}`, Id: id, Severity: "Warning", ...fields });
    const { capacity } = this.#options;
    if (capacity !== undefined && this.entries.length > capacity) this.entries.shift();
  }

  /** Ids begin again. */
  clear(): void {
    this.entries = [];
    this.#nextId = 1;
  }

  #page(skip: number): JsonObject {
    const { order = "oldest_first", page, skip: support, linksOnly, count = true } = this.#options;
    if (skip > 0 && support === "refused") throw new RedfishError("unsupported", "HTTP 400");
    const from = support === "ignored" ? 0 : skip;
    const all = order === "oldest_first" ? this.entries : this.entries.toReversed();
    const to = page === undefined ? all.length : from + page;
    const members = all.slice(from, to).map((entry) => (linksOnly ? { "@odata.id": entry["@odata.id"] } : entry));
    const rest = to < all.length ? { "Members@odata.nextLink": `${LOG_URI}?$skip=${to}` } : {};
    return { Members: members, ...(count ? { "Members@odata.count": all.length } : {}), ...rest };
  }
}
