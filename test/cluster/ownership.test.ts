import { describe, expect, it } from "vitest";
import { pollable, targetView } from "../../src/cluster/index.ts";
import { expandHosts } from "../../src/inventory/index.ts";
import { seeded } from "../scheduler/fleet.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { type Network, ProcessClock, SimulatedEtcd, SimulatedServer } from "./simulated-cluster.ts";

const HOSTS = expandHosts("n[01-40]");
const LEASE_MS = 10_000;
const RUNS = Number(process.env.CLUSTER_RUNS ?? 60);

/** A cluster of some servers on one clock, whose own clocks run up to 1 % fast or slow. */
class Cluster {
  readonly clock = new FakeClock();
  readonly network: Network = { delayMs: 20, lost: 0, cut: new Set() };
  readonly etcd: SimulatedEtcd;
  readonly servers: SimulatedServer[] = [];
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
    this.etcd = new SimulatedEtcd(this.clock, this.#rate(), random, this.network);
  }

  #rate(): number {
    return 0.99 + 0.02 * this.#random();
  }

  add(name: string): SimulatedServer {
    const process = new ProcessClock(this.clock, this.#rate());
    const { etcd } = this;
    const server = new SimulatedServer({ name, process, etcd, hosts: HOSTS, leaseMs: LEASE_MS, random: this.#random });
    this.servers.push(server);
    void server.member.start();
    return server;
  }

  get owners(): ReadonlyMap<string, readonly string[]> {
    const owners = new Map<string, string[]>();
    for (const server of this.servers)
      for (const host of server.active()) owners.set(host, [...(owners.get(host) ?? []), server.name]);
    return owners;
  }

  /** Lets time pass; no host may have two owners at any time. */
  async pass(ms: number): Promise<void> {
    const end = this.clock.monotonicMs() + ms;
    while (this.clock.monotonicMs() < end) {
      await this.clock.advance(Math.min(97, end - this.clock.monotonicMs()));
      const double = [...this.owners].filter(([, names]) => names.length > 1);
      if (double.length > 0)
        throw new Error(`${double.length} hosts have two owners at ${this.clock.monotonicMs()}: ${double[0]}`);
    }
  }

  /** Time until every host has an owner. */
  async settled(limitMs: number): Promise<number> {
    const began = this.clock.monotonicMs();
    while (this.owners.size < HOSTS.length) {
      if (this.clock.monotonicMs() - began > limitMs)
        throw new Error(`only ${this.owners.size} of ${HOSTS.length} hosts have an owner after ${limitMs} ms`);
      await this.pass(100);
    }
    return this.clock.monotonicMs() - began;
  }

  async end(): Promise<void> {
    for (const { process } of this.servers) process.kill();
  }
}

describe("hosts of a cluster", () => {
  it.each(Array.from({ length: RUNS }, (_, i) => i + 1))(
    "never have two owners, and have one soon after the trouble ends (seed %d)",
    async (seed) => {
      const random = seeded(seed);
      const cluster = new Cluster(random);
      const count = 2 + Math.floor(random() * 4);
      const busy = random() < 0.5;
      for (let i = 0; i < count; i++) cluster.add(`s${i}`);
      await cluster.settled(LEASE_MS);
      let started = count;
      for (let event = 0; event < 25; event++) {
        const server = cluster.servers[Math.floor(random() * cluster.servers.length)];
        if (!server) continue;
        const { name, process } = server;
        switch (Math.floor(random() * 9)) {
          case 0:
            process.kill();
            break;
          case 1:
            process.stop();
            break;
          case 2:
            process.goOn();
            break;
          case 3:
            cluster.network.cut.add(name);
            break;
          case 4:
            cluster.network.cut.delete(name);
            break;
          case 5:
            cluster.network.lost = random() * 0.6;
            cluster.network.delayMs = random() * 3000;
            break;
          case 6:
            cluster.add(random() < 0.5 ? name : `s${started++}`);
            break;
          case 7:
            cluster.etcd.put(`/test/members/drained/${name}`, "");
            break;
          case 8:
            void server.member.stop();
        }
        await cluster.pass(random() * (busy ? 1500 : 12_000));
      }
      cluster.network.lost = 0;
      cluster.network.delayMs = 20;
      cluster.network.cut.clear();
      for (const { process, name } of cluster.servers) {
        process.goOn();
        cluster.etcd.remove(`/test/members/drained/${name}`);
      }
      cluster.add("last");
      // A process that waits for its name gets it after the lease of the previous one.
      await cluster.settled(3 * LEASE_MS);
      await cluster.end();
    },
    30_000,
  );

  it("of a killed server have a new owner after its lease", async () => {
    const cluster = new Cluster(seeded(7));
    for (const name of ["a", "b", "c"]) cluster.add(name);
    await cluster.settled(LEASE_MS);
    await cluster.pass(20_000);
    cluster.servers[0]?.process.kill();
    expect(await cluster.settled(2 * LEASE_MS)).toBeLessThan(LEASE_MS + 1000);
  });

  it("of a server that stops move at once", async () => {
    const cluster = new Cluster(seeded(8));
    for (const name of ["a", "b", "c"]) cluster.add(name);
    await cluster.settled(LEASE_MS);
    await cluster.pass(5000);
    void cluster.servers[1]?.member.stop();
    expect(await cluster.settled(LEASE_MS)).toBeLessThan(1500);
    await cluster.pass(500);
    expect([...cluster.owners.values()].flat()).not.toContain("b");
  });

  it("of a drained server move, and come back", async () => {
    const cluster = new Cluster(seeded(9));
    for (const name of ["a", "b"]) cluster.add(name);
    await cluster.settled(LEASE_MS);
    cluster.etcd.put("/test/members/drained/a", "");
    await cluster.pass(3000);
    expect(new Set([...cluster.owners.values()].flat())).toEqual(new Set(["b"]));
    cluster.etcd.remove("/test/members/drained/a");
    await cluster.pass(3000);
    expect(new Set([...cluster.owners.values()].flat())).toEqual(new Set(["a", "b"]));
  });

  it("are given up before the lease ends by a server that is cut from etcd", async () => {
    const cluster = new Cluster(seeded(10));
    const alone = cluster.add("a");
    await cluster.settled(LEASE_MS);
    cluster.network.cut.add("a");
    await cluster.pass(LEASE_MS);
    expect([...alone.active()]).toEqual([]);
    cluster.network.cut.clear();
    await cluster.settled(LEASE_MS);
  });
});

describe("the rule", () => {
  const record = {
    instance: "i",
    startedAt: 0,
    version: "1",
    inventory: "x",
    inventoryHosts: 0,
    hosts: 0,
    sequence: 1,
  };

  it("leaves a host with the server that still claims it", () => {
    const servers = new Map([
      ["a", { ...record, view: ["a"] }],
      ["b", { ...record, view: ["a", "b"] }],
    ]);
    const state = { revision: 1, servers, drained: new Set<string>() };
    expect(targetView(state)).toEqual(["a", "b"]);
    expect(HOSTS.filter(pollable(state, "b", [["a", "b"]]))).toEqual([]);
    const kept = HOSTS.filter(pollable(state, "a", [["a"]]));
    expect(kept.length).toBeGreaterThan(10);
    expect(kept.length).toBeLessThan(30);
  });

  it("gives nothing to a server without a claim", () => {
    const state = { revision: 1, servers: new Map([["a", { ...record, view: [] }]]), drained: new Set<string>() };
    expect(HOSTS.filter(pollable(state, "a", []))).toEqual([]);
    expect(HOSTS.filter(pollable(state, "a", [[]]))).toEqual([]);
  });
});
