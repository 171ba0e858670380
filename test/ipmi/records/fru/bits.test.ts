import { describe, expect, it } from "vitest";
import { decodeFru, encodeFru, type MultiRecord } from "../../../../src/ipmi/records/fru/index.ts";
import { checksum } from "../../../../src/ipmi/wire/checksum.ts";
import { hex } from "../../../support/hex.ts";

/*
 * Multirecords in which neighbouring bits differ (AAh and 55h), each with the whole value: a flag read from the wrong
 * bit shows. Written by hand after the FRU storage definition, section 18.
 */

interface Row {
  readonly about: string;
  readonly recordType: number;
  readonly data: string;
  readonly value: MultiRecord;
  /** What the value encodes to, without reserved bits. */
  readonly encoded: string;
}

/** One multirecord as the only content of a FRU. */
function fruOf(recordType: number, data: string, parameters = 0x82): Buffer {
  const bytes = hex(data);
  const head = Buffer.of(recordType, parameters, bytes.length, checksum(bytes));
  return Buffer.concat([hex("01000000000100fe"), head, Buffer.of(checksum(head)), bytes]);
}

const range = (millivolts: number) => ({ lowMillivolts: millivolts, highMillivolts: millivolts });
const supply = (byte: number) => ({
  type: "power_supply" as const,
  peakVoltAmperes: byte * 0x0101,
  inrushAmperes: byte,
  inrushIntervalMs: byte,
  lowHertz: byte,
  highHertz: byte,
  dropoutMs: byte,
  combinedWatts: byte * 0x0101,
  predictiveFailRevolutionsPerSecond: byte,
});

/** 10, 20 and 30 mV, 4 mV of ripple, both currents F000h. */
const OUTPUT = "010002000300040000f000f0";
const currents = (unit: number) => ({ minimumMilliamperes: 0xf000 * unit, maximumMilliamperes: 0xf000 * unit });
const dcOutput = {
  nominalMillivolts: 10,
  maximumNegativeDeviationMillivolts: 20,
  maximumPositiveDeviationMillivolts: 30,
  rippleMillivolts: 4,
};
const dcLoad = { nominalMillivolts: 10, minimumMillivolts: 20, maximumMillivolts: 30, rippleMillivolts: 4 };

const ROWS: readonly Row[] = [
  {
    about: "power supply AAh",
    recordType: 0x00,
    data: "aa".repeat(24),
    value: {
      ...supply(0xaa),
      capacityWatts: 0xaaa,
      inputRange1: range(-218_460),
      inputRange2: range(-218_460),
      predictiveFail: false,
      powerFactorCorrection: true,
      autoswitch: false,
      hotSwap: true,
      tachometerFlag: false,
      peakHoldUpSeconds: 10,
      peakWatts: 0xaaa,
      combinedVoltage1: 10,
      combinedVoltage2: 10,
    },
    encoded: `aa0a${"aa".repeat(15)}0a${"aa".repeat(6)}`,
  },
  {
    about: "power supply 55h",
    recordType: 0x00,
    data: "55".repeat(24),
    value: {
      ...supply(0x55),
      capacityWatts: 0x555,
      inputRange1: range(218_450),
      inputRange2: range(218_450),
      predictiveFail: true,
      powerFactorCorrection: false,
      autoswitch: true,
      hotSwap: false,
      tachometerFlag: true,
      peakHoldUpSeconds: 5,
      peakWatts: 0x555,
      combinedVoltage1: 5,
      combinedVoltage2: 5,
    },
    encoded: `5505${"55".repeat(15)}15${"55".repeat(6)}`,
  },
  {
    about: "DC output AAh",
    recordType: 0x01,
    data: `aa${OUTPUT}`,
    value: { type: "dc_output", output: 10, standby: true, ...dcOutput, ...currents(1) },
    encoded: `8a${OUTPUT}`,
  },
  {
    about: "DC output 55h",
    recordType: 0x01,
    data: `55${OUTPUT}`,
    value: { type: "dc_output", output: 5, standby: false, ...dcOutput, ...currents(1) },
    encoded: `05${OUTPUT}`,
  },
  {
    about: "extended DC output with the unit of 100 mA",
    recordType: 0x09,
    data: `ba${OUTPUT}`,
    value: { type: "extended_dc_output", output: 10, standby: true, ...dcOutput, ...currents(100) },
    encoded: `9a${OUTPUT}`,
  },
  {
    about: "extended DC output with the unit of 10 mA",
    recordType: 0x09,
    data: `65${OUTPUT}`,
    value: { type: "extended_dc_output", output: 5, standby: false, ...dcOutput, ...currents(10) },
    encoded: `05${OUTPUT}`,
  },
  {
    about: "DC load AAh",
    recordType: 0x02,
    data: `aa${OUTPUT}`,
    value: { type: "dc_load", output: 10, ...dcLoad, ...currents(1) },
    encoded: `0a${OUTPUT}`,
  },
  {
    about: "DC load 55h",
    recordType: 0x02,
    data: `55${OUTPUT}`,
    value: { type: "dc_load", output: 5, ...dcLoad, ...currents(1) },
    encoded: `05${OUTPUT}`,
  },
  {
    about: "extended DC load with the unit of 100 mA",
    recordType: 0x0a,
    data: `5a${OUTPUT}`,
    value: { type: "extended_dc_load", output: 10, ...dcLoad, ...currents(100) },
    encoded: `1a${OUTPUT}`,
  },
  {
    about: "extended DC load with the unit of 10 mA",
    recordType: 0x0a,
    data: `a5${OUTPUT}`,
    value: { type: "extended_dc_load", output: 5, ...dcLoad, ...currents(10) },
    encoded: `05${OUTPUT}`,
  },
];

describe("each bit of a multirecord has its place:", () => {
  it.each(ROWS)("$about", ({ recordType, data, value, encoded }) => {
    const fru = decodeFru(fruOf(recordType, data));
    expect(fru.problems).toEqual([]);
    expect(fru.multiRecords).toEqual([value]);
    const expected = fruOf(recordType, encoded);
    expect(encodeFru({ multiRecords: [value] }).subarray(0, expected.length)).toEqual(expected);
  });

  it("the format version in four bits", () => {
    expect(decodeFru(fruOf(0xc0, "", 0x8a)).problems).toEqual(["multirecord 0: no record where one was announced"]);
  });
});
