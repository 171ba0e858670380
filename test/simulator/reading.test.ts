import { describe, expect, it } from "vitest";
import {
  CompletionCodeError,
  clearSel,
  DcmiEntity,
  decodeSelRecord,
  deleteSelEntry,
  getAssetTag,
  getDcmiSensorInfo,
  getFruInventoryAreaInfo,
  getPowerLimit,
  getPowerReading,
  getSdr,
  getSdrRepositoryInfo,
  getSelEntry,
  getSelInfo,
  getSelTime,
  getSensorHysteresis,
  getSensorReading,
  getSensorReadingFactors,
  getSensorThresholds,
  getTemperatureReadings,
  PrivilegeLevel,
  readFru,
  readSelSince,
  reserveSdrRepository,
  reserveSel,
  SdrWalk,
} from "../../src/ipmi/index.ts";
import { Bench } from "./bench-network.ts";

const operator = {
  user: "admin",
  password: "open sesame",
  login: { privilege: PrivilegeLevel.Operator },
  readOnly: false,
} as const;

async function code(promise: Promise<unknown>): Promise<number> {
  const error = await promise.then(
    () => undefined,
    (e: unknown) => e,
  );
  if (!(error instanceof CompletionCodeError)) throw new Error(`wanted a refusal, got ${String(error)}`);
  return error.completionCode;
}

describe("sensors of a virtual BMC", () => {
  it("report the values they are set to, and the limits crossed", async () => {
    const bench = new Bench();
    const read = (sensorNumber: number) => bench.within(bench.connection.run(getSensorReading, { sensorNumber }));
    expect(await read(0x03)).toMatchObject({ raw: 54, comparison: 0, unavailable: false, scanningEnabled: true });
    bench.bmc.state.setSensor(0x03, { raw: 96 });
    expect(await read(0x03)).toMatchObject({ raw: 96, comparison: 0b011000 });
    // Inlet is signed: -10 is below its lower critical limit of -7.
    bench.bmc.state.setSensor(0x01, { raw: 0xf6 });
    expect(await read(0x01)).toMatchObject({ raw: 0xf6, comparison: 0b000011 });
    bench.bmc.state.setSensor(0x03, { states: 0b100000 });
    expect((await read(0x03)).comparison).toBe(0b100000);
    bench.bmc.state.setSensor(0x03, { states: "from_limits", unavailable: true });
    expect(await read(0x03)).toMatchObject({ comparison: 0b011000, unavailable: true });
    bench.bmc.state.setSensor(0x61, { states: 0x09 });
    expect((await read(0x61)).states).toBe(0x09);
  });

  it("are refused when unknown, removed, or without readings", async () => {
    const bench = new Bench();
    const refused = (sensorNumber: number) =>
      code(bench.within(bench.connection.run(getSensorReading, { sensorNumber })));
    expect(await refused(0xee)).toBe(0xcb);
    bench.bmc.state.setSensor(0x03, { absent: true });
    expect(await refused(0x03)).toBe(0xcb);
    expect(await refused(0x90)).toBe(0xcd);
  });

  it("report limits, hysteresis and factors of their records", async () => {
    const bench = new Bench();
    const { connection } = bench;
    expect(await bench.within(connection.run(getSensorThresholds, { sensorNumber: 0x03 }))).toEqual({
      upperNonCritical: 90,
      upperCritical: 95,
      upperNonRecoverable: 100,
    });
    expect(await code(bench.within(connection.run(getSensorThresholds, { sensorNumber: 0x50 })))).toBe(0xcd);
    expect(await bench.within(connection.run(getSensorHysteresis, { sensorNumber: 0x03 }))).toEqual({
      positive: 2,
      negative: 2,
    });
    const factors = await bench.within(connection.run(getSensorReadingFactors, { sensorNumber: 0x41, raw: 200 }));
    expect(factors).toMatchObject({ m: 25, rExponent: -3, b: 0 });
  });

  it("behind the BMC answer through Send Message, independent of its own with the same number", async () => {
    const bench = new Bench();
    const bridge = { channel: 6, address: 0x2c };
    const reading = bench.connection.run(getSensorReading, { sensorNumber: 0x08 }, { bridge });
    expect((await bench.within(reading)).raw).toBe(48);
    expect((await bench.within(bench.connection.run(getSensorReading, { sensorNumber: 0x08 }))).raw).toBe(51);
    const unknown = bench.connection.run(
      getSensorReading,
      { sensorNumber: 1 },
      { bridge: { channel: 6, address: 0x30 } },
    );
    expect(await code(bench.within(unknown))).toBe(0x83);
  });
});

describe("the SDR repository of a virtual BMC", () => {
  it("is read by our walk byte for byte", async () => {
    const bench = new Bench();
    const info = await bench.within(bench.connection.run(getSdrRepositoryInfo, undefined));
    const { memory } = bench.connection;
    const walk = new SdrWalk({ source: "repository", memory, expectedRecords: info.records });
    await bench.within(walk.run(bench.connection));
    expect(walk.records).toEqual(bench.bmc.model.sdr);
    expect(walk.problems).toEqual([]);
  });

  it("needs a reservation for the middle of a record, which another console cancels", async () => {
    const bench = new Bench();
    const part = (reservationId: number) =>
      bench.within(bench.connection.run(getSdr, { reservationId, recordId: 1, offset: 5, count: 4 }));
    expect(await code(part(0))).toBe(0xc5);
    const { reservationId } = await bench.within(bench.connection.run(reserveSdrRepository, undefined));
    expect((await part(reservationId)).data).toEqual(bench.bmc.model.sdr[0]?.subarray(5, 9));
    await bench.within(bench.connect().run(reserveSdrRepository, undefined));
    expect(await code(part(reservationId))).toBe(0xc5);
  });
});

describe("the event log of a virtual BMC", () => {
  it("is read completely, grows, and is read on from the last record", async () => {
    const bench = new Bench();
    const first = await bench.within(readSelSince(bench.connection, undefined));
    expect(first.records).toHaveLength(5);
    const last = first.records.at(-1) as Buffer;
    bench.bmc.state.addEvent({ sensor: 0x03, offset: 9, dataUse: 5, data2: 96, data3: 95 });
    const more = await bench.within(readSelSince(bench.connection, { recordId: last.readUInt16LE(0), bytes: last }));
    expect(more.continued).toBe(true);
    expect(more.records.map((r) => decodeSelRecord(r))).toMatchObject([
      { type: "system_event", recordId: 6, sensorType: 1, sensorNumber: 3, eventType: 1, offset: 9, data2: 96 },
    ]);
    const stamp = (decodeSelRecord(more.records[0] as Buffer) as { timestamp: number }).timestamp;
    expect(await bench.within(bench.connection.run(getSelTime, undefined))).toEqual({ timestamp: stamp });
  });

  it("stops when full and reports it, or replaces the oldest entry", async () => {
    for (const whenFull of ["stop", "drop_oldest"] as const) {
      const bench = new Bench({ description: { sel: { capacity: 3, whenFull } } });
      const { state } = bench.bmc;
      for (let n = 0; n < 5; n++) state.addEvent({ sensor: 0x61, offset: 3 });
      const info = await bench.within(bench.connection.run(getSelInfo, undefined));
      expect(info).toMatchObject({ entries: 3, freeBytes: 0, overflow: true });
      const { records } = await bench.within(readSelSince(bench.connection, undefined));
      expect(records.map((r) => r.readUInt16LE(0))).toEqual(whenFull === "stop" ? [1, 2, 3] : [3, 4, 5]);
    }
  });

  it("loses a deleted entry, and all entries when cleared, which is logged", async () => {
    const bench = new Bench(operator);
    const { connection } = bench;
    const reserve = async () => (await bench.within(connection.run(reserveSel, undefined))).reservationId;
    await bench.within(connection.run(deleteSelEntry, { reservationId: await reserve(), recordId: 2 }));
    const { records } = await bench.within(readSelSince(connection, undefined));
    expect(records.map((r) => r.readUInt16LE(0))).toEqual([1, 3, 4, 5]);
    expect(await code(bench.within(connection.run(getSelEntry, { recordId: 2 })))).toBe(0xcb);
    const stale = connection.run(clearSel, { reservationId: 999, action: "initiate" });
    expect(await code(bench.within(stale))).toBe(0xc5);
    await bench.within(connection.run(clearSel, { reservationId: await reserve(), action: "initiate" }));
    const left = await bench.within(readSelSince(connection, undefined));
    expect(left.records.map((r) => decodeSelRecord(r))).toMatchObject([{ recordId: 1, sensorType: 0x10, offset: 2 }]);
  });

  it("is shared with other BMCs of the board until it changes", () => {
    const one = new Bench();
    const other = new Bench({ model: one.bmc.model });
    one.bmc.state.addEvent({ sensor: 0x61, offset: 3 });
    one.bmc.state.sel.delete(1, 0);
    expect(one.bmc.state.selEntries).toBe(5);
    expect(other.bmc.state.selEntries).toBe(5);
    expect(other.bmc.state.sel.at(0).readUInt16LE(0)).toBe(1);
  });
});

describe("inventory, power and temperatures of a virtual BMC", () => {
  it("FRU areas are read and decoded; an unknown device is refused", async () => {
    const bench = new Bench();
    const area = await bench.within(readFru(bench.connection, bench.connection.memory, 0));
    expect(area).toMatchObject({ product: { serial: "SS0001" }, problems: [] });
    expect(await code(bench.within(bench.connection.run(getFruInventoryAreaInfo, { fruId: 9 })))).toBe(0xcb);
  });

  it("DCMI reports power with statistics, the asset tag, and temperatures by entity", async () => {
    const bench = new Bench({ bmc: { identity: { assetTag: "asset-0815" } } });
    const { connection } = bench;
    for (const watts of [300, 420, 360]) bench.bmc.state.setPower(watts);
    expect(await bench.within(connection.run(getPowerReading, {}))).toMatchObject({
      currentWatts: 360,
      minimumWatts: 300,
      maximumWatts: 420,
      averageWatts: 360,
      active: true,
    });
    expect(await code(bench.within(connection.run(getPowerLimit, undefined)))).toBe(0x80);
    const tag = await bench.within(connection.run(getAssetTag, { offset: 0, count: 16 }));
    expect(Buffer.from(tag.data).toString()).toBe("asset-0815");
    const cpu = { entityId: DcmiEntity.Cpu };
    expect(await bench.within(connection.run(getTemperatureReadings, cpu))).toEqual({
      totalInstances: 2,
      readings: [
        { celsius: 54, instance: 1 },
        { celsius: 57, instance: 2 },
      ],
    });
    expect((await bench.within(connection.run(getDcmiSensorInfo, cpu))).recordIds).toEqual([3, 4]);
  });

  it("a board without DCMI refuses the commands", async () => {
    const bench = new Bench({ description: { dcmi: undefined } });
    expect(await code(bench.within(bench.connection.run(getPowerReading, {})))).toBe(0xc1);
  });
});

describe("a board's behaviour", () => {
  it("is brought up to date by a request after its period, and not otherwise", async () => {
    const elapsed: number[] = [];
    const behaviour = {
      periodMs: 2000,
      advance: (state: { setPower(watts: number): void }, _now: number, ms: number) => {
        elapsed.push(ms);
        state.setPower(elapsed.length * 100);
      },
    };
    const bench = new Bench({ bmc: { behaviour } });
    const watts = async () => (await bench.within(bench.connection.run(getPowerReading, {}))).currentWatts;
    expect(await watts()).toBe(100);
    expect(await watts()).toBe(100);
    await bench.clock.advance(5000);
    expect(elapsed).toHaveLength(1);
    expect(await watts()).toBe(200);
    expect(elapsed[1]).toBeGreaterThanOrEqual(5000);
  });
});
