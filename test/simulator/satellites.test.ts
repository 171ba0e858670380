import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { HostSnapshot } from "../../src/model/index.ts";
import { makeBoard } from "../../src/simulator/boards/index.ts";
import { compileBoard, type Scenario, type Simulation, startSimulation } from "../../src/simulator/index.ts";
import { ipmitool, parseSdrList } from "../rig/ipmitool.ts";
import { withPeers } from "../rig/requirements.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { memoryKeeper } from "../support/memory-keeper.ts";
import { type PolledOptions, Poller, virtualBmc } from "./polled-bmc.ts";

/** The Intel-like board: the repository has copies of the ME's SDRs, and of the second backplane only where it is. */
const BACKPLANE = 0xc0;
const { description } = makeBoard("intel-s2600");
const model = compileBoard(description);
const NAMES = ["HSBP 2 Temp", "HSBP 2 Presence"];

const SEND_MESSAGE = 0x34;
const GET_DEVICE_SDR = 0x21;

/** Requests to the controller of the backplane, and whether it answers: [channel] [address] [netFn] [checksum] ... */
function watched() {
  const requests: number[] = [];
  const state = { dead: false };
  const scenario: Scenario = () => ({
    name: "watched",
    answer({ command, data }) {
      if (command !== SEND_MESSAGE || data[1] !== BACKPLANE) return undefined;
      requests.push(data[6] ?? 0);
      return state.dead ? "silence" : undefined;
    },
  });
  return { requests, state, scenario };
}

const behind = ({ sensors = [] }: HostSnapshot) => sensors.filter(({ id }) => id.startsWith("c0/"));

function bench(options: PolledOptions = {}) {
  const clock = new FakeClock();
  const { requests, state, scenario } = watched();
  const bmc = virtualBmc({ clock, model, scenarios: [scenario], ...options });
  const poller = (more: PolledOptions = {}) =>
    new Poller(bmc, clock, {
      password: "monitor",
      ...options,
      ...more,
      settings: { bridge: true, parts: ["power", "sensors"], ...options.settings },
    });
  return { clock, bmc, requests, state, poller };
}

describe("a controller that keeps its SDRs itself, behind a virtual BMC", () => {
  it("is read where bridging is allowed, and not where it is off", async () => {
    const { requests, poller } = bench();
    const snapshot = await poller().poll();
    expect(snapshot.parts.filter(({ ok }) => !ok)).toEqual([]);
    expect(behind(snapshot).map(({ name }) => name)).toEqual(NAMES);
    expect(behind(snapshot)[0]?.value).toBeGreaterThan(15);
    const { requests: none, poller: plain } = bench({ settings: { bridge: false } });
    const alone = await plain().poll();
    expect(behind(alone)).toEqual([]);
    expect(alone.sensors).toHaveLength((snapshot.sensors?.length ?? 0) - NAMES.length);
    expect([requests.length > 0, none]).toEqual([true, []]);
  });

  it("costs only its readings from the second poll on", async () => {
    const { requests, bmc, poller } = bench();
    const one = poller();
    const { sensors = [] } = await one.poll();
    requests.length = 0;
    const before = bmc.stats.requests;
    await one.poll();
    expect(requests).toEqual([0x2d, 0x2d]);
    // Chassis status and the repository's info.
    expect(bmc.stats.requests - before).toBe(sensors.length + 2);
  });

  it("that is silent costs the host only its sensors and one wait", async () => {
    // No meter and no Node Manager: the sum of what the supplies take in is the power.
    const satellites = description.satellites?.map((satellite) => ({ ...satellite, nodeManager: false }));
    const noMeter = compileBoard({ ...description, dcmi: undefined, satellites });
    const { requests, state, poller } = bench({ model: noMeter });
    state.dead = true;
    const one = poller();
    const first = await one.poll();
    expect(first.up).toBe(true);
    expect(behind(first)).toEqual([]);
    expect(first.parts.find(({ part }) => part === "sensors")?.failure).toMatchObject({
      reason: "timeout",
      message: expect.stringContaining("Get Device ID via C0h"),
    });
    expect(first.sensors?.filter(({ noReading }) => noReading === undefined).length).toBeGreaterThan(60);
    expect(first.consumption?.source).toBe("psu_sum");
    requests.length = 0;
    const second = await one.poll();
    expect(requests).toEqual([]);
    expect(second.durationMs).toBeLessThan(first.durationMs);
    expect(second.parts.map(({ part, ok }) => [part, ok])).toEqual([
      ["power", true],
      ["sensors", false],
    ]);
  });

  it("is read as soon as it answers again, and has no readings when it falls silent later", async () => {
    const { clock, state, poller } = bench();
    const one = poller();
    state.dead = true;
    await one.poll();
    state.dead = false;
    await clock.advance(3600_000);
    expect(behind(await one.poll()).map(({ noReading }) => noReading)).toEqual([undefined, undefined]);
    state.dead = true;
    await clock.advance(60_000);
    const later = await one.poll();
    expect(behind(later).map(({ name, noReading }) => [name, noReading])).toEqual(
      NAMES.map((name) => [name, "unavailable"]),
    );
    expect(later.parts.every(({ ok }) => ok)).toBe(true);
  });

  it("is not read again after a restart with saved state", async () => {
    const keeper = memoryKeeper();
    const { requests, poller } = bench();
    const before = poller({ keeper });
    const snapshot = behind(await before.poll());
    await before.close();
    expect(requests).toContain(GET_DEVICE_SDR);
    requests.length = 0;
    const after = poller({ keeper });
    expect(behind(await after.poll())).toEqual(snapshot);
    expect(requests).not.toContain(GET_DEVICE_SDR);
    await after.close();
  });
});

withPeers(["ipmitool"], "ipmitool on a controller behind a virtual BMC", () => {
  let simulation: Simulation;

  beforeAll(async () => {
    simulation = await startSimulation({ port: 0, bmcs: [{ board: model }] });
  });
  afterAll(() => simulation.stop());

  it("reads its identity, its SDRs and its sensors", async () => {
    const [at] = simulation.bmcs;
    if (!at) throw new Error("no BMC");
    const login = { address: at.address, port: at.port, user: "monitor", password: "monitor", privilege: "user" };
    const tool = ipmitool({ ...login, privilege: "user", cipherSuite: 17 });
    const through = (...args: readonly string[]) => tool.raw("-t", "0xc0", "-b", "0", ...args);
    expect((await through("mc", "info")).stdout).toMatch(/Device ID +: 34$/m);
    const { stdout } = await through("-v", "sdr", "list", "all");
    const index = model.sensorIndex(BACKPLANE, 0, 1);
    const raw = at.bmc.state.sensor(index).raw;
    expect(parseSdrList(stdout)).toMatchObject([
      { name: NAMES[0], value: model.sensors[index]?.toValue(raw), thresholds: { lc: 0, lnc: 5, unc: 60, uc: 65 } },
      { name: NAMES[1], class: "discrete" },
    ]);
    expect((await through("sensor")).stdout).toMatch(/^HSBP 2 Temp +\| \d+\.\d+ +\| degrees C/m);
  });
});
