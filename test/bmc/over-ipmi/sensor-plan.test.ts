import { describe, expect, it } from "vitest";
import { eventKey } from "../../../src/bmc/over-ipmi/sensor-plan.ts";
import { SdrCache } from "../../../src/bmc/sdr-cache.ts";
import { compactRecord, eventOnlyRecord, fullRecord } from "../../rig/sdr.ts";
import { hex } from "../../support/hex.ts";
import { numbered, planOf } from "../plans.ts";

const temperature = { sensorType: 0x01, baseUnit: 1, entity: [3, 1] } as const;
const cpu = fullRecord({ ...temperature, number: 0x01, name: "CPU1 Temp", thresholds: { unc: 90, uc: 95 } });
const dimms = compactRecord({
  number: 0x45,
  name: "DIMM ",
  entity: [0x20, 1],
  sensorType: 0x0c,
  eventType: 0x6f,
  share: 3,
  instances: { kind: "numeric", offset: 1, entityCounts: true },
});
const caterr = eventOnlyRecord({ number: 0xb0, name: "CATERR", entity: [3, 1], sensorType: 7, eventType: 3 });

/** The same record with another owner byte or channel. */
const changed = (record: Uint8Array, at: number, value: number): Buffer => {
  const bytes = Buffer.from(record);
  bytes[at] = value;
  return bytes;
};
const OWNER = 5;
const OWNER_LUN = 6;

describe("the plan of a repository", () => {
  it("has each sensor of a shared record with its own name, entity and number", () => {
    const { sensors } = planOf(dimms);
    expect(sensors.map(({ name, id, entity, kind }) => [name, id, entity, kind])).toEqual([
      ["DIMM 1", "20/0/45", "32.1", "memory"],
      ["DIMM 2", "20/0/46", "32.2", "memory"],
      ["DIMM 3", "20/0/47", "32.3", "memory"],
    ]);
  });

  it("has values and limits in base units, and none for purely discrete sensors", () => {
    const fahrenheit = fullRecord({ ...temperature, baseUnit: 2, number: 2, name: "Lab", thresholds: { uc: 104 } });
    const [sensor, dimm] = planOf(fahrenheit, dimms).sensors;
    expect([sensor?.unit?.quantity, sensor?.unit?.unit, sensor?.convert(68)]).toEqual(["temperature", "celsius", 20]);
    expect(sensor?.thresholds).toEqual({ upper_critical: 40 });
    expect([dimm?.unit, dimm?.thresholds, dimm?.convert(5)]).toEqual([undefined, undefined, undefined]);
  });

  it("names a sensor without a name by its number", () => {
    const [sensor] = planOf(fullRecord({ ...temperature, number: 0x3a, name: "" })).sensors;
    expect(sensor?.name).toBe("#3a");
  });

  it("selects readable sensors that pass the filter, and caches the list of a filter", () => {
    const plan = planOf(cpu, dimms, caterr);
    expect(plan.wanted(undefined).map((s) => s.name)).toEqual(["CPU1 Temp", "DIMM 1", "DIMM 2", "DIMM 3"]);
    const filter = ({ kind }: { readonly kind: string }) => kind !== "memory";
    expect(plan.wanted(filter).map((s) => s.name)).toEqual(["CPU1 Temp"]);
    expect(plan.wanted(filter)).toBe(plan.wanted(filter));
  });

  it("knows the sensor of an event, event-only ones too", () => {
    const { byEventKey } = planOf(cpu, dimms, caterr);
    expect(byEventKey.get(eventKey(0x20, 0, 0x46))?.name).toBe("DIMM 2");
    expect(byEventKey.get(eventKey(0x20, 0, 0xb0))?.name).toBe("CATERR");
    expect(byEventKey.get(eventKey(0x20, 1, 0x46))).toBeUndefined();
    expect(byEventKey.get(eventKey(0x2c, 0, 0x46))).toBeUndefined();
  });

  it("has logical FRU devices, and omits absent ones", () => {
    // PSU1 FRU and a physical EEPROM of the vectors
    const logical = hex("2f00511113200180000010000a0100c85053553120465255");
    const physical = changed(logical, 7, 0x00);
    const noDevice = changed(logical, 6, 0xff);
    expect(planOf(logical, physical, noDevice).frus.map((f) => [f.name, f.deviceId])).toEqual([["PSU1 FRU", 1]]);
  });

  it("continues after invalid records, and names them", () => {
    const plan = planOf(cpu.subarray(0, 30), dimms);
    expect(plan.sensors).toHaveLength(3);
    expect(plan.problems).toHaveLength(1);
  });
});

describe("ids of sensors", () => {
  const ids = (...records: Uint8Array[]) => planOf(...records).sensors.map((s) => s.id);

  it("distinguish owners and LUNs", () => {
    expect(ids(cpu, changed(cpu, OWNER, 0x2c), changed(cpu, OWNER_LUN, 0x01))).toEqual([
      "20/0/01",
      "2c/0/01",
      "20/1/01",
    ]);
  });

  it("are unique: a sensor that is described twice is read once", () => {
    const plan = planOf(cpu, dimms, cpu, dimms);
    expect(plan.sensors.map((s) => s.id)).toEqual(["20/0/01", "20/0/45", "20/0/46", "20/0/47"]);
    expect(plan.problems[0]).toBe("SDR 0x0003: a sensor that is described already");
    expect(plan.problems).toHaveLength(4);
    expect(plan.sensors.map((s) => s.copies?.map(({ codes }) => [codes.recordId, codes.shareIndex]))).toEqual([
      [[3, 0]],
      [[4, 0]],
      [[4, 1]],
      [[4, 2]],
    ]);
  });

  it("of two sensors with one number are different, in the order of the repository", () => {
    const other = fullRecord({ ...temperature, number: 0x01, name: "CPU1 DTS" });
    expect(ids(cpu, other, cpu, other)).toEqual(["20/0/01", "20/0/01#2"]);
  });

  it("of controllers with one address on two channels are different", () => {
    const satellite = changed(cpu, OWNER, 0x2c);
    const elsewhere = changed(satellite, OWNER_LUN, 0x60);
    expect(ids(satellite, elsewhere)).toEqual(["2c/0/01", "2c/0/01#2"]);
  });

  it("are not taken by event-only records of the same number", () => {
    const events = eventOnlyRecord({ number: 0x01, name: "CPU1 Temp", entity: [3, 1], sensorType: 1, eventType: 1 });
    expect(
      planOf(events, cpu)
        .wanted(undefined)
        .map((s) => s.id),
    ).toEqual(["20/0/01"]);
  });
});

describe("the cache of plans", () => {
  it("shares one plan among byte-equal boards, and reports it", async () => {
    const report = { hits: 0, misses: 0 };
    const cache = new SdrCache({
      report: { sdrCacheHit: () => void report.hits++, sdrCacheMiss: () => void report.misses++ },
    });
    const first = await cache.planOf(numbered([cpu, dimms]));
    const second = await cache.planOf(numbered([cpu, dimms]));
    const third = await cache.planOf(numbered([dimms, cpu]));
    expect([second.plan === first.plan, second.digest === first.digest]).toEqual([true, true]);
    expect(third.plan).not.toBe(first.plan);
    expect(report).toEqual({ hits: 1, misses: 2 });
    expect(await cache.find(first.digest)).toBe(first.plan);
    expect(await cache.find("0".repeat(64))).toBeUndefined();
  });
});
