import { describe, expect, it } from "vitest";
import { selTime, selTimestamp } from "../../../../src/ipmi/records/sel/index.ts";

describe("selTime", () => {
  it.each([
    ["the start of the controller", 0, { kind: "relative", seconds: 0 }],
    ["ipmitool's Pre-Init record", 0x123, { kind: "relative", seconds: 291 }],
    ["the last relative second", 0x20000000, { kind: "relative", seconds: 0x20000000 }],
    ["the first second of the wall clock", 0x20000001, { kind: "wall_clock", epochMs: 536_870_913_000 }],
    ["22 November 2026, noon", 0x6b02d940, { kind: "wall_clock", epochMs: Date.UTC(2026, 10, 22, 12) }],
    ["FFFFFFFFh", 0xffffffff, { kind: "unspecified" }],
  ] as const)("reads %s", (_, raw, time) => {
    expect(selTime(raw)).toEqual(time);
    expect(selTimestamp(time)).toBe(raw);
  });

  it("writes dates that do not fit as unspecified", () => {
    expect(selTimestamp({ kind: "wall_clock", epochMs: 0 })).toBe(0xffffffff);
    expect(selTimestamp({ kind: "wall_clock", epochMs: Date.UTC(2200, 0, 1) })).toBe(0xffffffff);
  });
});
