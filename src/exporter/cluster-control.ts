import { type ClusterState, type EtcdClient, EtcdError, stateOf, targetView } from "../cluster/index.ts";
import type { ClusterConfig, Environment } from "../config/index.ts";
import { openEtcd } from "./etcd.ts";

/** Every member of etcd that answers, in the words of etcd. */
export interface EtcdStatus {
  readonly version: string;
  readonly databaseBytes: number;
  readonly hasLeader: boolean;
}

/** A drain that was refused; the message is for the operator. */
export class DrainRefused extends Error {
  override readonly name = "DrainRefused";
}

/** What the command line reads and changes of a cluster, without a running server. */
export class ClusterControl {
  readonly #etcd: EtcdClient;
  readonly #prefix: string;

  private constructor(etcd: EtcdClient, prefix: string) {
    this.#etcd = etcd;
    this.#prefix = prefix;
  }

  /** @throws RangeError for a file that cannot be read */
  static async open(config: ClusterConfig, env: Environment): Promise<ClusterControl> {
    return new ClusterControl(await openEtcd(config, env), config.prefix);
  }

  /** @throws EtcdError */
  async state(): Promise<ClusterState> {
    const { revision, entries } = await this.#etcd.range(`${this.#prefix}members/`);
    return stateOf(revision, entries, this.#prefix);
  }

  /** @throws EtcdError */
  async etcd(): Promise<EtcdStatus> {
    return this.#etcd.status();
  }

  /**
   * Moves all hosts of a server to the others, until `undrain`. A server that is down may be drained, too.
   *
   * @throws EtcdError
   * @throws DrainRefused for an unknown name, and for the last server that polls, unless `force` is given
   */
  async drain(name: string, { force }: { readonly force: boolean }): Promise<void> {
    const state = await this.state();
    if (!state.servers.has(name) && !force)
      throw new DrainRefused(
        `no server of the cluster is named ${name}; servers: ${[...state.servers.keys()].join(", ") || "none"}`,
      );
    const others = targetView(state).filter((other) => other !== name);
    if (others.length === 0 && !force)
      throw new DrainRefused(`${name} is the only server that polls; with --force, no host is polled`);
    await this.#etcd.transact([], [{ put: this.#drainKey(name), value: "" }]);
  }

  /** Gives a drained server its hosts again. Returns false if it was not drained. @throws EtcdError */
  async undrain(name: string): Promise<boolean> {
    const { drained } = await this.state();
    await this.#etcd.transact([], [{ remove: this.#drainKey(name) }]);
    return drained.has(name);
  }

  async close(): Promise<void> {
    await this.#etcd.close();
  }

  #drainKey(name: string): string {
    return `${this.#prefix}members/drained/${name}`;
  }
}

export { EtcdError };
