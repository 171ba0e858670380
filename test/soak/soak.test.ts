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
 * Everything that can go wrong at once, for a quarter of a minute, or for SOAK_MINUTES: exporter and fleet in this
 * process, so that sockets, timers and heap of both can be counted. SEED repeats a run.
 */

const SECONDS = process.env.SOAK_MINUTES === undefined ? 15 : Number(process.env.SOAK_MINUTES) * 60;
const LONG = process.env.SOAK_MINUTES !== undefined;
// The short run repeats itself, so that a red build means a change; the long one looks for what is new.
const seed = Number(process.env.SEED ?? (LONG ? Math.floor(Math.random() * 2 ** 31) : 118062787));
const INTERVAL_S = 3;
const BACK_OFF_S = 3;
/** Of what stops an exporter asking until somebody does something. */
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
  let wretched: Simulation;
  let exporter: Exporter;
  let url: string;
  let release: () => void;
  /** What each of the wretched goes through, by name. */
  const lots = new Map<string, readonly string[]>();
  const rejections: unknown[] = [];
  const onRejection = (reason: unknown): void => void rejections.push(reason);

  beforeAll(async () => {
    process.on("unhandledRejection", onRejection);
    setFlagsFromString("--expose-gc");
    folder = mkdtempSync(join(tmpdir(), "lightsout-soak-"));
    const board = compileBoard({ ...sampleBoard(), users: [user("monitor")] });
    // Each misfortune alone, and as many BMCs with three of them.
    for (const name of Object.keys(MISFORTUNES)) lots.set(name, [name]);
    for (const name of Object.keys(MISFORTUNES)) lots.set(`${name}-and-more`, drawn(random, 3));
    const bmcs = [...lots].map(([name, lot], i) => ({
      board,
      address: `127.77.${i % 4}.${1 + Math.floor(i / 4)}`,
      identity: { name },
      scenarios: lot.flatMap((m) => MISFORTUNES[m]?.(random) ?? []),
    }));
    wretched = await startSimulation({ bmcs, port: 0, seed });
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
    await wretched?.stop();
    release?.();
    rmSync(folder, { recursive: true, force: true });
  }, 30_000);

  const user = (name: string) => ({ id: 2, name, password: Buffer.from(name), privilege: 2 });
  /** Never touched by anything; the other half of the park gets faults, and comes and goes. */
  const healthy = () => park.hosts.slice(0, 4);
  const troubled = () => park.hosts.slice(4);

  /** @param gone of the troubled, not in the inventory */
  function writeConfig(gone: readonly string[] = [], text?: string): void {
    const stays = park.hosts.filter(({ name }) => !gone.includes(name));
    const config = {
      modules: { default: { interval: `${INTERVAL_S}s`, timeout: "2500ms" }, quick: { parts: ["power"] } },
      auths: { default: { username: "monitor", password: "monitor" }, wrong: { username: "nobody", password: "x" } },
      targets: [
        ...stays.map(({ name, address, port }) => ({ hosts: name, address: `${address}:${port}` })),
        ...wretched.bmcs.map(({ bmc, address, port }) => ({ hosts: bmc.name, address: `${address}:${port}` })),
      ],
      scheduler: { max_backoff: `${BACK_OFF_S}s` },
      state_dir: "state",
    };
    writeFileSync(join(folder, "lightsout.yml"), text ?? JSON.stringify(config));
  }

  /** Without keep-alive: connections that nobody uses would be counted. */
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

  /** Somebody who does not wait for the answer. */
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

  /** Breaks and mends something every half second. */
  async function stir(until: number): Promise<void> {
    for (let n = 0; performance.now() < until; n++) {
      await sleep(500);
      const fault = FAULTS[random.integer(FAULTS.length)];
      const host = troubled()[random.integer(4)];
      if (fault && host)
        park.inject(fault.scope === "rack" ? "r2" : host.name, fault.name, {}, 500 + random.integer(5000));
      const others = [...park.hosts.map((h) => h.name), ...lots.keys()];
      const target = others[random.integer(others.length)];
      void hangUp(`/probe?target=${target}`);
      void ask(`/probe?target=${target}${n % 3 === 0 ? "&debug=true" : ""}${n % 5 === 0 ? "&module=quick" : ""}`);
      void ask("/probe?target=192.0.2.1");
      if (n % 4 === 0) {
        // Hosts leave and come back, with a bad file now and then.
        writeConfig(
          troubled()
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

  it("goes through every misfortune there is", () => {
    expect(Object.keys(MISFORTUNES).sort()).toEqual(Object.keys(scenarios).sort());
    console.log([...lots].map(([name, lot]) => `${name}: ${lot.join(", ")}`).join("\n"));
  });

  it(
    "leaves healthy BMCs alone, leaks nothing and forgets nobody",
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

      // One session each, kept; nothing of theirs was disturbed.
      for (const { name } of healthy()) {
        const { bmc } = bmcOf(park.simulation, name);
        expect(bmc.stats.sessionsOpened, name).toBeLessThanOrEqual(3);
      }

      // Nobody is forgotten: whoever was not refused is asked within the longest back-off.
      const packets = new Map(wretched.bmcs.map(({ bmc }) => [bmc.name, bmc.stats.packetsIn]));
      await sleep((BACK_OFF_S + 2 * INTERVAL_S) * 1000);
      const m = await metrics();
      const refused = (name: string): boolean =>
        [...m.keys()].some(
          (s) => s.startsWith(`bmc_failure{host="${name}"`) && FINAL.some((r) => s.includes(`"${r}"`)),
        );
      const forgotten = wretched.bmcs.filter(({ bmc }) => bmc.stats.packetsIn === packets.get(bmc.name));
      expect(forgotten.map(({ bmc }) => bmc.name).filter((name) => !refused(name))).toEqual([]);
      // What was broken and mended is well again, but for BMCs that take their time to boot after a power cut.
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
      expect(after.timers).toBeLessThanOrEqual(half.timers + lots.size);
      expect(after.heap).toBeLessThan(half.heap * 1.15 + 4 * 2 ** 20);
    },
    (SECONDS + 60) * 1000,
  );

  it("logs out everywhere at the end, and nothing goes on", async () => {
    const before = marks();
    await exporter.stop();
    const left = [...wretched.bmcs, ...park.simulation.bmcs]
      .filter(({ bmc }) => bmc.sessions.all(bmc.clock.monotonicMs()).length > 0)
      .map(({ bmc }) => bmc.name);
    console.log(
      "sessions left on",
      left.map((name) => `${name}: ${lots.get(name)?.join(", ")}`),
    );
    // A goodbye that gets lost is not heard, and a BMC that hung kept the session that was given up for lost.
    const deaf =
      /loss|hung|wedged|reboot|garbage|badIntegrity|lostSessions|oddSequences|stray|badChecksums|refused|taken/i;
    const why = (name: string): string => lots.get(name)?.join(" ") ?? "healthy";
    const faulty = new Set(troubled().map((host) => host.name));
    expect(left.filter((name) => !deaf.test(why(name)) && !faulty.has(name))).toEqual([]);
    await sleep(500);
    const after = marks();
    expect(after.sockets).toBeLessThanOrEqual(park.hosts.length + wretched.bmcs.length + strays());
    expect(after.timers).toBeLessThanOrEqual(before.timers);
    // Its late answers find nobody, and it asks nobody any more.
    const packets = wretched.stats().packetsIn + park.simulation.stats().packetsIn;
    await sleep(1.1 * INTERVAL_S * 1000);
    expect(wretched.stats().packetsIn + park.simulation.stats().packetsIn).toBe(packets);
    expect(rejections).toEqual([]);
  }, 30_000);

  /** The simulator answers from another address through a socket of its own. */
  const strays = (): number => ([...lots.values()].flat().includes("strayAddress") ? 1 : 0);
});

function bmcOf(simulation: Simulation, name: string): SimulatedBmc {
  const [found] = simulation.find(name);
  if (!found) throw new Error(`no ${name}`);
  return found;
}
