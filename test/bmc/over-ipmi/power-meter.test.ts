import { describe, expect, it } from "vitest";
import { PowerMeter } from "../../../src/bmc/over-ipmi/power-meter.ts";
import {
  BmcMemory,
  getNodeManagerStatistics,
  getPowerLimit,
  getPowerReading,
  SilenceError,
} from "../../../src/ipmi/index.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { FakeRunner, silence } from "../fake-runner.ts";

const { signal } = new AbortController();
const DCMI = "dc56016e0006022d011cdf026bc027090040";
const ZEROS = `dc${"00".repeat(16)}40`;
/** 331 W, 3 to 512, 297 on average over an hour. */
const NODE_MANAGER = "570100 4b01 0300 0002 2901 1cdf026b 100e0000 70".replaceAll(" ", "");

function meter(bridge: boolean) {
  const clock = new FakeClock();
  return { clock, meter: new PowerMeter(new BmcMemory(), { clock, bridge }) };
}

describe("the power meter", () => {
  it("is DCMI if the BMC supports it, and its limit is read once", async () => {
    const { meter: m } = meter(true);
    const runner = new FakeRunner().onBytes(getPowerReading, DCMI);
    expect(await m.read(runner, false, signal)).toMatchObject({ source: "dcmi", currentWatts: 342 });
    await m.read(runner, false, signal);
    expect(runner.take()).toEqual(["Get Power Reading", "Get Power Limit", "Get Power Reading"]);
  });

  it("is the Intel ME if there is no DCMI and bridging is allowed", async () => {
    const { meter: m } = meter(true);
    const runner = new FakeRunner().onBytes(getNodeManagerStatistics, NODE_MANAGER);
    expect(await m.read(runner, false, signal)).toEqual({
      source: "node_manager",
      currentWatts: 331,
      minimumWatts: 3,
      maximumWatts: 512,
      averageWatts: 297,
      periodSeconds: 3600,
    });
    expect(runner.asked[1]?.options?.bridge).toEqual({ address: 0x2c, channel: 6, lun: 0 });
    runner.take();
    await m.read(runner, false, signal);
    expect(runner.take()).toEqual(["Get Node Manager Statistics"]);
  });

  it("is not searched for behind the bridge if bridging is not allowed", async () => {
    const runner = new FakeRunner().onBytes(getNodeManagerStatistics, NODE_MANAGER);
    expect(await meter(false).meter.read(runner, false, signal)).toBeUndefined();
    expect(runner.take()).toEqual(["Get Power Reading"]);
  });

  it.each([
    ["is refused", (r: FakeRunner) => r.refuses(getNodeManagerStatistics, 0xd3)],
    ["is silent", (r: FakeRunner) => r.on(getNodeManagerStatistics, silent)],
    [
      "belongs to another maker",
      (r: FakeRunner) => r.onBytes(getNodeManagerStatistics, `a20200${NODE_MANAGER.slice(6)}`),
    ],
  ])("is absent if the ME %s, and searched for again after an hour", async (_, of) => {
    const { clock, meter: m } = meter(true);
    const runner = of(new FakeRunner());
    for (let poll = 0; poll < 3; poll++) expect(await m.read(runner, false, signal)).toBeUndefined();
    expect(runner.take()).toHaveLength(2);
    await clock.advance(3600_000);
    await m.read(runner, false, signal);
    expect(runner.take()).toHaveLength(2);
  });

  it("has no watts if all values are 0 while the host is on, and is searched for again while it is off", async () => {
    const { meter: m } = meter(false);
    const runner = new FakeRunner().onBytes(getPowerReading, ZEROS);
    expect(await m.read(runner, true, signal)).toMatchObject({ currentWatts: 0 });
    const on = meter(false).meter;
    expect(await on.read(runner, false, signal)).toEqual({ source: "dcmi" });
    expect(await on.read(runner, false, signal)).toEqual({ source: "dcmi" });
    const off = meter(false).meter;
    const refusing = new FakeRunner();
    await off.read(refusing, true, signal);
    await off.read(refusing, true, signal);
    expect(refusing.take()).toEqual(["Get Power Reading", "Get Power Reading"]);
  });

  it("has no watts if a field reports no reading", async () => {
    const field = async (dcmi: string) =>
      meter(false).meter.read(new FakeRunner().onBytes(getPowerReading, dcmi), false, signal);
    const valid = { currentWatts: 342, minimumWatts: 110, maximumWatts: 518, averageWatts: 301 };
    expect(await field(DCMI)).toMatchObject(valid);
    expect(await field(DCMI.replace("6e00", "ffff"))).toMatchObject({ ...valid, minimumWatts: undefined });
    expect(await field(DCMI.replace("0602", "ffff"))).toMatchObject({ ...valid, maximumWatts: undefined });
    expect(await field(DCMI.replace("2d01", "ffff"))).toMatchObject({ ...valid, averageWatts: undefined });
    for (const inactive of ["40", "00"]) {
      expect(await field(`dcffff${"ffff".repeat(3)}${"ff".repeat(8)}${inactive}`)).toEqual({ source: "dcmi" });
    }
  });

  it("is queried again in the next poll where it had no reading at first contact", async () => {
    const { meter: m } = meter(false);
    const runner = new FakeRunner().onBytes(getPowerReading, `dcffff${DCMI.slice(6)}`);
    expect(await m.read(runner, false, signal)).toEqual({ source: "dcmi" });
    runner.onBytes(getPowerReading, DCMI);
    expect(await m.read(runner, false, signal)).toMatchObject({ currentWatts: 342 });
  });

  it("has no limit of 65535 W", async () => {
    const { meter: m } = meter(false);
    const runner = new FakeRunner().onBytes(getPowerReading, DCMI);
    runner.onBytes(getPowerLimit, "dc0000 00 ffff 00000000 0000 0000".replaceAll(" ", ""));
    expect(await m.read(runner, false, signal)).toMatchObject({ currentWatts: 342, limitWatts: undefined });
  });

  it("has no watts if a field of the Intel ME reports no reading", async () => {
    const field = async (answer: string) =>
      meter(true).meter.read(new FakeRunner().onBytes(getNodeManagerStatistics, answer), false, signal);
    expect(await field(NODE_MANAGER.replace("4b01", "ffff"))).toBeUndefined();
    expect(await field(NODE_MANAGER.replace("0002", "ffff"))).toMatchObject({
      currentWatts: 331,
      maximumWatts: undefined,
    });
    expect(await field(NODE_MANAGER.replace("100e0000", "ffffffff"))).toMatchObject({ periodSeconds: undefined });
  });

  it("is kept after a poll without an answer", async () => {
    const { meter: m } = meter(true);
    const quiet = new FakeRunner().on(getPowerReading, () => {
      throw silence();
    });
    await expect(m.read(quiet, false, signal)).rejects.toMatchObject({ reason: "timeout" });
    const runner = new FakeRunner().onBytes(getPowerReading, DCMI);
    expect(await m.read(runner, false, signal)).toMatchObject({ source: "dcmi" });
  });
});

function silent(): never {
  const question = { name: "Get Node Manager Statistics", stage: "command", tries: 2 } as const;
  throw new SilenceError({ ...question, packet: () => Buffer.alloc(0), match: () => undefined }, 2, true, 0);
}
