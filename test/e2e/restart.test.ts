import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Park, Random } from "../../src/simulator/index.ts";
import { run } from "../rig/run.ts";
import { eventually, type Lightsout, startLightsout } from "./lightsout.ts";

const INTERVAL_MS = 2000;
/** Memory errors, as boards log them. */
const ECC = { sensorType: 0x0c, eventType: 0x6f, offset: 0 } as const;
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

let park: Park;
let folder: string;
let exporter: Lightsout | undefined;

/** Starts the exporter on the park and a state directory. */
async function start(stateDir: string, intervalMs = INTERVAL_MS): Promise<Lightsout> {
  exporter = await startLightsout({
    config: {
      modules: { default: { interval: `${intervalMs}ms`, timeout: `${intervalMs - 50}ms` } },
      auths: { default: { username: "monitor", password: "monitor" } },
      targets: park.hosts.map(({ name, address, port }) => ({ hosts: name, address: `${address}:${port}` })),
      state_dir: stateDir,
    },
  });
  return exporter;
}

async function stop(): Promise<void> {
  await exporter?.stop();
  exporter = undefined;
}

let kills = 0;

/**
 * A killed exporter cannot log out: its sessions stay until the BMC is tired of them, after a minute. Boards
 * with two sessions bear one such leftover; every other time the minute is made to pass.
 */
async function kill(): Promise<void> {
  exporter?.signal("SIGKILL");
  await stop();
  if (++kills % 2 === 0) for (const { bmc } of park.simulation.bmcs) bmc.sessions.clear();
}

const metrics = (): Promise<Map<string, number>> => exporter?.samples("/metrics") ?? Promise.resolve(new Map());
const self = (): Promise<Map<string, number>> => exporter?.samples("/metrics/self") ?? Promise.resolve(new Map());
const hostsUp = (m: Map<string, number>): number =>
  [...m].filter(([series, value]) => series.startsWith("bmc_up{") && value === 1).length;

/** Hosts of which a part was read: on a busy machine the first poll may have no time for all. */
const partsRead = (m: Map<string, number>, part: string): number =>
  [...m].filter(
    ([series, value]) => series.startsWith("bmc_part_up{") && series.includes(`part="${part}"`) && value === 1,
  ).length;
const logsRead = (m: Map<string, number>): number => partsRead(m, "sel");

/** Waits until the records of all repositories were read, or compared with those of another BMC. */
async function repositoriesCompared(intervalMs: number): Promise<void> {
  const reads = async (): Promise<number> => (await self()).get('lightsout_commands_total{command="Get SDR"}') ?? 0;
  for (let before = await reads(), tries = 0; tries < 30; tries++) {
    await sleep(3 * intervalMs);
    const now = await reads();
    if (now === before) return;
    before = now;
  }
  throw new Error("sensor records are still being read");
}

/** What of the parts did not go well, for the message of a test that fails. */
const troubles = (m: Map<string, number>): string =>
  [...m]
    .filter(([series, value]) => /^bmc_part_up/.test(series) && value === 0)
    .map(([series]) => series)
    .join("\n");

/** Sum of the samples of a family, by host. */
function byHost(m: Map<string, number>, family: string): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [series, value] of m) {
    const host = series.startsWith(`${family}{`) ? /host="([^"]*)"/.exec(series)?.[1] : undefined;
    if (host !== undefined) sums.set(host, (sums.get(host) ?? 0) + value);
  }
  return sums;
}

describe(`a poller that is killed repeatedly (SEED=${seed})`, () => {
  const HOSTS = 40;
  const random = new Random(seed);
  /** Records that the BMCs logged before their log was cleared. */
  const cleared = new Map<string, number>();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "lightsout-restart-"));
    park = await Park.open({ racks: 4, hostsPerRack: HOSTS / 4, port: 0, seed });
    for (const { name } of park.hosts) park.inject(name, "ecc_storm", { per_minute: 240, limit: 100_000 });
  }, 60_000);
  afterAll(async () => {
    await stop();
    await park?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const entries = (): Map<string, number> =>
    new Map(
      park.simulation.bmcs.map(({ bmc }) => [bmc.name, (cleared.get(bmc.name) ?? 0) + bmc.state.selEntries] as const),
    );

  it("reads no sensor repository again and polls every host within one interval", async () => {
    const state = join(folder, "state");
    await start(state);
    // A repository that was not read or compared to its end is begun again, and is no matter of this test.
    await eventually(metrics, (m) => hostsUp(m) === HOSTS && partsRead(m, "sensors") === HOSTS, 30_000);
    await repositoriesCompared(INTERVAL_MS);
    expect((await self()).get('lightsout_commands_total{command="Get SDR"}')).toBeGreaterThan(0);
    for (let round = 0; round < 2; round++) {
      await sleep(random.next() * INTERVAL_MS);
      await kill();
      await start(state);
      // One interval and the polls; twice that on a machine that has other things to do.
      await eventually(metrics, (m) => hostsUp(m) === HOSTS, 3 * INTERVAL_MS);
      expect((await self()).get('lightsout_commands_total{command="Get SDR"}') ?? 0).toBe(0);
    }
  }, 240_000);

  it("counts every event log record once, including those written while it was down", async () => {
    const state = join(folder, "state");
    await kill();
    // Logged while nobody looks.
    for (const { bmc } of park.simulation.bmcs.slice(0, 10))
      for (let n = 0; n < 7; n++) bmc.state.addEvent({ sensor: 1, ...ECC });
    await start(state);
    await eventually(metrics, (m) => logsRead(m) === HOSTS, 30_000);
    for (const { id } of park.faults) park.end(id);
    const wanted = entries();
    const counted = await eventually(
      metrics,
      (m) => {
        const now = byHost(m, "bmc_sel_records_total");
        return [...wanted].every(([host, n]) => (now.get(host) ?? 0) >= n);
      },
      4 * INTERVAL_MS,
    );
    expect(byHost(counted, "bmc_sel_records_total")).toEqual(wanted);
    // Nothing is logged any more: another restart counts nothing.
    await kill();
    await start(state);
    const again = await eventually(metrics, (m) => logsRead(m) === HOSTS, 30_000);
    expect(byHost(again, "bmc_sel_records_total")).toEqual(wanted);
    expect(byHost(again, "bmc_sel_events_total")).toEqual(byHost(counted, "bmc_sel_events_total"));
    expect(byHost(again, "bmc_dimm_errors_total")).toEqual(byHost(counted, "bmc_dimm_errors_total"));
  }, 60_000);

  it("continues counting when an event log was cleared while it was down", async () => {
    const before = byHost(await metrics(), "bmc_sel_records_total");
    await kill();
    for (const { bmc } of park.simulation.bmcs.slice(0, 5)) {
      cleared.set(bmc.name, (cleared.get(bmc.name) ?? 0) + bmc.state.selEntries);
      bmc.state.clearSel();
      bmc.state.addEvent({ sensor: 1, ...ECC });
    }
    await start(join(folder, "state"));
    const after = await eventually(metrics, (m) => logsRead(m) === HOSTS, 30_000);
    expect(byHost(after, "bmc_sel_records_total"), `${troubles(after)}\n${exporter?.logs()}`).toEqual(entries());
    const [first] = park.hosts;
    expect(byHost(after, "bmc_sel_records_total").get(first?.name ?? "")).toBe(
      (before.get(first?.name ?? "") ?? 0) + 2,
    );
  }, 60_000);

  it("leaves no partially written files", () => {
    const files = readdirSync(join(folder, "state"), { recursive: true }).map(String);
    // One that was cut off by a kill may lie there; it is not read.
    expect(files.filter((f) => f.startsWith("hosts") && f.endsWith(".json"))).toHaveLength(HOSTS);
  });
});

describe("an unusable state directory", () => {
  const HOSTS = 4;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "lightsout-state-"));
    park = await Park.open({ racks: 1, hostsPerRack: HOSTS, port: 0, seed });
  });
  afterEach(stop);
  afterAll(async () => {
    await park?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const allUp = (): Promise<Map<string, number>> => eventually(metrics, (m) => hostsUp(m) === HOSTS, 20_000);

  const ignored = (): readonly string[] =>
    (exporter?.logs() ?? "").split("\n").filter((line) => line.includes("level=warn") && line.includes("file ignored"));

  it("with damaged and foreign files causes a warning for each, and the data is read again", async () => {
    const state = join(folder, "damaged");
    await start(state, 1000);
    await allUp();
    await stop();
    const names = readdirSync(join(state, "hosts"));
    const damage = ['{"format":1,"key":', '{"format":99,"owner":"somebody else"}', "\xff\x00", "[]"];
    for (const [i, name] of names.entries()) writeFileSync(join(state, "hosts", name), damage[i] ?? "");
    await start(state, 1000);
    await allUp();
    expect(ignored()).toHaveLength(HOSTS);
    for (const name of names) expect(ignored().join("\n")).toContain(name);
    await repositoriesCompared(1000);
    await stop();
    // It was all written anew. Now the records of the boards.
    for (const name of readdirSync(join(state, "sdr"))) writeFileSync(join(state, "sdr", name), "no records");
    await start(state, 1000);
    await allUp();
    expect(ignored().length).toBeGreaterThanOrEqual(1);
    expect((await self()).get('lightsout_commands_total{command="Get SDR"}')).toBeGreaterThan(0);
    await repositoriesCompared(1000);
    await stop();
    await start(state, 1000);
    await allUp();
    expect(ignored()).toEqual([]);
    expect((await self()).get('lightsout_commands_total{command="Get SDR"}') ?? 0).toBe(0);
  }, 180_000);

  it("that is a file, or is not writable, causes a warning only", async () => {
    const file = join(folder, "a-file");
    writeFileSync(file, "");
    await start(file, 1000);
    await allUp();
    expect(exporter?.logs()).toMatch(/level=warn .*state_dir: cannot/);
    await stop();
    const readOnly = join(folder, "read-only");
    mkdirSync(readOnly);
    chmodSync(readOnly, 0o500);
    await start(readOnly, 1000);
    await allUp();
    // Root writes where it likes.
    if (process.getuid?.() !== 0) expect(exporter?.logs()).toMatch(/level=warn .*state_dir: cannot/);
  }, 60_000);

  it("on a full disk is reported once, and polling continues", async (context) => {
    const disk = join(folder, "disk");
    mkdirSync(disk);
    const mounted = await run("mount", ["-t", "tmpfs", "-o", "size=16k,nr_inodes=64", "tmpfs", disk]).catch(
      () => undefined,
    );
    if (mounted?.code !== 0) context.skip("mounting a small disk is for root");
    try {
      await start(join(disk, "state"), 1000);
      await allUp();
      const polls = (await self()).get('lightsout_polls_total{outcome="ok"}') ?? 0;
      await eventually(self, (m) => (m.get('lightsout_polls_total{outcome="ok"}') ?? 0) >= polls + 2 * HOSTS, 10_000);
      const warnings = (exporter?.logs() ?? "").split("\n").filter((line) => line.includes("cannot write"));
      expect(warnings.length).toBeGreaterThanOrEqual(1);
      expect(warnings.length).toBeLessThanOrEqual(4);
      expect(warnings[0]).toContain("ENOSPC");
      const files = (): readonly string[] => readdirSync(disk, { recursive: true }).map(String);
      // A file that is being written may be there, but none stays: each attempt has a name of its own.
      const before = files().filter((name) => name.endsWith(".tmp"));
      await sleep(1000);
      const left = files();
      expect(left.filter((name) => before.includes(name))).toEqual([]);
      // No half file under a good name.
      for (const name of left.filter((n) => n.endsWith(".json")))
        expect(statSync(join(disk, name)).size).toBeGreaterThan(0);
      await kill();
      await start(join(disk, "state"), 1000);
      await allUp();
    } finally {
      await stop();
      await run("umount", ["-l", disk]);
    }
  }, 60_000);
});
