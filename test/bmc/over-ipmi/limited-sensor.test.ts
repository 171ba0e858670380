import { describe, expect, it } from "vitest";
import { sensorOf, unread } from "../../../src/bmc/over-ipmi/sensor-reading.ts";
import { compactRecord, fullRecord } from "../../rig/sdr.ts";
import { answered, planOf } from "../plans.ts";

const CONTEXT = { manufacturerId: 343, productId: 0, hostOff: false, scanningDisabledIsValid: false };

const temperature = fullRecord({ number: 1, name: "Inlet", entity: [3, 1], sensorType: 1, baseUnit: 1 });
const fan = fullRecord({ number: 2, name: "Fan", entity: [29, 1], sensorType: 4, baseUnit: 18 });
const supply = compactRecord({ number: 3, name: "PSU", entity: [10, 1], sensorType: 8, eventType: 0x6f });

function bench() {
  const { sensors, limits } = planOf(...[temperature, fan, supply].map((bytes) => Buffer.from(bytes)));
  const limited = (name: string, text?: string) => {
    const sensor = sensors.find((s) => s.name === name);
    if (!sensor) throw new Error(`no sensor ${name}`);
    return limits.limited(sensor, text);
  };
  return { readings: limits.readings, limited, row: limits.row.bind(limits) };
}

describe("the reading of a sensor with its limits", () => {
  it("is the same object for the same response, in all hosts", () => {
    const { readings, limited } = bench();
    const key = readings.contextKey(CONTEXT);
    const first = limited("Inlet", "--------5f--").of(answered({ raw: 24 }), CONTEXT, key);
    expect(limited("Inlet", "--------5f--").of(answered({ raw: 24 }), CONTEXT, key)).toBe(first);
    expect(first).toMatchObject({ value: 24, thresholds: { upper_critical: 95 } });
    expect(limited("Inlet").unread("not_present")).toBe(limited("Inlet").unread("not_present"));
  });

  it("does not depend on earlier responses: random responses against responses read one by one", () => {
    const { readings, limited } = bench();
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 1103515245 + 12345) % 2 ** 31;
      return (seed >> 8) % below;
    };
    for (let i = 0; i < 3000; i++) {
      const name = ["Inlet", "Fan", "PSU"][random(3)] ?? "";
      const one = limited(name, [undefined, "--------14--", "0a----------"][random(3)]);
      const context = {
        manufacturerId: [343, 674][random(2)] ?? 0,
        productId: random(3),
        hostOff: random(2) === 1,
        scanningDisabledIsValid: random(2) === 1,
      };
      const reading = {
        raw: random(4) * 10,
        eventMessagesEnabled: true,
        scanningEnabled: random(4) > 0,
        unavailable: random(4) === 0,
        states: random(8),
        comparison: random(8),
        stateBytes: random(3),
      };
      const fresh = sensorOf(one.sensor, reading, one, context);
      expect(one.of(reading, context, readings.contextKey(context)), `${i}: ${name}`).toEqual(fresh);
      expect(one.unread("unavailable")).toEqual(unread(one.sensor, "unavailable", one.thresholds));
    }
  });

  it("is cached within bounds: a BMC that always reports other limits and readings takes no more memory", () => {
    const { readings, limited } = bench();
    const key = readings.contextKey(CONTEXT);
    const hex = (n: number): string => n.toString(16).padStart(2, "0");
    const shared = limited("Inlet", "--------5f--");
    const first = shared.of(answered({ raw: 0 }), CONTEXT, key);
    for (let set = 0; set < 200; set++) {
      const one = limited("Inlet", `--------${hex(set)}--`);
      for (let raw = 0; raw < 256; raw++)
        for (const states of [0, 1, 2]) one.of(answered({ raw, comparison: states }), CONTEXT, key);
    }
    const after = shared.of(answered({ raw: 0 }), CONTEXT, key);
    expect(after).toEqual(first);
    expect(after).not.toBe(first);
    expect(limited("Inlet", "--------ff--")).not.toBe(limited("Inlet", "--------ff--"));
  });

  it("is not cached for more kinds of BMC than the maximum", () => {
    const { readings } = bench();
    const keys = Array.from({ length: 70 }, (_, productId) => readings.contextKey({ ...CONTEXT, productId }));
    expect(new Set(keys.filter((key) => key !== undefined)).size).toBe(64);
    expect(keys.at(-1)).toBeUndefined();
  });

  it("is in one list for all hosts with the same limits", () => {
    const { limited, row } = bench();
    const ofOne = row([limited("Inlet", "--------5f--"), limited("Fan")]);
    expect(row([limited("Inlet", "--------5f--"), limited("Fan")])).toBe(ofOne);
    expect(row([limited("Inlet"), limited("Fan")])).not.toBe(ofOne);
  });
});
