import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { get, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Exporter } from "../../src/exporter/index.ts";
import { silentLogger } from "../../src/lib/index.ts";
import {
  compileBoard,
  FAULTS,
  Park,
  Random,
  type SimulatedBmc,
  type Simulation,
  sampleBoard,
  startSimulation,
} from "../../src/simulator/index.ts";
import * as scenarios from "../../src/simulator/scenarios/index.ts";
import { samplesOf } from "../e2e/lightsout.ts";
import { reservePort } from "../rig/ports.ts";
import { drawn, MISFORTUNES } from "./misfortunes.ts";

/*
 * Runs all misfortunes at once, for 15 s or for SOAK_MINUTES. Exporter and fleet run in this process, so that their
 * sockets, timers and heap can be counted. SEED repeats a run.
 */

const SECONDS = process.env.SOAK_MINUTES === undefined ? 15 : Number(process.env.SOAK_MINUTES) * 60;
const LONG = process.env.SOAK_MINUTES !== undefined;
// The seed of the short run is fixed, so that a failure is caused by a change; the long run looks for new failures.
const seed = Number(process.env.SEED ?? (LONG ? Math.floor(Math.random() * 2 ** 31) : 118062787));
const INTERVAL_S = 3;
const BACK_OFF_S = 3;
/** Reasons for which the exporter stops polling a host until the configuration changes. */
const FINAL = ["unknown_user", "wrong_password", "privilege_refused", "no_cipher_suite"];

interface Marks {
  readonly heap: number;
  readonly files: number;
  readonly sockets: number;
  readonly timers: number;
}

describe(`a soak of ${SECONDS} s (SEED=${seed})`, () => {
  const random = new Random(seed);
  let folder: string;
  let park: Park;
  let unreliable: Simulation;
  let exporter: Exporter;
  let url: string;
  let release: () => void;
  /** The misfortunes of each unreliable BMC, by the name of the BMC. */
  const misfortunesOf = new Map<string, readonly string[]>();
  const rejections: unknown[] = [];
  const onRejection = (reason: unknown): void => void rejections.push(reason);

  beforeAll(async () => {
    process.on("unhandledRejection", onRejection);
    setFlagsFromString("--expose-gc");
    folder = mkdtempSync(join(tmpdir(), "lightsout-soak-"));
    const board = compileBoard({ ...sampleBoard(), users: [user("monitor")] });
    // One BMC for each misfortune alone, and as many BMCs with three misfortunes each.
    for (const name of Object.keys(MISFORTUNES)) misfortunesOf.set(name, [name]);
    for (const name of Object.keys(MISFORTUNES)) misfortunesOf.set(`${name}-and-more`, drawn(random, 3));
    const bmcs = [...misfortunesOf].map(([name, names], i) => ({
      board,
      address: `127.77.${i % 4}.${1 + Math.floor(i / 4)}`,
      identity: { name },
      scenarios: names.flatMap((m) => MISFORTUNES[m]?.(random) ?? []),
    }));
    unreliable = await startSimulation({ bmcs, port: 0, seed });
    park = await Park.open({ racks: 2, hostsPerRack: 4, boards: ["asrock-single", "supermicro-x9"], port: 0, seed });
    writeConfig();
    const port = await reservePort();
    release = port.release;
    url = `http://127.0.0.1:${port.port}`;
    exporter = await Exporter.start({
      configFile: join(folder, "lightsout.yml"),
      listen: [`127.0.0.1:${port.port}`],
      version: "0",
      log: silentLogger,
    });
  }, 60_000);

  afterAll(async () => {
    process.off("unhandledRejection", onRejection);
    await exporter?.stop();
    await park?.close();
    await unreliable?.stop();
    release?.();
    rmSync(folder, { recursive: true, force: true });
  }, 30_000);

  const user = (name: string) => ({ id: 2, name, password: Buffer.from(name), privilege: 2 });
  /** Half of the park: not disturbed. The other half gets faults, and is removed from and added to the inventory. */
  const healthy = () => park.hosts.slice(0, 4);
  const faultyHosts = () => park.hosts.slice(4);

  /** @param gone names of hosts that are removed from the inventory */
  function writeConfig(gone: readonly string[] = [], text?: string): void {
    const stays = park.hosts.filter(({ name }) => !gone.includes(name));
    const config = {
      modules: { default: { interval: `${INTERVAL_S}s`, timeout: "2500ms" }, quick: { parts: ["power"] } },
      auths: { default: { username: "monitor", password: "monitor" }, wrong: { username: "nobody", password: "x" } },
      targets: [
        ...stays.map(({ name, address, port }) => ({ hosts: name, address: `${address}:${port}` })),
        ...unreliable.bmcs.map(({ bmc, address, port }) => ({ hosts: bmc.name, address: `${address}:${port}` })),
      ],
      scheduler: { max_backoff: `${BACK_OFF_S}s` },
      state_dir: "state",
    };
    writeFileSync(join(folder, "lightsout.yml"), text ?? JSON.stringify(config));
  }

  /** Without keep-alive, because idle connections would be counted. */
  function ask(path: string): Promise<string> {
    return new Promise((done, failed) => {
      get(`${url}${path}`, { agent: false }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
        response.once("end", () => done(text)).once("error", failed);
      }).once("error", failed);
    });
  }

  /** A client that disconnects before the answer. */
  async function hangUp(path: string): Promise<void> {
    const asked = request(`${url}${path}`, { agent: false });
    asked.on("error", () => {});
    asked.end();
    await sleep(30);
    asked.destroy();
  }

  const metrics = async (): Promise<Map<string, number>> => samplesOf(await ask("/metrics"));

  function marks(): Marks {
    const gc = runInNewContext("gc") as () => void;
    gc();
    gc();
    const resources = process.getActiveResourcesInfo();
    return {
      heap: process.memoryUsage().heapUsed,
      files: readdirSync("/proc/self/fd").length,
      sockets: resources.filter((r) => r === "UDPWrap").length,
      timers: resources.filter((r) => r === "Timeout").length,
    };
  }

  /** Injects a fault every half second, requests probes and reloads the configuration. */
  async function stir(until: number): Promise<void> {
    for (let n = 0; performance.now() < until; n++) {
      await sleep(500);
      const fault = FAULTS[random.integer(FAULTS.length)];
      const host = faultyHosts()[random.integer(4)];
      if (fault && host)
        park.inject(fault.scope === "rack" ? "r2" : host.name, fault.name, {}, 500 + random.integer(5000));
      const others = [...park.hosts.map((h) => h.name), ...misfortunesOf.keys()];
      const target = others[random.integer(others.length)];
      void hangUp(`/probe?target=${target}`);
      void ask(`/probe?target=${target}${n % 3 === 0 ? "&debug=true" : ""}${n % 5 === 0 ? "&module=quick" : ""}`);
      void ask("/probe?target=192.0.2.1");
      if (n % 4 === 0) {
        // Removes and adds hosts, sometimes with an invalid file.
        writeConfig(
          faultyHosts()
            .map((h) => h.name)
            .filter(() => random.chance(0.5)),
          n % 12 === 8 ? "targets: [" : undefined,
        );
        await exporter.reload();
      }
    }
    writeConfig();
    await exporter.reload();
  }

  async function quiet(): Promise<void> {
    for (const { id } of park.faults) park.end(id);
    await sleep(2000);
  }

  it("covers every scenario of the simulator", () => {
    const functions = Object.entries(scenarios).flatMap(([name, value]) => (typeof value === "function" ? name : []));
    expect(Object.keys(MISFORTUNES).sort()).toEqual(functions.sort());
    console.log([...misfortunesOf].map(([name, names]) => `${name}: ${names.join(", ")}`).join("\n"));
  });

  it(
    "keeps polling every host, without a leak and without disturbing healthy BMCs",
    async () => {
      const begin = performance.now();
      const end = begin + SECONDS * 1000;
      const stirring = stir(end);
      const stale: string[] = [];
      let half: Marks | undefined;
      while (performance.now() < end) {
        await sleep(1000);
        const m = await metrics();
        const now = Date.now() / 1000;
        const warm = performance.now() - begin > 3 * INTERVAL_S * 1000;
        if (warm) {
          half ??= marks();
          for (const { name } of healthy()) {
            const age = now - (m.get(`bmc_last_success_timestamp_seconds{host="${name}"}`) ?? 0);
            if (age > 2 * INTERVAL_S) stale.push(`${name}: ${age.toFixed(1)} s`);
          }
        }
      }
      await stirring;
      await quiet();
      const after = marks();
      console.log("half way", half, "after", after);

      expect(stale).toEqual([]);
      expect(rejections).toEqual([]);

      // Healthy BMCs keep their session.
      for (const { name } of healthy()) {
        const { bmc } = bmcOf(park.simulation, name);
        expect(bmc.stats.sessionsOpened, name).toBeLessThanOrEqual(3);
      }

      // Every host whose login was not refused is polled within the longest back-off.
      const packets = new Map(unreliable.bmcs.map(({ bmc }) => [bmc.name, bmc.stats.packetsIn]));
      await sleep((BACK_OFF_S + 2 * INTERVAL_S) * 1000);
      const m = await metrics();
      const refused = (name: string): boolean =>
        [...m.keys()].some(
          (s) => s.startsWith(`bmc_failure{host="${name}"`) && FINAL.some((r) => s.includes(`"${r}"`)),
        );
      const forgotten = unreliable.bmcs.filter(({ bmc }) => bmc.stats.packetsIn === packets.get(bmc.name));
      expect(forgotten.map(({ bmc }) => bmc.name).filter((name) => !refused(name))).toEqual([]);
      // Hosts recover after their faults end, except for BMCs that still boot after a power cut.
      const awake = park.hosts.filter(({ physics }) => physics?.presence.answers);
      const ill = [...m.keys()].filter((series) =>
        awake.some(({ name }) => series.startsWith(`bmc_failure{host="${name}"`)),
      );
      expect(ill).toEqual([]);

      const self = samplesOf(await ask("/metrics/self"));
      console.log(
        `late ${self.get("lightsout_polls_late_total")}, skipped ${self.get("lightsout_polls_skipped_total")}, ` +
          `sessions open ${self.get("lightsout_sessions_open")}`,
      );

      expect(half).toBeDefined();
      if (!half) return;
      expect(after.sockets).toBeLessThanOrEqual(half.sockets + 2);
      expect(after.files).toBeLessThanOrEqual(half.files + 4);
      expect(after.timers).toBeLessThanOrEqual(half.timers + misfortunesOf.size);
      expect(after.heap).toBeLessThan(half.heap * 1.15 + 4 * 2 ** 20);
    },
    (SECONDS + 60) * 1000,
  );

  it("closes its sessions on stop and sends nothing afterwards", async () => {
    const before = marks();
    await exporter.stop();
    const left = [...unreliable.bmcs, ...park.simulation.bmcs]
      .filter(({ bmc }) => bmc.sessions.all(bmc.clock.monotonicMs()).length > 0)
      .map(({ bmc }) => bmc.name);
    console.log(
      "sessions left on",
      left.map((name) => `${name}: ${misfortunesOf.get(name)?.join(", ")}`),
    );
    // A BMC keeps its session if the Close Session was lost, or if it hung when the exporter gave the session up.
    const mayKeepSession =
      /loss|hung|wedged|reboot|garbage|badIntegrity|lostSessions|oddSequences|stray|badChecksums|refused|taken/i;
    const why = (name: string): string => misfortunesOf.get(name)?.join(" ") ?? "healthy";
    const faulty = new Set(faultyHosts().map((host) => host.name));
    expect(left.filter((name) => !mayKeepSession.test(why(name)) && !faulty.has(name))).toEqual([]);
    await sleep(500);
    const after = marks();
    expect(after.sockets).toBeLessThanOrEqual(park.hosts.length + unreliable.bmcs.length + strays());
    expect(after.timers).toBeLessThanOrEqual(before.timers);
    // No packets are sent to any BMC any more.
    const packets = unreliable.stats().packetsIn + park.simulation.stats().packetsIn;
    await sleep(1.1 * INTERVAL_S * 1000);
    expect(unreliable.stats().packetsIn + park.simulation.stats().packetsIn).toBe(packets);
    expect(rejections).toEqual([]);
  }, 30_000);

  /** For answers from another address the simulator has one more socket. */
  const strays = (): number => ([...misfortunesOf.values()].flat().includes("strayAddress") ? 1 : 0);
});

function bmcOf(simulation: Simulation, name: string): SimulatedBmc {
  const [found] = simulation.find(name);
  if (!found) throw new Error(`no ${name}`);
  return found;
}
