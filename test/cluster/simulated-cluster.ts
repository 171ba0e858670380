import type { Change, Compare, KeyValue, Range } from "../../src/cluster/etcd.ts";
import { ClusterMember, type Coordinator, EtcdError } from "../../src/cluster/index.ts";
import { type Clock, silentLogger, type Timer } from "../../src/lib/index.ts";
import type { FakeClock } from "../support/fake-clock.ts";

/** A clock that runs fast or slow, and whose process can be stopped (SIGSTOP): then time passes, but nothing runs. */
export class ProcessClock implements Clock {
  readonly #base: FakeClock;
  readonly #rate: number;
  #isStopped = false;
  #isDead = false;
  readonly #due: (() => void)[] = [];

  constructor(base: FakeClock, rate: number) {
    this.#base = base;
    this.#rate = rate;
  }

  get runs(): boolean {
    return !this.#isStopped && !this.#isDead;
  }

  wallMs(): number {
    return this.#base.wallMs();
  }

  monotonicMs(): number {
    return this.#base.monotonicMs() * this.#rate;
  }

  after(delayMs: number, callback: () => void): Timer {
    let isCancelled = false;
    const timer = this.#base.after(delayMs / this.#rate, () => {
      if (!isCancelled) this.run(callback);
    });
    return {
      cancel: () => {
        isCancelled = true;
        timer.cancel();
      },
    };
  }

  /** Runs a callback of this process: at once, when it goes on, or never. */
  run(callback: () => void): void {
    if (this.#isDead) return;
    if (this.#isStopped) this.#due.push(callback);
    else callback();
  }

  stop(): void {
    this.#isStopped = true;
  }

  goOn(): void {
    this.#isStopped = false;
    for (const callback of this.#due.splice(0)) callback();
  }

  kill(): void {
    this.#isDead = true;
  }
}

/** What can happen to a request. */
export interface Network {
  /** Longest delay of a request or an answer. */
  delayMs: number;
  /** Parts of the requests whose request or answer is lost, or that take effect after the client has given up. */
  lost: number;
  /** The servers that etcd cannot be reached from. */
  readonly cut: Set<string>;
}

const TIMEOUT_MS = 2000;

interface Stored extends KeyValue {
  readonly lease: string;
}

/** The part of etcd that a cluster uses, with leases on a clock of its own. */
export class SimulatedEtcd {
  readonly #clock: FakeClock;
  readonly #rate: number;
  readonly #random: () => number;
  readonly #network: Network;
  readonly #keys = new Map<string, Stored>();
  readonly #leases = new Map<string, { expiresAt: number; seconds: number }>();
  readonly #watchers = new Set<() => void>();
  #revision = 1;
  #nextLease = 1;

  constructor(clock: FakeClock, rate: number, random: () => number, network: Network) {
    this.#clock = clock;
    this.#rate = rate;
    this.#random = random;
    this.#network = network;
  }

  /** The client of one process. */
  client(server: string, process: ProcessClock): Coordinator {
    const call = <T>(work: () => T): Promise<T> => this.#call(server, process, work);
    return {
      range: (prefix) => call(() => this.#range(prefix)),
      transact: (compare, changes) => call(() => this.#transact(compare, changes)),
      grantLease: (seconds) =>
        call(() => {
          const id = String(this.#nextLease++);
          this.#leases.set(id, { seconds, expiresAt: this.#now() + seconds * 1000 });
          return { id, seconds };
        }),
      renewLease: (id) =>
        call(() => {
          this.#expire();
          const lease = this.#leases.get(id);
          if (!lease) throw new EtcdError("lease_gone", "gone");
          lease.expiresAt = this.#now() + lease.seconds * 1000;
          return lease.seconds;
        }),
      revokeLease: (id) =>
        call(() => {
          const lease = this.#leases.get(id);
          if (lease) lease.expiresAt = Number.NEGATIVE_INFINITY;
          this.#expire();
        }),
      watch: (_prefix, signal, changed) =>
        new Promise((resolve) => {
          const watcher = (): void => {
            if (this.#network.cut.has(server) || this.#random() < this.#network.lost) return;
            this.#clock.after(this.#random() * this.#network.delayMs, () => process.run(changed));
          };
          this.#watchers.add(watcher);
          signal.addEventListener("abort", () => {
            this.#watchers.delete(watcher);
            resolve();
          });
        }),
    };
  }

  /** Sets a key as an operator would. */
  put(key: string, value: string): void {
    this.#transact([], [{ put: key, value }]);
  }

  remove(key: string): void {
    this.#transact([], [{ remove: key }]);
  }

  #call<T>(server: string, process: ProcessClock, work: () => T): Promise<T> {
    const { delayMs, lost, cut } = this.#network;
    const isCut = cut.has(server);
    const fate = this.#random() / (lost || 1e-9);
    const there = this.#random() * delayMs;
    const back = this.#random() * delayMs;
    return new Promise((resolve, reject) => {
      const giveUp = (): void => reject(new EtcdError("unreachable", "no answer"));
      process.after(TIMEOUT_MS, giveUp);
      if (isCut || fate < 1 / 3) return;
      // Also much later than the client waits.
      const late = fate < 2 / 3 ? TIMEOUT_MS * (0.5 + 4 * this.#random()) : 0;
      this.#clock.after(there + late, () => {
        let answer: () => void;
        try {
          const result = work();
          answer = () => resolve(result);
        } catch (error) {
          answer = () => reject(error);
        }
        if (fate >= 2 / 3 && fate < 1) return;
        this.#clock.after(back, () => process.run(answer));
      });
    });
  }

  #now(): number {
    return this.#clock.monotonicMs() * this.#rate;
  }

  #expire(): void {
    for (const [id, { expiresAt }] of this.#leases) {
      if (expiresAt > this.#now()) continue;
      this.#leases.delete(id);
      for (const [key, { lease }] of this.#keys) if (lease === id) this.#change(() => this.#keys.delete(key));
    }
  }

  #change(work: () => void): void {
    this.#revision++;
    work();
    for (const watcher of this.#watchers) watcher();
  }

  #range(prefix: string): Range {
    this.#expire();
    const entries = [...this.#keys.values()].filter(({ key }) => key.startsWith(prefix));
    return { revision: this.#revision, entries };
  }

  #transact(compare: readonly Compare[], changes: readonly Change[]): { done: boolean } {
    this.#expire();
    const done = compare.every((one) => {
      const stored = this.#keys.get(one.key);
      if ("absent" in one) return stored === undefined;
      return "lease" in one ? stored?.lease === one.lease : stored?.value === one.value;
    });
    if (!done) return { done };
    for (const change of changes) {
      if ("remove" in change) this.#change(() => this.#keys.delete(change.remove));
      else {
        const { put: key, value, lease = "0" } = change;
        if (lease !== "0" && !this.#leases.has(lease)) throw new EtcdError("lease_gone", "gone");
        this.#change(() => this.#keys.set(key, { key, value, lease }));
      }
    }
    return { done };
  }
}

/** One server: which hosts it polls, or still has sessions with. */
export class SimulatedServer {
  readonly name: string;
  readonly process: ProcessClock;
  readonly member: ClusterMember;
  readonly #hosts: readonly string[];
  /** Hosts that are polled. */
  #owned: ReadonlySet<string> = new Set();
  /** Hosts whose sessions are being closed, and how many closings are in progress. */
  readonly #closing = new Map<string, number>();

  constructor(options: {
    readonly name: string;
    readonly process: ProcessClock;
    readonly etcd: SimulatedEtcd;
    readonly hosts: readonly string[];
    readonly leaseMs: number;
    readonly random: () => number;
  }) {
    const { name, process, etcd, hosts, leaseMs, random } = options;
    this.name = name;
    this.process = process;
    this.#hosts = hosts;
    this.member = new ClusterMember({
      etcd: etcd.client(name, process),
      prefix: "/test/",
      name,
      leaseMs,
      keepWithoutEtcd: false,
      clock: process,
      log: silentLogger,
      facts: () => ({ version: "1", inventory: "x", inventoryHosts: hosts.length, hosts: this.#owned.size }),
      own: (mayPoll) => this.#own(mayPoll, random),
    });
  }

  /** Hosts that this server may send packets to now. */
  *active(): Generator<string> {
    if (!this.process.runs || !this.member.maySend()) return;
    yield* this.#owned;
    for (const host of this.#closing.keys()) if (!this.#owned.has(host)) yield host;
  }

  #own(mayPoll: (host: string) => boolean, random: () => number): Promise<void> {
    const before = this.#owned;
    this.#owned = new Set(this.#hosts.filter(mayPoll));
    const given = [...before].filter((host) => !this.#owned.has(host));
    for (const host of given) this.#closing.set(host, (this.#closing.get(host) ?? 0) + 1);
    return new Promise((resolve) => {
      // Some BMCs take longer than the lease.
      const longest = random() < 0.15 ? 9000 : 500;
      this.process.after(given.length === 0 ? 0 : random() * longest, () => {
        for (const host of given) {
          const rest = (this.#closing.get(host) ?? 1) - 1;
          if (rest > 0) this.#closing.set(host, rest);
          else this.#closing.delete(host);
        }
        resolve();
      });
    });
  }
}
