import type { Host } from "../model/index.ts";

/** One server of a cluster. */
export interface ClusterServer {
  readonly name: string;
  /** URL of its pages, if it is configured. */
  readonly url?: string;
  readonly version: string;
  /** Epoch ms. */
  readonly startedAt: number;
  /** Epoch ms of the last change of its hosts; undefined before the first. */
  readonly movedAt?: number;
  /** Hosts that it polls. */
  readonly hosts: number;
  /** Hosts of its whole inventory. */
  readonly inventoryHosts: number;
  /** The server that shows this. */
  readonly isThis: boolean;
  /** An operator has drained it: it polls nothing. */
  readonly isDrained: boolean;
  /** Its inventory is not that of this server. */
  readonly differs: boolean;
}

/** The cluster as this server sees it. */
export interface ClusterView {
  readonly servers: readonly ClusterServer[];
  /** False while this server has no valid lease, and polls nothing. */
  readonly isMember: boolean;
  /** Why etcd could not be used last. */
  readonly problem: string | undefined;
  /** Hosts that no server polls at present. */
  readonly unowned: number;
  /** Host names by owner, folded, for people. */
  readonly foldedHosts: ReadonlyMap<string, string>;
}

/** Where a host that another server polls is found. */
export interface Elsewhere {
  readonly server: string;
  readonly url?: string;
}

/** A host of the inventory that another server polls, for service discovery. */
export interface RemoteHost extends Elsewhere {
  readonly host: Host;
}
