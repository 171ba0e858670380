import { existsSync, readFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import {
  compileBoard,
  type Scenario,
  type Simulation,
  sampleBoard,
  startSimulation,
} from "../../src/simulator/index.ts";
import { makeAuthority } from "../rig/certificates.ts";
import { temporaryFolder } from "../rig/child.ts";
import { type Etcd, startEtcd } from "../rig/etcd.ts";
import { withPeers } from "../rig/requirements.ts";
import { builtMain } from "./build.ts";
import { eventually, type Lightsout, startLightsout } from "./lightsout.ts";

const HOSTS = Number(process.env.CLUSTER_HOSTS ?? 60);
const LEASE_MS = 5000;
const INTERVAL_MS = 2000;
/** Offset of the session id in a packet of RMCP+, and of the byte that says it is one. */
const AUTH_TYPE_AT = 4;
const SESSION_ID_AT = 6;
const RMCP_PLUS = 0x06;

/** When the packets of each session arrived at one BMC, and the longest time without a packet. */
interface Seen {
  readonly sessions: Map<number, { first: number; last: number }>;
  last: number;
  longestGap: number;
}

withPeers(["etcd", "etcdctl"], "servers that share an inventory", () => {
  let simulation: Simulation;
  let seen: Seen[] = [];
  const closers: (() => unknown)[] = [];

  beforeAll(async () => {
    await builtMain();
    const board = compileBoard(sampleBoard());
    const watched =
      (i: number): Scenario =>
      () => ({
        name: "watched",
        swallow: (packet) => {
          if (packet[AUTH_TYPE_AT] !== RMCP_PLUS) return false;
          const id = Buffer.from(packet).readUInt32LE(SESSION_ID_AT);
          const bmc = seen[i];
          if (id === 0 || !bmc) return false;
          const now = performance.now();
          const session = bmc.sessions.get(id) ?? { first: now, last: now };
          session.last = now;
          bmc.sessions.set(id, session);
          bmc.longestGap = Math.max(bmc.longestGap, now - bmc.last);
          bmc.last = now;
          return false;
        },
      });
    simulation = await startSimulation({
      port: 0,
      bmcs: Array.from({ length: HOSTS }, (_, i) => ({ board, scenarios: [watched(i)] })),
    });
  });
  afterAll(() => simulation.stop());
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
    expectOneSessionAtATime();
  });

  const forget = (): void => {
    seen = Array.from({ length: HOSTS }, () => ({ sessions: new Map(), last: performance.now(), longestGap: 0 }));
  };

  /** Packets of two sessions of one BMC never mix: each session ends before the next begins. */
  const expectOneSessionAtATime = (): void => {
    for (const [i, { sessions }] of seen.entries()) {
      const inOrder = [...sessions.values()].sort((a, b) => a.first - b.first);
      for (const [k, session] of inOrder.entries()) {
        const next = inOrder[k + 1];
        if (next !== undefined && session.last >= next.first)
          throw new Error(`BMC ${i} had two sessions for ${(session.last - next.first).toFixed(0)} ms`);
      }
    }
  };

  /** Time since the last packet to any BMC, and the longest time that one BMC got none. */
  const quietMs = (): number => performance.now() - Math.max(...seen.map(({ last }) => last));
  const longestGap = (): number =>
    Math.max(...seen.map((bmc) => Math.max(bmc.longestGap, performance.now() - bmc.last)));

  const etcdOf = async (options: Parameters<typeof startEtcd>[0] = {}): Promise<Etcd> => {
    const etcd = await startEtcd(options);
    closers.push(() => etcd.stop());
    return etcd;
  };

  const targets = () =>
    simulation.bmcs.map(({ address, port }, i) => ({
      hosts: `n${String(i + 1).padStart(3, "0")}`,
      address: `${address}:${port}`,
    }));

  const server = async (
    name: string,
    endpoints: readonly string[],
    options: { readonly withoutEtcd?: "keep"; readonly targets?: readonly object[]; readonly etcd?: object } = {},
  ): Promise<Lightsout> => {
    const one = await startLightsout({
      config: {
        state_dir: "state",
        auths: { default: { username: "monitor", password: "sesame" } },
        modules: {
          default: {
            interval: `${INTERVAL_MS}ms`,
            timeout: `${INTERVAL_MS * 0.9}ms`,
            parts: ["power", "sel"],
            ipmi: {},
          },
        },
        targets: options.targets ?? targets(),
        events: { log: { path: "events.log" } },
        cluster: {
          name,
          url: "http://{name}.example.org",
          lease: `${LEASE_MS}ms`,
          etcd: { endpoints, ...options.etcd },
          ...(options.withoutEtcd && { without_etcd: options.withoutEtcd }),
        },
      },
    });
    closers.push(() => one.stop());
    return one;
  };

  const upHosts = async (one: Lightsout): Promise<readonly string[]> =>
    [...(await one.samples("/metrics").catch(() => new Map<string, number>()))]
      .filter(([series, value]) => series.startsWith("bmc_up{") && value === 1)
      .map(([series]) => /host="([^"]*)"/.exec(series)?.[1] ?? "");

  /** Waits until the servers poll every host, each exactly one of them; returns how long that took. */
  const untilShared = async (servers: readonly Lightsout[], withinMs: number): Promise<number> => {
    const began = performance.now();
    await eventually(
      async () => (await Promise.all(servers.map(upHosts))).flat().sort(),
      (hosts) => hosts.length === HOSTS && new Set(hosts).size === HOSTS,
      withinMs,
    );
    return performance.now() - began;
  };

  it("poll each host once, and take over the hosts of a server that is killed", async () => {
    forget();
    const { endpoints } = await etcdOf();
    const servers = await Promise.all(["a", "b", "c"].map((name) => server(name, endpoints)));
    const [a, b, c] = servers as [Lightsout, Lightsout, Lightsout];
    await untilShared(servers, 20_000);
    for (const one of servers) {
      const count = (await upHosts(one)).length;
      expect(count).toBeGreaterThan(HOSTS / 6);
      expect(count).toBeLessThan(HOSTS / 2);
    }
    a.signal("SIGKILL");
    const took = await untilShared([b, c], 30_000);
    print(`a killed server: its hosts are polled again after ${took.toFixed(0)} ms`);
    expect(took).toBeLessThan(LEASE_MS + INTERVAL_MS + 3000);
    const moved = await b.samples("/metrics/self");
    expect(moved.get("lightsout_cluster_unowned_hosts")).toBe(0);
    expect(moved.get('lightsout_cluster_server_hosts{server="a"}')).toBeUndefined();
  }, 120_000);

  it("miss no round when a server is stopped, and share the hosts again when it is back", async () => {
    forget();
    const { endpoints } = await etcdOf();
    const [a, b] = await Promise.all([server("a", endpoints), server("b", endpoints)]);
    await untilShared([a, b], 20_000);
    await sleep(INTERVAL_MS);
    forget();
    await b.stop();
    await untilShared([a], 15_000);
    await sleep(INTERVAL_MS);
    print(`a stopped server: longest time between two polls of a host ${longestGap().toFixed(0)} ms`);
    expect(longestGap()).toBeLessThan(2 * INTERVAL_MS - 200);
    forget();
    const again = await server("b", endpoints);
    await untilShared([a, again], 15_000);
    await sleep(INTERVAL_MS);
    print(`a server that is back: longest time between two polls of a host ${longestGap().toFixed(0)} ms`);
    expect(longestGap()).toBeLessThan(2 * INTERVAL_MS - 200);
  }, 120_000);

  it("give up the hosts of a server that was suspended before it sends another packet", async () => {
    forget();
    const { endpoints } = await etcdOf();
    const [a, b] = await Promise.all([server("a", endpoints), server("b", endpoints)]);
    await untilShared([a, b], 20_000);
    process.kill(a.pid, "SIGSTOP");
    await eventually(
      () => upHosts(b),
      (hosts) => hosts.length === HOSTS,
      30_000,
    );
    await sleep(LEASE_MS);
    process.kill(a.pid, "SIGCONT");
    await untilShared([a, b], 30_000);
    expect(a.logs()).toMatch(/was removed from the cluster|could not be renewed/);
  }, 120_000);

  it("give up their hosts in time when only they cannot reach etcd", async () => {
    forget();
    const { endpoints } = await etcdOf();
    const proxy = await proxyTo(endpoints[0] ?? "");
    closers.push(() => proxy.close());
    const [a, b] = await Promise.all([server("a", [proxy.url]), server("b", endpoints)]);
    await untilShared([a, b], 20_000);
    proxy.cut(true);
    await eventually(
      () => upHosts(b),
      (hosts) => hosts.length === HOSTS,
      30_000,
    );
    expect(await upHosts(a)).toEqual([]);
    expect((await a.samples("/metrics/self")).get("lightsout_cluster_member")).toBe(0);
    const probe = await a.get("/probe?target=n001");
    expect([307, 503]).toContain(probe.status);
    proxy.cut(false);
    await untilShared([a, b], 30_000);
  }, 120_000);

  it("go on without a move when the leader of etcd is killed", async () => {
    forget();
    const etcd = await etcdOf({ members: 3 });
    const [a, b] = await Promise.all([server("a", etcd.endpoints), server("b", etcd.endpoints)]);
    await untilShared([a, b], 20_000);
    const before = await upHosts(a);
    forget();
    const leader = await etcd.leader();
    await etcd.kill(leader);
    await sleep(2 * LEASE_MS);
    expect(await upHosts(a)).toEqual(before);
    expect(longestGap()).toBeLessThan(2 * INTERVAL_MS);
    await etcd.restart(leader);
  }, 120_000);

  it("stop polling while no etcd answers, and begin again", async () => {
    forget();
    const etcd = await etcdOf();
    const [a, b] = await Promise.all([server("a", etcd.endpoints), server("b", etcd.endpoints)]);
    await untilShared([a, b], 20_000);
    etcd.freeze(true);
    await eventually(quietMs, (ms) => ms > 2 * INTERVAL_MS, 3 * LEASE_MS);
    expect((await a.samples("/metrics/self")).get("lightsout_cluster_etcd_up")).toBe(0);
    etcd.freeze(false);
    await untilShared([a, b], 30_000);
  }, 120_000);

  it("go on polling without etcd if that is configured", async () => {
    forget();
    const etcd = await etcdOf();
    const keep = { withoutEtcd: "keep" } as const;
    const [a, b] = await Promise.all([server("a", etcd.endpoints, keep), server("b", etcd.endpoints, keep)]);
    await untilShared([a, b], 20_000);
    forget();
    etcd.freeze(true);
    await sleep(3 * LEASE_MS);
    expect(longestGap()).toBeLessThan(2 * INTERVAL_MS);
    etcd.freeze(false);
    await untilShared([a, b], 30_000);
  }, 120_000);

  it("report other inventories, send requests to the owner, and list all hosts", async () => {
    forget();
    const { endpoints } = await etcdOf();
    const [a, b] = await Promise.all([server("a", endpoints), server("b", endpoints)]);
    await untilShared([a, b], 20_000);
    const [foreign] = await upHosts(b);
    const answer = await fetch(`${a.url}/probe?target=${foreign}`, { redirect: "manual" });
    expect([answer.status, answer.headers.get("location")]).toEqual([
      307,
      `http://b.example.org/probe?target=${foreign}`,
    ]);
    const page = await fetch(`${a.url}/hosts/${foreign}`, { redirect: "manual" });
    expect([page.status, page.headers.get("location")]).toEqual([307, `http://b.example.org/hosts/${foreign}`]);
    const sd = JSON.parse((await a.get("/sd")).text) as { targets: string[]; labels: Record<string, string> }[];
    const address = (host: string | undefined): string | undefined =>
      sd.find(({ labels }) => labels.__param_host === host)?.targets[0];
    expect(sd).toHaveLength(HOSTS + 1);
    expect(address(foreign)).toBe("b.example.org");
    expect(address((await upHosts(a))[0])).toBe(`127.0.0.1:${a.port}`);
    expect((await a.get("/servers", { accept: "text/html" })).text).toContain("this server");
    b.write({ ...JSON.parse(readFileSync(join(b.folder, "lightsout.yml"), "utf8")), targets: targets().slice(1) });
    expect((await b.post("/-/reload")).status).toBe(200);
    await eventually(
      () => a.samples("/metrics/self"),
      (samples) => samples.get('lightsout_cluster_server_inventory_differs{server="b"}') === 1,
      10_000,
    );
    expect((await a.get("/servers", { accept: "text/html" })).text).toContain("Inventories differ");
  }, 120_000);

  it("go on when the quota of etcd is used up, and report it", async () => {
    forget();
    const etcd = await etcdOf({ args: ["--quota-backend-bytes", String(2 * 1024 * 1024)] });
    const [a, b] = await Promise.all([server("a", etcd.endpoints), server("b", etcd.endpoints)]);
    await untilShared([a, b], 20_000);
    const value = "x".repeat(100_000);
    for (let i = 0; i < 60; i++) if ((await etcd.ctl("put", `/other/${i}`, value)).code !== 0) break;
    forget();
    for (const { bmc } of simulation.bmcs)
      bmc.state.addEvent({ sensor: 1, sensorType: 0x0c, eventType: 0x6f, offset: 1 });
    await eventually(
      () => a.logs() + b.logs(),
      (text) => text.includes("etcd accepts no new values"),
      15_000,
    );
    await sleep(2 * LEASE_MS);
    expect(longestGap()).toBeLessThan(2 * INTERVAL_MS);
  }, 120_000);

  it("send each event once, whoever polls its host", async () => {
    forget();
    const { endpoints } = await etcdOf();
    const servers = await Promise.all(["a", "b", "c"].map((name) => server(name, endpoints)));
    const [a, b, c] = servers as [Lightsout, Lightsout, Lightsout];
    await untilShared(servers, 20_000);
    await sleep(INTERVAL_MS);
    let added = 0;
    const add = (): void => {
      added++;
      for (const { bmc } of simulation.bmcs)
        bmc.state.addEvent({ sensor: 1, sensorType: 0x0c, eventType: 0x6f, offset: 1, data2: added, data3: 0x5a });
    };
    const adding = setInterval(add, 700);
    closers.push(() => clearInterval(adding));
    await sleep(4000);
    const logs = [join(a.folder, "events.log"), join(b.folder, "events.log"), join(c.folder, "events.log")];
    const texts = (): string[] => logs.map((path) => (existsSync(path) ? readFileSync(path, "utf8") : ""));
    a.signal("SIGKILL");
    await untilShared([b, c], 30_000);
    await sleep(2000);
    const beforeStop = texts();
    b.signal("SIGTERM");
    await untilShared([c], 30_000);
    clearInterval(adding);
    await sleep(3 * INTERVAL_MS);
    const lines = [
      ...new Set([...beforeStop, ...texts()].flatMap((text) => text.split("\n")).filter((line) => line !== "")),
    ];
    const events = lines
      .map((line) => JSON.parse(line) as { type: string; host: string; id: string; raw?: string })
      .filter(({ type, raw }) => type === "sel" && raw?.endsWith("5a"));
    const byRecord = new Map<string, Set<string>>();
    for (const { host, raw, id } of events) {
      const record = `${host} ${raw?.slice(-4)}`;
      byRecord.set(record, (byRecord.get(record) ?? new Set()).add(id));
    }
    const repeated = events.length - byRecord.size;
    print(`${added * HOSTS} events: ${byRecord.size} received, ${repeated} repeated with the same id`);
    expect(byRecord.size).toBe(added * HOSTS);
    expect([...byRecord.values()].filter((ids) => ids.size > 1)).toEqual([]);
  }, 180_000);

  it("say what is wrong with the password and the certificate of etcd", async () => {
    forget();
    const etcd = await etcdOf();
    await etcd.ctl("user", "add", "root:secret-root");
    await etcd.ctl("user", "grant-role", "root", "root");
    await etcd.ctl("auth", "enable");
    const auth = (password: string) => ({ basic_auth: { username: "root", password } });
    const wrong = await server("wrong", etcd.endpoints, { etcd: auth("not-the-password") });
    await eventually(
      () => wrong.logs(),
      (text) => /etcd refused the request: .*check username and password/.test(text),
    );
    expect(wrong.logs()).not.toContain("not-the-password");
    const none = await server("none", etcd.endpoints);
    await eventually(
      () => none.logs(),
      (text) => text.includes("etcd refused the request"),
    );
    await wrong.stop();
    await none.stop();
    const right = await server("right", etcd.endpoints, { etcd: auth("secret-root") });
    await untilShared([right], 20_000);
  }, 120_000);

  it("use TLS and client certificates, and name the key of a wrong one", async () => {
    forget();
    const folder = temporaryFolder("etcd-tls");
    closers.push(() => folder.remove());
    const authority = await makeAuthority(folder.path, "etcd-ca");
    const other = await makeAuthority(folder.path, "other-ca");
    // etcd's gateway to its JSON API logs in to etcd itself with the certificate of the server.
    const own = await authority.issue("etcd", "IP:127.0.0.1", "serverAuth,clientAuth");
    const client = await authority.issue("client", "DNS:client", "clientAuth");
    const tls = ["--cert-file", own.cert, "--key-file", own.key];
    const etcd = await etcdOf({
      scheme: "https",
      args: [...tls, "--client-cert-auth", "--trusted-ca-file", authority.cert],
    });
    const wrong = await server("wrong", etcd.endpoints, { etcd: { ca_file: other.cert } });
    await eventually(
      () => wrong.logs(),
      (text) => /check ca_file, cert_file and key_file/.test(text),
    );
    await wrong.stop();
    const right = await server("right", etcd.endpoints, {
      etcd: { ca_file: authority.cert, cert_file: client.cert, key_file: client.key },
    });
    await untilShared([right], 20_000);
  }, 120_000);
});

const print = (line: string): void =>
  void process.stdout.write(`${line} (lease ${LEASE_MS} ms, interval ${INTERVAL_MS} ms)\n`);

/** A TCP proxy that can be cut: then connections stay open, and nothing passes. */
async function proxyTo(
  url: string,
): Promise<{ readonly url: string; cut(isCut: boolean): void; close(): Promise<void> }> {
  const { hostname, port } = new URL(url);
  let isCut = false;
  const sockets = new Set<Socket>();
  const proxy = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on("data", (data) => {
        if (!isCut) to.write(data);
      });
      from.on("error", () => {});
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    cut: (cut) => {
      isCut = cut;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => proxy.close(() => resolve()));
    },
  };
}
