import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Park, switchPower } from "../../src/simulator/index.ts";
import { builtMain } from "./build.ts";
import { eventually, type Lightsout, startLightsout } from "./lightsout.ts";

interface Line {
  readonly host: string;
  readonly rack?: string;
  readonly type: string;
  readonly event: string;
  readonly severity: string;
  readonly kind?: string;
  readonly to?: string;
  readonly raw?: string;
  readonly time_status?: string;
  readonly historical?: boolean;
}

const HOSTS = 2;
const INTERVAL_MS = 3000;
/** For a machine that has other things to do. */
const PATIENCE_MS = 40_000;

describe("events of lightsout serve", () => {
  let folder: string;
  let park: Park;
  let exporter: Lightsout | undefined;

  const config = (events: object): object => ({
    modules: { default: { interval: `${INTERVAL_MS}ms`, timeout: `${INTERVAL_MS - 50}ms` } },
    auths: { default: { username: "monitor", password: "monitor" } },
    targets: park.hosts.map(({ name, address, port }) => ({ hosts: name, address: `${address}:${port}`, rack: "r1" })),
    state_dir: join(folder, "state"),
    events,
  });
  const file = (): string => join(folder, "events.jsonl");
  const toFile = (more: object = {}): object => ({ log: { path: file() }, ...more });
  const linesOf = (text: string): Line[] =>
    text
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as Line);
  const lines = (path = file()): Line[] => (existsSync(path) ? linesOf(readFileSync(path, "utf8")) : []);
  const samples = () => exporter?.samples("/metrics") ?? Promise.resolve(new Map<string, number>());
  /** Sum of the samples of a family. */
  const sum = (m: Map<string, number>, family: string): number =>
    [...m].reduce((total, [series, value]) => (series.startsWith(`${family}{`) ? total + value : total), 0);
  const allRead = () =>
    eventually(
      samples,
      (m) => [...m.keys()].filter((s) => s.startsWith("bmc_sel_events_total{")).length === HOSTS * 5,
      PATIENCE_MS,
    );

  const first = (): { readonly name: string } => park.hosts[0] ?? { name: "" };
  const bmc = () => {
    const found = park.simulation.bmcs.find(({ bmc: one }) => one.name === first().name);
    if (!found) throw new Error("no BMC");
    return found.bmc;
  };
  const stop = async (): Promise<void> => {
    await exporter?.stop();
    exporter = undefined;
  };

  beforeAll(async () => {
    await builtMain();
    folder = mkdtempSync(join(tmpdir(), "lightsout-events-"));
    park = await Park.open({ racks: 1, hostsPerRack: HOSTS, port: 0, seed: 7, boards: ["dell-poweredge"] });
    // What is in the log before anybody reads it.
    for (let i = 0; i < 5; i++) bmc().state.addEvent({ sensor: 1, sensorType: 0x0c, eventType: 0x6f, offset: 1 });
  }, 150_000);
  afterAll(async () => {
    await stop();
    await park?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("are written within one poll; records from before the start are only counted", async () => {
    exporter = await startLightsout({ config: config(toFile()) });
    await allRead();
    expect(sum(await samples(), "bmc_sel_records_total")).toBeGreaterThanOrEqual(5);
    expect(lines()).toEqual([]);
    park.inject(first().name, "uncorrectable_ecc", {});
    await eventually(lines, (all) => all.length > 0, PATIENCE_MS);
    const [line] = lines();
    expect(line).toMatchObject({
      host: first().name,
      rack: "r1",
      type: "sel",
      kind: "memory",
      event: "uncorrectable_ecc",
      severity: "critical",
      time_status: "wall_clock",
    });
    expect(line?.raw).toMatch(/^[0-9a-f]{32}$/);
    // A line is counted when it is on disk.
    const sent = async () =>
      (await exporter?.samples("/metrics/self"))?.get('lightsout_events_total{output="log",outcome="sent"}');
    await eventually(sent, (count) => count === lines().length, PATIENCE_MS);
  }, 100_000);

  it("that happened while the exporter was stopped are sent once; earlier ones are not sent again", async () => {
    await stop();
    const before = lines();
    const held = bmc().state.selEntries;
    bmc().state.addEvent({ sensor: 1, sensorType: 0x0c, eventType: 0x6f, offset: 1 });
    exporter = await startLightsout({ config: config(toFile()) });
    await allRead();
    const added = bmc().state.selEntries - held;
    const news = () => lines().slice(before.length);
    await eventually(news, (all) => all.length >= added, PATIENCE_MS);
    expect(lines().slice(0, before.length)).toEqual(before);
    expect(new Set(lines().map(({ host, raw }) => `${host} ${raw}`)).size).toBe(lines().length);
  }, 100_000);

  it("include a host that was switched off, which is also counted", async () => {
    const off = () => lines().filter(({ type, event }) => type === "change" && event === "power_changed");
    expect(off()).toEqual([]);
    const counter = `bmc_changes_total{host="${first().name}",rack="r1",change="power_changed"}`;
    expect((await samples()).get(counter)).toBe(0);
    switchPower(bmc().state, "power down");
    await eventually(off, (all) => all.length > 0, PATIENCE_MS);
    expect(off()).toMatchObject([{ host: first().name, type: "change", to: "off" }]);
    await eventually(samples, (m) => m.get(counter) === 1);
  }, 100_000);

  it("are sent to the new outputs after a reload", async () => {
    const second = join(folder, "second.jsonl");
    exporter?.write(config({ log: { path: second } }));
    expect((await exporter?.post("/-/reload"))?.status).toBe(200);
    const before = lines().length;
    bmc().state.addEvent({ sensor: 1, sensorType: 0x0c, eventType: 0x6f, offset: 1 });
    await eventually(
      () => lines(second),
      (all) => all.length > 0,
      PATIENCE_MS,
    );
    expect(lines()).toHaveLength(before);
    exporter?.write(config({ log: { path: 7 } }));
    expect((await exporter?.post("/-/reload"))?.status).toBe(500);
  }, 100_000);

  it("are written to standard output, and log lines are not", async () => {
    await stop();
    rmSync(join(folder, "state"), { recursive: true, force: true });
    exporter = await startLightsout({ config: config({ historical: true, log: { stdout: true } }) });
    await allRead();
    const printed = () => linesOf(exporter?.logs() ?? "");
    await eventually(printed, (all) => all.length >= 5, PATIENCE_MS);
    expect(
      printed()
        .filter(({ type }) => type === "sel")
        .every(({ historical }) => historical),
    ).toBe(true);
  }, 100_000);

  it("that no receiver accepts stop neither polling nor the shutdown", async () => {
    await stop();
    // Nothing listens at port 1; nothing can be written below a file.
    const nowhere = {
      log: { path: join(folder, "events.jsonl", "below") },
      syslog: { address: "127.0.0.1:1", transport: "tcp" },
      alertmanager: { url: "http://127.0.0.1:1" },
    };
    exporter = await startLightsout({ config: config({ historical: true, ...nowhere }) });
    await allRead();
    park.inject(first().name, "uncorrectable_ecc", {});
    const waiting = async () =>
      sum((await exporter?.samples("/metrics/self")) ?? new Map(), "lightsout_events_waiting");
    await eventually(waiting, (n) => n > 0, PATIENCE_MS);
    const polls = async () =>
      (await exporter?.samples("/metrics/self"))?.get('lightsout_polls_total{outcome="ok"}') ?? 0;
    const now = await polls();
    await eventually(polls, (n) => n >= now + 2 * HOSTS, PATIENCE_MS);
    expect(exporter.logs().match(/events cannot be sent and wait/g)?.length).toBeGreaterThanOrEqual(2);
    const ending = await exporter.stop();
    expect(ending).toMatchObject({ code: 0, signal: null });
    expect(exporter.logs()).toContain("events wait in state_dir for the next start");
    exporter = undefined;
  }, 150_000);
});
