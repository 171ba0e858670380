/** What a server of the cluster publishes about itself: the value of its key in etcd. JSON. */
export interface ServerRecord {
  /** Differs for each start of a process, so that a server notices another one of its name. */
  readonly instance: string;
  /** Wall clock, milliseconds since 1970. */
  readonly startedAt: number;
  readonly version: string;
  /** Where other servers and people reach its pages and probes. */
  readonly url?: string;
  /** Digest of its whole inventory: equal on all servers, or hosts may be polled by nobody. */
  readonly inventory: string;
  /** Hosts in its whole inventory. */
  readonly inventoryHosts: number;
  /** Hosts that it polls. */
  readonly hosts: number;
  /**
   * The servers among which it has distributed the hosts. It polls only hosts that are its own among these servers; so
   * another server that reads this knows which hosts it may be polling.
   */
  readonly view: readonly string[];
  /** When the view last changed; wall clock. */
  readonly movedAt?: number;
  /** Grows with each write, so that no two values of one instance are equal. */
  readonly sequence: number;
}

/** The cluster as one answer of etcd describes it. */
export interface ClusterState {
  /** Revision of etcd; a higher one is newer. */
  readonly revision: number;
  /** Servers whose lease has not expired, by name. */
  readonly servers: ReadonlyMap<string, ServerRecord>;
  /** Names of servers that an operator has drained. */
  readonly drained: ReadonlySet<string>;
}

/** The record of a server from the value of its key; undefined for a damaged value. */
export function parseServerRecord(text: string): ServerRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const record = value as Readonly<Record<string, unknown>>;
  const { instance, version, inventory, view, url } = record;
  if (typeof instance !== "string" || typeof version !== "string" || typeof inventory !== "string") return undefined;
  if (!Array.isArray(view) || !view.every((name) => typeof name === "string")) return undefined;
  return {
    instance,
    version,
    inventory,
    view,
    startedAt: number(record.startedAt),
    inventoryHosts: number(record.inventoryHosts),
    hosts: number(record.hosts),
    sequence: number(record.sequence),
    ...(typeof url === "string" && { url }),
    ...(record.movedAt !== undefined && { movedAt: number(record.movedAt) }),
  };
}

function number(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}
