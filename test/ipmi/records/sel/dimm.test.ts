import { describe, expect, it } from "vitest";
import { type DimmContext, dimmOf, eventFields, memoryErrorKind } from "../../../../src/ipmi/records/sel/index.ts";
import { hex } from "../../../support/hex.ts";

const memory = (data: string, sensorNumber = 8, sensorType = 0x0c) => {
  const [data1 = 0, data2 = 0xff, data3 = 0xff] = hex(data);
  return eventFields({ sensorType, sensorNumber, deassertion: false, eventType: 0x6f, data1, data2, data3 });
};

const dell: DimmContext = { manufacturerId: 674 };
const supermicro = (productId?: number): DimmContext => ({ manufacturerId: 10876, productId });
const intel = (productId: number): DimmContext => ({ manufacturerId: 343, productId });

describe("dimmOf", () => {
  it.each<[string, string, DimmContext, string | undefined]>([
    ["standard, data 3 sensor specific", "31ff03", {}, "DIMM 3"],
    ["standard, data 3 marked OEM, data 2 unused", "21ff03", {}, "DIMM 3"],
    ["standard, data 3 unused", "30ffff", {}, undefined],
    ["both OEM, no vendor known", "a00012", {}, undefined],
    ["a sensor for each DIMM", "a00012", { sensorName: "DIMM  1" }, "DIMM 1"],
    ["HPE: sensor name only", "30ff03", { manufacturerId: 11, sensorName: "PROC 1 DIMM 12" }, "PROC 1 DIMM 12"],
    ["HPE: no such sensor", "30ff03", { manufacturerId: 47196, sensorName: "Memory" }, undefined],
    ["Lenovo: sensor name with a tail", "00ffff", { manufacturerId: 19046, sensorName: "DIMM 7 Status" }, "DIMM 7"],
    ["Fujitsu", "00ffff", { manufacturerId: 10368, sensorName: "DIMM-1A" }, "DIMM-1A"],
    ["a temperature is no DIMM", "00ffff", { sensorName: "DIMM Temp" }, undefined],
    ["Dell, four a node, first", "a08001", dell, "A1"],
    ["Dell, six a node, group 1 bit 3: index 11", "a09108", dell, "B6"],
    ["Dell, eight a node", "a1a180", dell, "B8"],
    ["Dell, nine a node", "a1b180", dell, "B7"],
    ["Dell, twelve a node", "a1c110", dell, "B1"],
    ["Dell, 24 a node", "a1d201", dell, "A17"],
    ["Dell, three a node", "a0e008", dell, "B1"],
    ["Dell, no group", "a09f04", dell, "A3"],
    ["Dell, plain number", "a0f104", dell, "DIMM 11"],
    ["Dell, two suspects", "a08003", dell, "A1,A2"],
    ["Dell, no bit", "a08000", dell, undefined],
    ["Supermicro X8: the label in data 2", "a01a00", supermicro(0x0400), "P1_DIMM1A"],
    ["Supermicro X8: the processor in bits 1:0", "a01a02", supermicro(0x0400), "P3_DIMM1A"],
    ["Supermicro X8: bits 7:2 do not count", "a01afd", supermicro(0x0400), "P2_DIMM1A"],
    ["Supermicro X10DRH, processor 1", "a02a80", supermicro(0x0859), "P1_DIMMB1"],
    ["Supermicro X10DRH, processor 2: letters go on", "a01b81", supermicro(0x0859), "P2_DIMME2"],
    ["Supermicro X9DB, processor 2: three letters each", "a01a81", supermicro(0x0733), "P2_DIMMD1"],
    ["Supermicro X11, processor 2: letters begin anew", "a11a81", supermicro(0x091c), "P2_DIMMA1"],
    ["Supermicro X10OBi, processor 6", "a11a85", supermicro(0x0923), "P6_DIMMA1"],
    ["Supermicro under its other number", "a02a80", { manufacturerId: 47488, productId: 0x0859 }, "P1_DIMMB1"],
    ["Supermicro, a board on no list", "a02a80", supermicro(0x1b99), undefined],
    ["Supermicro, bytes that are no slot", "a00280", supermicro(0x0859), undefined],
    ["Supermicro, DIMM in data 3 alone (Unitrends appliance)", "20ff50", supermicro(), "P1_DIMMF1"],
    ["Supermicro, DIMM number in data 3, bits 2:0", "20ff54", supermicro(), "P1_DIMMF5"],
    ["Supermicro, DIMM in data 3 alone, processor 2", "20ff81", supermicro(), "P2_DIMMA2"],
    ["Supermicro, DIMM in data 3 alone, ambiguous", "20ff80", supermicro(), undefined],
    ["Quanta T22HF writes CPU0_E1 in a form of its own", "a00231", { manufacturerId: 7244 }, undefined],
  ])("%s", (_, data, context, name) => {
    expect(dimmOf(memory(data), context)).toBe(name);
  });

  it("reads socket, channel and DIMM of the ECC sensor on the Intel boards it knows", () => {
    expect(dimmOf(memory("a00000", 2), intel(111))).toBe("DIMM_A1");
    expect(dimmOf(memory("a00029", 2), intel(111))).toBe("DIMM_F2");
    expect(dimmOf(memory("a00029", 2), intel(62))).toBe("DIMM_E2");
    expect(dimmOf(memory("a00004", 2), intel(111))).toBeUndefined();
    expect(dimmOf(memory("a00029", 3), intel(111))).toBeUndefined();
    expect(dimmOf(memory("a00029", 2), intel(200))).toBeUndefined();
  });

  it("falls back on ipmitool's reading for events without a sensor", () => {
    expect(dimmOf(memory("a00021", 0))).toBe("CPU1_DIMM2");
    expect(dimmOf(memory("a0005a", 0))).toBe("CPU10_DIMM5");
  });

  it("names the DIMM whose correctable errors Dell no longer logs", () => {
    expect(dimmOf(memory("a08001", 2, 0x10), dell)).toBe("A1");
  });

  it("returns nothing for other sensors", () => {
    expect(dimmOf(memory("31ff03", 8, 0x07))).toBeUndefined();
  });
});

describe("memoryErrorKind", () => {
  it.each([
    ["correctable ECC", 0x0c, "00ffff", "correctable"],
    ["uncorrectable ECC", 0x0c, "01ffff", "uncorrectable"],
    ["parity", 0x0c, "02ffff", "uncorrectable"],
    ["logging limit", 0x0c, "05ffff", "logging_limit"],
    ["correctable logging disabled", 0x10, "00ffff", "logging_limit"],
    ["presence", 0x0c, "06ffff", undefined],
    ["log cleared", 0x10, "02ffff", undefined],
  ])("%s", (_, sensorType, data, kind) => {
    expect(memoryErrorKind(memory(data, 1, sensorType))).toBe(kind);
  });

  it("does not count deassertions", () => {
    expect(memoryErrorKind({ ...memory("00ffff"), deassertion: true })).toBeUndefined();
  });
});
