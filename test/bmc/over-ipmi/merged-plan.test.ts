import { describe, expect, it } from "vitest";
import { mergedPlan } from "../../../src/bmc/over-ipmi/merged-plan.ts";
import { compilePlan, eventKey } from "../../../src/bmc/over-ipmi/sensor-plan.ts";
import { SdrCache } from "../../../src/bmc/sdr-cache.ts";
import { compactRecord, fullRecord } from "../../rig/sdr.ts";
import { numbered, planOf } from "../plans.ts";

const temperature = (number: number, name = `T${number}`): Buffer =>
  Buffer.from(fullRecord({ number, name, entity: [3, number], sensorType: 1, baseUnit: 1 }));

/** The record as one of a controller. */
function of(owner: number, channel: number, record: Uint8Array): Buffer {
  const bytes = Buffer.from(record);
  bytes[5] = owner;
  bytes[6] = (channel << 4) | ((bytes[6] ?? 0) & 0x0f);
  return bytes;
}

const satellite = (owner: number, channel: number, ...records: readonly Uint8Array[]) => ({
  ownerId: owner,
  channel,
  plan: planOf(...records.map((record) => of(owner, channel, record))),
});

describe("the plan of a BMC and the controllers behind it", () => {
  it("has the sensors of the repository, then those of the controllers, each with its owner", () => {
    const own = planOf(temperature(1), temperature(2));
    const merged = mergedPlan(own, [
      satellite(0x82, 0, temperature(1, "Bay")),
      satellite(0xc0, 7, temperature(1, "HSBP")),
    ]);
    expect(merged.sensors.map((s) => [s.id, s.name, s.definition.ownerId, s.definition.channel])).toEqual([
      ["20/0/01", "T1", 0x20, 0],
      ["20/0/02", "T2", 0x20, 0],
      ["82/0/01", "Bay", 0x82, 0],
      ["c0/0/01", "HSBP", 0xc0, 7],
    ]);
    expect(merged.wanted(undefined)).toHaveLength(4);
    expect(merged.byEventKey.get(eventKey(0x82, 0, 1))?.name).toBe("Bay");
    expect(merged.byEventKey.get(eventKey(0x20, 0, 1))?.name).toBe("T1");
  });

  it("has a sensor once if the repository has a copy of it", () => {
    const own = planOf(temperature(1), of(0x82, 0, temperature(1, "Copy")), of(0x82, 0, temperature(9, "Bay 9")));
    const merged = mergedPlan(own, [
      satellite(0x82, 0, temperature(1, "Bay 1"), temperature(2, "Bay 2")),
      // A copy that names no channel.
      satellite(0x82, 7, temperature(9, "Bay 9")),
    ]);
    expect(merged.sensors.map((s) => s.name)).toEqual(["T1", "Copy", "Bay 9", "Bay 2"]);
  });

  it("has the sensors of a shared record that are missing in the repository", () => {
    const shared = compactRecord({
      number: 0x10,
      name: "Slot ",
      entity: [4, 1],
      sensorType: 0x0d,
      eventType: 0x6f,
      share: 3,
      instances: { kind: "numeric", offset: 1 },
    });
    const own = planOf(of(0x82, 0, temperature(0x11, "Slot B")));
    const merged = mergedPlan(own, [satellite(0x82, 0, shared)]);
    expect(merged.sensors.map((s) => `${s.id} ${s.name}`)).toEqual([
      "82/0/11 Slot B",
      "82/0/10 Slot 1",
      "82/0/12 Slot 3",
    ]);
    // Other tools' words tell the sensors of a record by one id.
    expect(new Set(merged.sensors.slice(1).map((s) => s.codes.recordId)).size).toBe(1);
  });

  it("has no copies of records of controllers, which other tools do not read", () => {
    const merged = mergedPlan(planOf(temperature(1), temperature(1)), [
      satellite(0x82, 0, temperature(1, "Bay"), temperature(1, "Bay")),
    ]);
    expect(merged.sensors.map(({ id, copies }) => [id, copies?.length])).toEqual([
      ["20/0/01", 1],
      ["82/0/01", undefined],
    ]);
  });

  it("distinguishes controllers with the same address on two channels", () => {
    const merged = mergedPlan(planOf(), [
      satellite(0x82, 0, temperature(1, "Left")),
      satellite(0x82, 7, temperature(1, "Right")),
    ]);
    expect(merged.sensors.map((s) => [s.id, s.name, s.definition.channel])).toEqual([
      ["82/0/01", "Left", 0],
      ["82/0/01#2", "Right", 7],
    ]);
  });

  it("has a unique record id for each record, which does not depend on other controllers", () => {
    const crowded = compilePlan([...numbered([temperature(1)]), Object.assign(temperature(2), { 0: 0x01, 1: 0xc1 })]);
    const ids = (merged: ReturnType<typeof mergedPlan>) => merged.sensors.map((s) => s.codes.recordId);
    const left = satellite(0x82, 0, temperature(1, "Left"), temperature(2, "Left 2"));
    const right = satellite(0x82, 7, temperature(1, "Right"));
    expect(ids(mergedPlan(crowded, [left, right]))).toEqual([1, 0xc101, 0xc102, 0xc103, 0xc104]);
    expect(ids(mergedPlan(planOf(temperature(1)), [left]))).toEqual([1, 0xc101, 0xc102]);
    // The controller's own number stays for people.
    expect(mergedPlan(crowded, [left]).sensors.map((s) => s.definition.recordId)).toEqual([1, 0xc101, 1, 2]);
  });

  it("names the controller of an invalid record", () => {
    const other = { ownerId: 0x82, channel: 0, plan: compilePlan([temperature(1).subarray(0, 12)]) };
    expect(mergedPlan(planOf(), [other]).problems).toEqual([
      expect.stringMatching(/^controller 82h on channel 0: SDR/),
    ]);
  });

  it("is shared by hosts with the same BMC and controller records, and by no others", async () => {
    const cache = new SdrCache();
    const own = await cache.planOf(numbered([temperature(1)]));
    const kept = await cache.planOf([of(0x82, 0, temperature(1, "Bay"))]);
    const other = await cache.planOf([of(0x82, 0, temperature(1, "Another"))]);
    const at = { ownerId: 0x82, channel: 0 };
    const merged = cache.merged(own, [{ ...at, ...kept }]);
    expect(cache.merged(own, [{ ...at, ...kept }])).toBe(merged);
    expect(cache.merged(own, [{ ...at, ...other }]).sensors.map((s) => s.name)).toEqual(["T1", "Another"]);
    expect((await cache.planOf(numbered([temperature(1)]))).plan.sensors.map((s) => s.name)).toEqual(["T1"]);
  });
});
