import { describe, expect, it } from "vitest";
import { NetFn } from "../../src/ipmi/index.ts";
import {
  absentWatchdog,
  completionCodes,
  type InfoCommand,
  infoWithoutData,
  noPowerReading,
  type Scenario,
  sampleBoard,
} from "../../src/simulator/index.ts";
import { type PolledOptions, pollerOf } from "./polled-bmc.ts";

const INVALID_COMMAND = 0xc1;

/** A second poll: the first may not know all. */
async function polled(options: PolledOptions) {
  const poller = pollerOf(options);
  await poller.poll();
  const snapshot = await poller.poll();
  await poller.close();
  return { snapshot, failed: snapshot.parts.filter(({ ok }) => !ok).map(({ part }) => part) };
}

const refuses = (netFn: number, ...commands: readonly number[]): Scenario[] =>
  commands.map((command) => completionCodes({ filter: { netFn, command }, code: INVALID_COMMAND }));

describe("a part that the BMC does not have", () => {
  it.each([0xc1, 0xff])("is absent, not failed: a watchdog refused with %i", async (code) => {
    const { snapshot, failed } = await polled({ scenarios: [absentWatchdog({ code })] });
    expect(failed).toEqual([]);
    expect(snapshot.watchdog).toBeUndefined();
  });

  it("is absent, not failed: an event log", async () => {
    const { snapshot, failed } = await polled({ scenarios: refuses(NetFn.Storage, 0x40, 0x42, 0x43, 0x48) });
    expect([failed, snapshot.eventLog]).toEqual([[], undefined]);
  });

  it("is absent, not failed: a chassis", async () => {
    const { snapshot, failed } = await polled({ scenarios: refuses(NetFn.Chassis, 0x01) });
    expect([failed, snapshot.chassis, snapshot.up]).toEqual([[], undefined, true]);
  });

  it("is absent, not failed: sensors of a BMC that reports none", async () => {
    const { device } = sampleBoard();
    const support = { ...device.support, sdrRepository: false, sensorDevice: false };
    const none = { ...device, providesDeviceSdrs: false, support };
    const scenarios = refuses(NetFn.Storage, 0x20, 0x22, 0x23);
    const { snapshot, failed } = await polled({ board: { device: none }, scenarios });
    expect([failed, snapshot.sensors]).toEqual([[], undefined]);
  });

  it("fails if the BMC reports it: sensors", async () => {
    expect((await polled({ scenarios: refuses(NetFn.Storage, 0x20, 0x22, 0x23) })).failed).toEqual(["sensors"]);
  });
});

describe("a BMC that answers info commands without data", () => {
  it.each<InfoCommand | "all">(["sdr", "sel", "fru", "all"])("is read whole: %s", async (of) => {
    const plain = (await polled({})).snapshot;
    const { snapshot, failed } = await polled({ scenarios: [infoWithoutData({ of })] });
    expect(failed).toEqual([]);
    expect(snapshot.sensors?.length).toBe(plain.sensors?.length);
    expect(snapshot.eventLog?.counters).toEqual(plain.eventLog?.counters);
    expect(snapshot.eventLog?.entries).toBe(of === "sel" || of === "all" ? undefined : plain.eventLog?.entries);
  });

  it("has its new events read, and its state is saved only when there are some", async () => {
    let saves = 0;
    const keeper = {
      loadRecords: async () => undefined,
      saveRecords: async () => {},
      loadHost: async () => undefined,
      saveHost: async () => ++saves > 0,
      forgetHost: async () => {},
    };
    const poller = pollerOf({ scenarios: [infoWithoutData({ of: "sel" })], keeper });
    await poller.poll();
    await poller.poll();
    const before = saves;
    for (let poll = 0; poll < 3; poll++) expect((await poller.poll()).eventLog?.fresh).toEqual([]);
    expect(saves).toBe(before);
    poller.bmc.state.addEvent({ sensor: 1, sensorType: 1, eventType: 1, offset: 9 });
    expect((await poller.poll()).eventLog?.fresh).toHaveLength(1);
    expect(saves).toBe(before + 1);
    await poller.close();
  });

  it("exports no watts if DCMI has no reading", async () => {
    const { snapshot, failed } = await polled({
      scenarios: [noPowerReading({ of: "all" })],
      settings: { parts: ["dcmi"] },
    });
    expect([failed, snapshot.consumption?.currentWatts]).toEqual([[], undefined]);
  });
});

describe("a BMC that refuses Get Device ID", () => {
  it("has its sensors, event log and FRUs read", async () => {
    const plain = (await polled({})).snapshot;
    const { snapshot, failed } = await polled({ scenarios: refuses(NetFn.App, 0x01) });
    expect(failed).toEqual([]);
    expect(snapshot.sensors?.length).toBe(plain.sensors?.length);
    expect(snapshot.eventLog?.counters).toEqual(plain.eventLog?.counters);
    expect(snapshot.frus).toEqual(plain.frus);
    expect([snapshot.controller?.guid, snapshot.controller?.firmware]).toEqual([plain.controller?.guid, undefined]);
  });
});
