import { describe, expect, it } from "vitest";
import { KeptSensors } from "../../../src/bmc/over-redfish/kept-sensors.ts";
import type { Sensor } from "../../../src/model/index.ts";

const sensor = (more: Partial<Sensor> = {}): Sensor => ({
  name: "Inlet Temp",
  id: "Chassis/1/Thermal/Temperatures/Inlet Temp",
  entity: "55.1",
  kind: "temperature",
  quantity: "temperature",
  unit: "celsius",
  value: 24,
  thresholds: { upper_critical: 47 },
  health: 0,
  states: [],
  ...more,
});

describe("the sensors of the last poll", () => {
  it("are the same objects if their readings did not change, and their role is looked up once", () => {
    const kept = new KeptSensors();
    const rules = {};
    let lookups = 0;
    const roleOf = (): string => {
      lookups++;
      return "inlet";
    };
    const [first] = kept.with([sensor()], rules, roleOf);
    const [second] = kept.with([sensor()], rules, roleOf);
    expect(second).toBe(first);
    expect(second?.role).toBe("inlet");
    expect(lookups).toBe(1);
  });

  it.each<[string, Partial<Sensor>]>([
    ["value", { value: 25 }],
    ["limit", { thresholds: { upper_critical: 48 } }],
    ["set of limits", { thresholds: { upper_critical: 47, lower_critical: 3 } }],
    ["limit that is gone", { thresholds: undefined }],
    ["health", { health: 2 }],
    ["state", { states: ["at_or_above_upper_critical"] }],
    ["reading that is gone", { value: undefined, noReading: "unavailable" }],
    ["name", { name: "Ambient" }],
    ["entity", { entity: "7.1" }],
  ])("are new if they have another %s", (_title, change) => {
    const kept = new KeptSensors();
    const rules = {};
    kept.with([sensor()], rules, () => "inlet");
    const [second] = kept.with([sensor(change)], rules, () => "inlet");
    expect(second).toEqual({ ...sensor(change), role: "inlet" });
  });

  it("get the roles of new rules", () => {
    const kept = new KeptSensors();
    kept.with([sensor()], {}, () => "inlet");
    expect(kept.with([sensor()], {}, () => "exhaust")[0]?.role).toBe("exhaust");
  });
});
