import { describe, expect, it } from "vitest";
import { Repository } from "../../../src/bmc/over-ipmi/repository.ts";
import { Satellites } from "../../../src/bmc/over-ipmi/satellites.ts";
import { SdrCache } from "../../../src/bmc/sdr-cache.ts";
import {
  BmcMemory,
  type DeviceId,
  getDeviceId,
  getDeviceSdr,
  getDeviceSdrInfo,
  getSdr,
  getSdrRepositoryInfo,
  type ReadRecordRequest,
  type RecordPart,
  type RunOptions,
  reserveDeviceSdrRepository,
} from "../../../src/ipmi/index.ts";
import { fullRecord } from "../../rig/sdr.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { hex } from "../../support/hex.ts";
import { FakeRunner, refused, silence } from "../fake-runner.ts";
import { numbered } from "../plans.ts";

const { signal } = new AbortController();
const HOUR = 3600_000;
const device: DeviceId = getDeviceId.decodeResponse(hex("2001023102bf570100341201020304"));
const SENSOR_DEVICE: DeviceId = {
  ...device,
  providesDeviceSdrs: true,
  support: { ...device.support, sdrRepository: false },
};

const temperature = (number: number, name = `T${number}`): Uint8Array =>
  fullRecord({ number, name, entity: [3, number], sensorType: 1, baseUnit: 1 });

/** Management controller device locator, type 12h. */
function locator(address: number, channel = 0, capabilities = 0x21): Uint8Array {
  return Buffer.from([
    0,
    0,
    0x51,
    0x12,
    14,
    address,
    channel,
    0,
    capabilities,
    0,
    0,
    0,
    0x0f,
    1,
    0,
    0xc3,
    0x4d,
    0x43,
    0x31,
  ]);
}

interface FakeSatellite {
  device: DeviceId;
  records: readonly Uint8Array[];
  change: number | undefined;
  /** Instead of answering. */
  instead?: () => never;
}

const throws = (error: unknown) => (): never => {
  throw error;
};

function bench(own: readonly Uint8Array[], options: { readonly commandMs?: number } = {}) {
  const clock = new FakeClock();
  const runner = new FakeRunner();
  const board = { records: own, stamp: 1000 };
  const behind = new Map<string, FakeSatellite>();
  const at = (options: RunOptions | undefined): FakeSatellite => {
    const { channel, address } = options?.bridge ?? { channel: -1, address: -1 };
    const satellite = behind.get(`${channel}/${address}`);
    if (!satellite) throw refused("Send Message for Get Device ID", 0x83);
    satellite.instead?.();
    return satellite;
  };
  const part = (
    records: readonly Uint8Array[],
    { recordId, offset = 0, count = 0xff }: ReadRecordRequest,
  ): RecordPart => {
    const list = numbered(records);
    const index = recordId === 0 ? 0 : recordId - 1;
    const record = list[index];
    if (!record) throw refused("Get SDR", 0xcb);
    const data = record.subarray(offset, count === 0xff ? undefined : offset + count);
    return { nextRecordId: index + 1 < list.length ? index + 2 : 0xffff, data };
  };
  runner.on(getSdr, (request) => part(board.records, request));
  runner.on(getSdrRepositoryInfo, () => ({
    ...getSdrRepositoryInfo.decodeResponse(hex("513400001040d9026b0000000002")),
    records: board.records.length,
    lastAdditionTimestamp: board.stamp,
    lastEraseTimestamp: 0,
  }));
  runner.on(getDeviceId, (_request, options) => at(options).device);
  runner.on(reserveDeviceSdrRepository, (_request, options) => at(options) && { reservationId: 7 });
  runner.on(getDeviceSdrInfo, (_request, options) => {
    const { records, change } = at(options);
    return { count: records.length, dynamicPopulation: change !== undefined, luns: 1, populationChange: change };
  });
  runner.on(getDeviceSdr, (request, options) => part(at(options).records, request));
  const { commandMs = 0 } = options;
  const slow = {
    run: async (...args: Parameters<FakeRunner["run"]>) => {
      await clock.advance(commandMs);
      return runner.run(...args);
    },
  } as FakeRunner;
  const cache = new SdrCache();
  const exporter = (shared = cache) => {
    const repository = new Repository(shared, new BmcMemory(), clock);
    const satellites = new Satellites(shared, clock);
    const plan = async (how: { readonly unhurried?: boolean; readonly signal?: AbortSignal } = {}) => {
      await repository.plan(runner, device, signal);
      runner.take();
      return satellites.plan(commandMs > 0 ? slow : runner, repository, how.signal ?? signal, how);
    };
    const names = async (how?: Parameters<typeof plan>[0]) => (await plan(how)).sensors.map((s) => s.name);
    return { repository, satellites, plan, names };
  };
  return {
    clock,
    runner,
    board,
    cache,
    exporter,
    put(channel: number, address: number, ...records: readonly Uint8Array[]): FakeSatellite {
      const made: FakeSatellite = { device: SENSOR_DEVICE, records, change: 1 };
      behind.set(`${channel}/${address}`, made);
      return made;
    },
    ...exporter(),
  };
}

/** Partial reads of a record of 48 to 64 bytes: header and three pieces. */
const perRecord = Array(4).fill("Get Device SDR");

describe("controllers behind the BMC", () => {
  it("are found by their locators, and own their sensors, whatever owner the records name", async () => {
    const { put, plan, runner } = bench([temperature(1), locator(0x20), locator(0x82, 7)]);
    put(7, 0x82, temperature(1, "Bay"), locator(0x84));
    const { sensors } = await plan();
    expect(sensors.map((s) => [s.id, s.name, s.definition.ownerId, s.definition.channel])).toEqual([
      ["20/0/01", "T1", 0x20, 0],
      ["82/0/01", "Bay", 0x82, 7],
    ]);
    const bridge = { channel: 7, address: 0x82, lun: 0 };
    expect(runner.asked.map(({ options }) => options?.bridge)).toEqual(runner.asked.map(() => bridge));
    expect(runner.take().slice(0, 3)).toEqual([
      "Get Device ID",
      "Get Device SDR Info",
      "Reserve Device SDR Repository",
    ]);
  });

  it("are read in pieces that fit a message on IPMB", async () => {
    const { put, plan, runner } = bench([locator(0x82)]);
    put(0, 0x82, temperature(1));
    await plan();
    const counts = runner.asked.flatMap(({ name, request }) =>
      name === "Get Device SDR" ? [(request as ReadRecordRequest).count ?? 0] : [],
    );
    expect(Math.max(...counts)).toBe(22);
  });

  it("cost nothing for an hour, then two requests each if nothing changed", async () => {
    const { put, plan, runner, clock } = bench([locator(0x82), locator(0x84)]);
    put(0, 0x82, temperature(1));
    put(0, 0x84).device = device;
    const first = await plan();
    for (let minute = 0; minute < 59; minute++) {
      await clock.advance(60_000);
      expect(await plan()).toBe(first);
      expect(runner.take()).toEqual([]);
    }
    await clock.advance(60_000);
    expect(await plan()).toBe(first);
    expect(runner.take()).toEqual(["Get Device ID", "Get Device SDR Info", "Get Device ID"]);
  });

  it.each<[string, DeviceId]>([
    ["provide no SDRs", { ...SENSOR_DEVICE, providesDeviceSdrs: false }],
    ["have no sensors", { ...SENSOR_DEVICE, support: { ...SENSOR_DEVICE.support, sensorDevice: false } }],
  ])("that %s are not queried further", async (_, who) => {
    const { put, names, runner, satellites } = bench([temperature(1), locator(0x82)]);
    put(0, 0x82, temperature(2)).device = who;
    expect(await names()).toEqual(["T1"]);
    expect(runner.take()).toEqual(["Get Device ID"]);
    expect([satellites.failure, satellites.problems]).toEqual([undefined, []]);
  });

  it("are queried once if located twice, and never if they are the BMC or software", async () => {
    const { put, names, runner } = bench([locator(0x82), locator(0x82), locator(0x20), locator(0x41), locator(0)]);
    put(0, 0x82, temperature(1));
    expect(await names()).toEqual(["T1"]);
    expect(runner.take().filter((name) => name === "Get Device ID")).toHaveLength(1);
  });

  it.each([0xc1, 0xd5, 0xff, 0xc3])(
    "that refuse with code %i affect no other sensor, and are queried an hour later",
    async (code) => {
      const { put, names, runner, clock, satellites } = bench([temperature(1), locator(0x82), locator(0x84)]);
      const odd = put(0, 0x82, temperature(2));
      put(0, 0x84, temperature(3));
      odd.instead = throws(refused("Get Device ID via 82h", code));
      expect(await names()).toEqual(["T1", "T3"]);
      expect(satellites.failure?.message).toMatch(/^Get Device ID via 82h/);
      expect(satellites.problems).toEqual([
        expect.stringMatching(/^controller 82h on channel 0: Get Device ID via 82h/),
      ]);
      odd.instead = undefined;
      await clock.advance(HOUR - 1);
      expect(await names()).toEqual(["T1", "T3"]);
      expect(runner.take()).toEqual([]);
      await clock.advance(1);
      expect(await names()).toEqual(["T1", "T2", "T3"]);
      expect([satellites.failure, satellites.problems]).toEqual([undefined, []]);
    },
  );

  it("that promise SDRs and refuse them cost a few requests", async () => {
    const { put, names, runner, satellites } = bench([temperature(1), locator(0x82)]);
    put(0, 0x82, temperature(2));
    runner.refuses(getDeviceSdrInfo, 0xc1).refuses(getDeviceSdr, 0xc1).refuses(reserveDeviceSdrRepository, 0xc1);
    expect(await names()).toEqual(["T1"]);
    expect(satellites.failure?.message).toContain("C1h");
    expect(runner.take().length).toBeLessThanOrEqual(4);
  });

  it.each([0x83, 0xd3, 0xcc])("that are absent (code %i) are not a failure", async (code) => {
    const { put, names, runner, satellites } = bench([temperature(1), locator(0x82)]);
    put(0, 0x82).instead = throws(refused("Send Message for Get Device ID via 82h", code));
    expect(await names()).toEqual(["T1"]);
    expect(satellites.failure).toBeUndefined();
    expect(satellites.problems).toEqual([
      expect.stringMatching(/^controller 82h on channel 0: not there: Send Message/),
    ]);
    expect(runner.take()).toEqual(["Get Device ID"]);
  });

  it("without sensors may stay silent", async () => {
    const { put, names, satellites } = bench([temperature(1), locator(0x82, 0, 0x20)]);
    put(0, 0x82).instead = throws(silence());
    expect(await names()).toEqual(["T1"]);
    expect(satellites.failure).toBeUndefined();
    expect(satellites.problems).toEqual(["controller 82h on channel 0: Test: timed out after 4 tries"]);
  });

  it("that do not answer cost one timeout per poll, which is not counted as silence of the BMC", async () => {
    const { put, names, runner, satellites } = bench([temperature(1), locator(0x82), locator(0x84), locator(0x86)]);
    for (const address of [0x82, 0x84]) put(0, address).instead = throws(silence());
    put(0, 0x86, temperature(2));
    for (let poll = 0; poll < 2; poll++) {
      expect(await names()).toEqual(["T1"]);
      expect(runner.take()).toEqual(["Get Device ID"]);
    }
    expect(satellites.problems).toContain("controller 86h on channel 0: not read completely yet");
    expect(await names()).toEqual(["T1", "T2"]);
    runner.take();
    await names();
    expect(runner.take()).toEqual([]);
    expect(satellites.failure?.reason).toBe("timeout");
  });

  it("keep their sensors while they do not answer", async () => {
    const { put, names, plan, clock } = bench([temperature(1), locator(0x82)]);
    const one = put(0, 0x82, temperature(2));
    const before = await plan();
    one.instead = throws(silence());
    await clock.advance(HOUR);
    expect(await plan()).toBe(before);
    expect(await names()).toEqual(["T1", "T2"]);
  });

  it("that are slow are read over several polls, each record once", async () => {
    const records = Array.from({ length: 10 }, (_, i) => temperature(i + 1));
    const { put, names, runner } = bench([locator(0x82)], { commandMs: 500 });
    put(0, 0x82, ...records);
    const asked: string[] = [];
    let polls = 0;
    for (let read = 0; read === 0 && polls < 20; polls++) {
      read = (await names()).length;
      const commands = runner.take();
      expect(commands.length).toBeLessThanOrEqual(9);
      asked.push(...commands);
    }
    expect(polls).toBeGreaterThan(3);
    // A piece or two that the end of a poll came between.
    expect(asked.filter((name) => name === "Get Device SDR").length).toBeLessThanOrEqual(
      10 * perRecord.length + 3 * polls,
    );
    expect(await names()).toHaveLength(10);
  });

  it("have more time, but not unlimited time, in a command that polls once", async () => {
    const { put, names, satellites } = bench([temperature(1), locator(0x82), locator(0x84), locator(0x86)], {
      commandMs: 500,
    });
    put(0, 0x82).instead = throws(silence());
    put(0, 0x84, ...[2, 3, 4].map((n) => temperature(n)));
    put(0, 0x86, ...[5, 6, 7].map((n) => temperature(n)));
    expect(await names({ unhurried: true })).toEqual(["T1", "T2", "T3", "T4"]);
    expect(satellites.problems).toEqual([
      expect.stringMatching(/^controller 82h on channel 0: Test: timed out/),
      "controller 86h on channel 0: not read completely yet",
    ]);
  });

  it("that disappeared are reported even if that poll ended early, and are no longer saved", async () => {
    const { put, names, plan, satellites, board } = bench([temperature(1), locator(0x82), locator(0x84)]);
    put(0, 0x82, temperature(2));
    put(0, 0x84, temperature(3));
    await names();
    expect(satellites.save()).toHaveLength(2);
    const { revision } = satellites;
    Object.assign(board, { records: [temperature(1), locator(0x84), locator(0x86)], stamp: 2000 });
    put(0, 0x86).instead = throws(new Error("deadline"));
    await expect(plan()).rejects.toThrow("deadline");
    expect(await names()).toEqual(["T1", "T3"]);
    expect(satellites.takeChanges()).toEqual([{ change: "sensor_vanished", sensors: ["T2"], sensorCount: 1 }]);
    expect(satellites.revision).toBeGreaterThan(revision);
    expect(satellites.save().map(({ address }) => address)).toEqual([0x84]);
  });

  it("that took all the time of a poll are not queried in the next, so that the BMC's own sensors are read", async () => {
    const { put, names, plan, runner } = bench([temperature(1), locator(0x82)]);
    const one = put(0, 0x82, temperature(2));
    const deadline = new AbortController();
    one.instead = () => {
      deadline.abort(new Error("deadline"));
      throw deadline.signal.reason;
    };
    await expect(plan({ signal: deadline.signal })).rejects.toThrow("deadline");
    one.instead = undefined;
    runner.take();
    expect(await names()).toEqual(["T1"]);
    expect(runner.take()).toEqual([]);
    expect(await names()).toEqual(["T1", "T2"]);
  });

  it("are read again when they report a change, and new and missing sensors are reported", async () => {
    const { put, names, satellites, clock, runner } = bench([temperature(1), locator(0x82)]);
    const one = put(0, 0x82, temperature(2), temperature(3));
    await names();
    expect(satellites.takeChanges()).toEqual([]);
    Object.assign(one, { records: [temperature(3), temperature(4)], change: 2 });
    await clock.advance(HOUR);
    expect(await names()).toEqual(["T1", "T3", "T4"]);
    expect(runner.take()).toContain("Get Device SDR");
    expect(satellites.takeChanges()).toEqual([
      { change: "sensor_vanished", sensors: ["T2"], sensorCount: 1 },
      { change: "sensor_appeared", sensors: ["T4"], sensorCount: 1 },
    ]);
    expect(satellites.takeChanges()).toEqual([]);
  });

  it("that do not report changes are read again once a day", async () => {
    const { put, names, clock, runner } = bench([locator(0x82)]);
    put(0, 0x82, temperature(1)).change = undefined;
    await names();
    const walks: number[] = [];
    for (let hour = 1; hour <= 48; hour++) {
      await clock.advance(HOUR);
      await names();
      if (runner.take().includes("Get Device SDR")) walks.push(hour);
    }
    expect(walks).toEqual([24, 48]);
  });

  it("are not news at the first query, but are if they appear or disappear later", async () => {
    const { put, names, satellites, clock, board } = bench([temperature(1), locator(0x82)]);
    const late = put(0, 0x82, temperature(2));
    late.instead = throws(silence());
    put(0, 0x84, temperature(3));
    await names();
    late.instead = undefined;
    await clock.advance(HOUR);
    expect(await names()).toEqual(["T1", "T2"]);
    expect(satellites.takeChanges()).toEqual([]);
    Object.assign(board, { records: [temperature(1), locator(0x82), locator(0x84)], stamp: 2000 });
    expect(await names()).toEqual(["T1", "T2", "T3"]);
    expect(satellites.takeChanges()).toEqual([{ change: "sensor_appeared", sensors: ["T3"], sensorCount: 1 }]);
    Object.assign(board, { records: [temperature(1), locator(0x84)], stamp: 3000 });
    expect(await names()).toEqual(["T1", "T3"]);
    expect(satellites.takeChanges()).toEqual([{ change: "sensor_vanished", sensors: ["T2"], sensorCount: 1 }]);
  });

  it("are not news at the first query, even if the BMC's own sensors changed in the same poll", async () => {
    const { put, names, satellites, clock, board } = bench([temperature(1), temperature(9), locator(0x82)]);
    const late = put(0, 0x82, temperature(2));
    late.instead = throws(silence());
    await names();
    late.instead = undefined;
    await clock.advance(HOUR);
    Object.assign(board, { records: [temperature(1), locator(0x82)], stamp: 2000 });
    expect(await names()).toEqual(["T1", "T2"]);
    expect(satellites.takeChanges()).toEqual([{ change: "sensor_vanished", sensors: ["T9"], sensorCount: 1 }]);
  });

  it("do not affect the changes of the BMC's own sensors, including copies of theirs", async () => {
    const copy = Buffer.from(temperature(2));
    copy[5] = 0x82;
    const { put, names, satellites, board } = bench([temperature(1), copy, locator(0x82)]);
    put(0, 0x82, temperature(2));
    await names();
    Object.assign(board, { records: [temperature(1), locator(0x82)], stamp: 2000 });
    // The controller has it still.
    expect(await names()).toEqual(["T1", "T2"]);
    expect(satellites.takeChanges()).toEqual([]);
    Object.assign(board, { records: [locator(0x82)], stamp: 3000 });
    expect(await names()).toEqual(["T2"]);
    expect(satellites.takeChanges()).toEqual([{ change: "sensor_vanished", sensors: ["T1"], sensorCount: 1 }]);
  });

  it("are restored after a restart with two requests, or read again if their records are not cached", async () => {
    const { put, names, plan, repository, satellites, cache, exporter, runner } = bench([
      temperature(1),
      locator(0x82),
    ]);
    put(0, 0x82, temperature(2));
    const before = await plan();
    const saved = JSON.parse(JSON.stringify([repository.save(), satellites.save()]));
    const again = exporter(cache);
    await again.repository.restore(saved[0]);
    const { kept } = again.repository;
    if (!kept) throw new Error("the repository is not kept");
    await again.satellites.restore(saved[1], kept);
    expect(again.satellites.known(kept)).toBe(before);
    expect(await again.plan()).toBe(before);
    expect(runner.take()).toEqual(["Get Device ID", "Get Device SDR Info"]);
    expect(again.satellites.takeChanges()).toEqual([]);
    const foreign = exporter(new SdrCache());
    await foreign.repository.plan(runner, device, signal);
    await foreign.satellites.restore(saved[1], foreign.repository.kept ?? kept);
    expect(await foreign.names()).toEqual(await names());
  });

  it("of one host are not shown on another whose BMC has the same records", async () => {
    const { put, names, exporter } = bench([temperature(1), locator(0x82)]);
    const one = put(0, 0x82, temperature(2, "Bay of A"));
    expect(await names()).toEqual(["T1", "Bay of A"]);
    one.records = [temperature(2, "Bay of B")];
    const b = exporter();
    expect(await b.names()).toEqual(["T1", "Bay of B"]);
    one.instead = throws(silence());
    const c = exporter();
    expect(await c.names()).toEqual(["T1"]);
    expect(await names()).toEqual(["T1", "Bay of A"]);
  });
});
