import { createHash } from "node:crypto";
import { hostname } from "node:os";
import {
  ClusterMember,
  type EtcdClient,
  HandoverKeeper,
  type HostKeeper,
  ownerIn,
  type ServerRecord,
} from "../cluster/index.ts";
import type { ClusterConfig, Environment } from "../config/index.ts";
import { foldHosts } from "../inventory/index.ts";
import type { Clock, Logger } from "../lib/index.ts";
import type { Host } from "../model/index.ts";
import { type ClusterView, type Elsewhere, ProbeRefused, type RemoteHost } from "../web/index.ts";
import { openEtcd } from "./etcd.ts";

export interface ClusterParts {
  readonly config: ClusterConfig;
  readonly env: Environment;
  readonly version: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Every host of the inventory, also those of other servers. A new map after each change. */
  readonly inventory: () => ReadonlyMap<string, Host>;
  /** Number of hosts that this server polls. */
  readonly hosts: () => number;
  /** Polls only these hosts from now on; resolves when the others are released. */
  readonly own: (mayPoll: (hostName: string) => boolean) => Promise<void>;
}

/** One server as the pages and metrics show it. */
export interface ServerStatus extends ServerRecord {
  readonly name: string;
  readonly isDrained: boolean;
  readonly isThis: boolean;
  /** Its inventory differs from the one of this server. */
  readonly differs: boolean;
}

/** The cluster as this server sees it. */
export interface ClusterStatus {
  readonly servers: readonly ServerStatus[];
  /** This server holds a valid lease. */
  readonly isMember: boolean;
  /** Seconds until the lease ends by the clock of this server; 0 without one. */
  readonly leaseSeconds: number;
  /** Why etcd could not be used last, as a sentence. */
  readonly problem: string | undefined;
  /** Hosts of the inventory that no server polls at present. */
  readonly unowned: number;
  /** Host states that are not in etcd yet. */
  readonly waitingStates: number;
  readonly writtenStates: number;
}

/** Connects the exporter to its cluster: who polls which host, and the state that a take-over needs. */
export class ExporterCluster {
  readonly #parts: ClusterParts;
  readonly #etcd: EtcdClient;
  readonly #member: ClusterMember;
  readonly #keeper: HandoverKeeper;
  #digest: { readonly of: ReadonlyMap<string, Host>; readonly text: string } | undefined;

  /**
   * Reads the files of certificates; the connection is made by `start`.
   *
   * @throws RangeError with a sentence for a file that cannot be read
   */
  static async open(parts: ClusterParts, inner: HostKeeper | undefined): Promise<ExporterCluster> {
    return new ExporterCluster(parts, inner, await openEtcd(parts.config, parts.env));
  }

  private constructor(parts: ClusterParts, inner: HostKeeper | undefined, etcd: EtcdClient) {
    this.#parts = parts;
    this.#etcd = etcd;
    const { config, clock, log } = parts;
    const { leaseMs, prefix } = config;
    const name = config.name ?? hostname();
    this.#member = new ClusterMember({
      etcd: this.#etcd,
      prefix,
      name,
      leaseMs,
      keepWithoutEtcd: config.withoutEtcd === "keep",
      clock,
      log,
      facts: () => ({
        version: parts.version,
        ...(config.url !== undefined && { url: config.url.replaceAll("{name}", name) }),
        inventory: this.#inventoryDigest(),
        inventoryHosts: parts.inventory().size,
        hosts: parts.hosts(),
      }),
      own: (mayPoll) => parts.own(mayPoll),
    });
    this.#keeper = new HandoverKeeper({
      etcd: this.#etcd,
      prefix,
      name,
      lease: () => this.#member.lease,
      clock,
      inner,
      failed: (error) => this.#member.failed(error),
    });
  }

  get name(): string {
    return this.#member.name;
  }

  /** Keeps the state of hosts for this server and for the one that takes them over. */
  get keeper(): HandoverKeeper {
    return this.#keeper;
  }

  /** False after the end of the lease: then no packet may be sent to a BMC. */
  maySend(): boolean {
    return this.#member.maySend();
  }

  start(): Promise<void> {
    return this.#member.start();
  }

  /** After a change of the inventory or of the number of hosts. */
  refresh(): void {
    this.#member.refresh();
  }

  /** Gives the hosts to the other servers; their state is written first. */
  async stop(): Promise<void> {
    await this.#member.stop(() => this.#keeper.flush());
    await this.#etcd.close();
  }

  /** The other server that polls this host, or will poll it; undefined if it is this one, or if there is none. */
  elsewhere(hostName: string): Elsewhere | undefined {
    const { state } = this.#member.status;
    return this.#elsewhere(ownerIn(state)(hostName));
  }

  #elsewhere(owner: string | undefined): Elsewhere | undefined {
    if (owner === undefined || owner === this.name) return undefined;
    const url = this.#member.status.state.servers.get(owner)?.url;
    return { server: owner, ...(url !== undefined && { url }) };
  }

  /** The hosts that other servers poll. */
  *remoteHosts(): Generator<RemoteHost> {
    const ownerOf = ownerIn(this.#member.status.state);
    for (const host of this.#parts.inventory().values()) {
      const elsewhere = this.#elsewhere(ownerOf(host.name));
      if (elsewhere) yield { host, ...elsewhere };
    }
  }

  /**
   * Allows a probe of a host, or of an address outside the inventory.
   *
   * @param isPolled this server polls the host in rounds
   * @throws ProbeRefused that names the server to ask, or 503 while the host is moved or this server has no lease
   */
  admit(hostName: string, isPolled: boolean): void {
    if (isPolled) return;
    const elsewhere = this.elsewhere(hostName);
    if (elsewhere) throw new ProbeRefused(503, `server ${elsewhere.server} polls this host`, elsewhere);
    const { isMember, failure } = this.#member.status;
    if (!isMember && !this.maySend())
      throw new ProbeRefused(503, `this server has no valid lease${failure ? `: ${failure.message}` : ""}`);
    if (this.#parts.inventory().has(hostName))
      throw new ProbeRefused(503, "the host is being moved to this server; try again");
  }

  /** For the pages. */
  view(): ClusterView {
    const { servers, isMember, problem, unowned } = this.status;
    const ownerOf = ownerIn(this.#member.status.state);
    const names = new Map<string, string[]>(servers.map(({ name }) => [name, []]));
    for (const name of this.#parts.inventory().keys()) names.get(ownerOf(name) ?? "")?.push(name);
    const foldedHosts = new Map([...names].map(([server, hosts]) => [server, foldHosts(hosts)]));
    return { servers, isMember, problem, unowned, foldedHosts };
  }

  get status(): ClusterStatus {
    const { state, isMember, failure, validUntilMs } = this.#member.status;
    const servers = [...state.servers]
      .map(([name, record]) => this.#server(name, record))
      .filter((server) => server !== undefined);
    const total = this.#parts.inventory().size;
    const polled = servers.reduce((sum, { hosts, isThis }) => sum + (isThis ? this.#parts.hosts() : hosts), 0);
    return {
      servers,
      isMember,
      leaseSeconds: isMember ? Math.max(0, (validUntilMs - this.#parts.clock.monotonicMs()) / 1000) : 0,
      problem: failure?.message,
      unowned: Math.max(0, total - polled),
      waitingStates: this.#keeper.waiting,
      writtenStates: this.#keeper.written,
    };
  }

  #server(name: string, record: ServerRecord | undefined): ServerStatus | undefined {
    if (!record) return undefined;
    return {
      ...record,
      name,
      isDrained: this.#member.status.state.drained.has(name),
      isThis: name === this.name,
      differs: record.inventory !== this.#inventoryDigest(),
    };
  }

  /** A digest of everything that decides which BMC is polled and how. */
  #inventoryDigest(): string {
    const inventory = this.#parts.inventory();
    if (this.#digest?.of !== inventory) {
      const hash = createHash("sha256");
      for (const name of [...inventory.keys()].sort()) {
        const host = inventory.get(name);
        hash.update(JSON.stringify([name, host?.address, host?.port, host?.module, host?.auth]));
      }
      this.#digest = { of: inventory, text: hash.digest("hex").slice(0, 16) };
    }
    return this.#digest.text;
  }
}
