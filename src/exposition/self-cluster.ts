import { Counter, Gauge, type Registry } from "prom-client";

/** What a server knows of its cluster. */
export interface ClusterFacts {
  readonly servers: readonly {
    readonly name: string;
    readonly hosts: number;
    readonly isDrained: boolean;
    readonly differs: boolean;
    readonly movedAt?: number;
  }[];
  readonly isMember: boolean;
  readonly leaseSeconds: number;
  readonly problem: string | undefined;
  readonly unowned: number;
  readonly waitingStates: number;
  readonly writtenStates: number;
}

/** The families of a cluster, as one server sees it. */
export class ClusterMetrics {
  readonly #hosts: Gauge;
  readonly #drained: Gauge;
  readonly #differs: Gauge;
  readonly #moved: Gauge;
  readonly #member: Gauge;
  readonly #lease: Gauge;
  readonly #etcdUp: Gauge;
  readonly #unowned: Gauge;
  readonly #waiting: Gauge;
  readonly #written: Counter;
  #counted = 0;

  constructor(registry: Registry) {
    const gauge = (name: string, help: string, ...labelNames: string[]): Gauge =>
      new Gauge({ name: `lightsout_cluster_${name}`, help, labelNames, registers: [registry] });
    this.#hosts = gauge(
      "server_hosts",
      "Hosts that a server of the cluster polls. Absent for a server that is down.",
      "server",
    );
    this.#drained = gauge("server_drained", "1 if an operator has drained the server.", "server");
    this.#differs = gauge(
      "server_inventory_differs",
      "1 if the inventory of the server is not that of the server that exports this.",
      "server",
    );
    this.#moved = gauge(
      "server_moved_timestamp_seconds",
      "Time at which the hosts of the server last changed.",
      "server",
    );
    this.#member = gauge(
      "member",
      "1 if this server has a valid lease. Without one it polls nothing, unless cluster.without_etcd is keep.",
    );
    this.#lease = gauge(
      "lease_remaining_seconds",
      "Time until the lease of this server ends if etcd does not renew it.",
    );
    this.#etcdUp = gauge("etcd_up", "1 if the last request to etcd succeeded.");
    this.#unowned = gauge("unowned_hosts", "Hosts of the inventory that no server polls at present.");
    this.#waiting = gauge("states_waiting", "Hosts whose state is not written to etcd yet.");
    this.#written = new Counter({
      name: "lightsout_cluster_states_written_total",
      help: "States of hosts written to etcd.",
      registers: [registry],
    });
  }

  /** Replaces all values. */
  set({ servers, isMember, leaseSeconds, problem, unowned, waitingStates, writtenStates }: ClusterFacts): void {
    for (const family of [this.#hosts, this.#drained, this.#differs, this.#moved]) family.reset();
    for (const { name: server, hosts, isDrained, differs, movedAt } of servers) {
      this.#hosts.set({ server }, hosts);
      this.#drained.set({ server }, Number(isDrained));
      this.#differs.set({ server }, Number(differs));
      if (movedAt !== undefined) this.#moved.set({ server }, movedAt / 1000);
    }
    this.#member.set(Number(isMember));
    this.#lease.set(leaseSeconds);
    this.#etcdUp.set(Number(problem === undefined));
    this.#unowned.set(unowned);
    this.#waiting.set(waitingStates);
    this.#written.inc(writtenStates - this.#counted);
    this.#counted = writtenStates;
  }
}
