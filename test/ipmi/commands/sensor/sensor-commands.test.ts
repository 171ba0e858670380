import { describe, expect, it } from "vitest";
import {
  getDeviceSdr,
  getDeviceSdrInfo,
  getSensorEventEnable,
  getSensorEventStatus,
  getSensorHysteresis,
  getSensorReading,
  getSensorReadingFactors,
  getSensorThresholds,
  getSensorType,
  reserveDeviceSdrRepository,
} from "../../../../src/ipmi/commands/index.ts";
import { hex } from "../../../support/hex.ts";
import { eachBitOfResponse, knownRequest, knownResponse } from "../vectors.ts";

// Answers that ipmitool 1.8.19 and FreeIPMI 1.6.10 decoded.
describe("Get Sensor Reading", () => {
  knownRequest(getSensorReading, { about: "sensor 28", bytes: "1c", value: { sensorNumber: 28 } });
  knownResponse(getSensorReading, {
    about: "raw 2Fh, no threshold crossed",
    bytes: "2fc0c0",
    required: 2,
    value: { raw: 0x2f, eventMessagesEnabled: true, scanningEnabled: true, unavailable: false, comparison: 0 },
  });
  knownResponse(getSensorReading, {
    about: "reading unavailable, printed as na",
    bytes: "00e0c0",
    required: 2,
    value: { unavailable: true, scanningEnabled: true },
  });
  knownResponse(getSensorReading, {
    about: "scanning disabled, printed as Disabled",
    bytes: "0080c0",
    required: 2,
    value: { unavailable: false, scanningEnabled: false, eventMessagesEnabled: true },
  });
  knownResponse(getSensorReading, {
    about: "at or above upper non-critical and upper critical",
    bytes: "65c0d8",
    required: 2,
    value: { raw: 101, comparison: 0x18 },
  });
  knownResponse(getSensorReading, {
    about: "a supply is present and has lost its input",
    bytes: "00c00980",
    required: 2,
    value: { states: 0b1001, stateBytes: 2 },
  });
  knownResponse(getSensorReading, {
    about: "states 8 to 14 come from the last byte",
    bytes: "00c000c1",
    required: 2,
    value: { states: 0x4100 },
  });

  eachBitOfResponse(
    getSensorReading,
    {
      bytes: "aaaaaaaa",
      value: {
        raw: 0xaa,
        eventMessagesEnabled: true,
        scanningEnabled: false,
        unavailable: true,
        states: 0x2aaa,
        comparison: 0x2a,
        stateBytes: 2,
      },
      encoded: "aaa0aaaa",
    },
    {
      bytes: "55555555",
      value: {
        raw: 0x55,
        eventMessagesEnabled: false,
        scanningEnabled: true,
        unavailable: false,
        states: 0x5555,
        comparison: 0x15,
        stateBytes: 2,
      },
      // Bit 7 of the last byte is sent as 1.
      encoded: "554055d5",
    },
  );

  it("sends the comparison of a threshold sensor in bits 5:0", () => {
    const reading = { raw: 0, eventMessagesEnabled: false, scanningEnabled: true, unavailable: false, stateBytes: 1 };
    expect(getSensorReading.encodeResponse({ ...reading, states: 0, comparison: 0xff })).toEqual(hex("00403f"));
  });

  it("reads missing state bytes as no state, as on Dell 2950 and Inventec 5441", () => {
    expect(getSensorReading.decodeResponse(hex("2fc0"))).toMatchObject({ states: 0, comparison: 0, stateBytes: 0 });
  });
});

describe("sensor facts", () => {
  knownResponse(getSensorThresholds, {
    about: "all six, one value per branch",
    bytes: "3f0a05005f6469",
    value: {
      lowerNonCritical: 10,
      lowerCritical: 5,
      lowerNonRecoverable: 0,
      upperNonCritical: 95,
      upperCritical: 100,
      upperNonRecoverable: 105,
    },
  });
  knownResponse(getSensorThresholds, {
    about: "raw bytes of a signed sensor",
    bytes: "3f00fbf6262a2f",
    value: { lowerCritical: 0xfb, lowerNonRecoverable: 0xf6, upperNonRecoverable: 0x2f },
  });

  it("omits thresholds that are not readable, whatever their bytes are", () => {
    const thresholds = getSensorThresholds.decodeResponse(hex("12ffffffffffff"));
    expect(thresholds).toEqual({ lowerCritical: 0xff, upperCritical: 0xff });
    expect(getSensorThresholds.encodeResponse(thresholds)).toEqual(hex("1200ff0000ff00"));
  });

  eachBitOfResponse(
    getSensorThresholds,
    {
      bytes: "aa010203040506",
      value: { lowerCritical: 2, upperNonCritical: 4, upperNonRecoverable: 6 },
      encoded: "2a000200040006",
    },
    {
      bytes: "55010203040506",
      value: { lowerNonCritical: 1, lowerNonRecoverable: 3, upperCritical: 5 },
      encoded: "15010003000500",
    },
  );

  eachBitOfResponse(
    getSensorReadingFactors,
    {
      bytes: "aaaaaaaaaaaaaa",
      value: {
        nextReading: 0xaa,
        m: -342,
        tolerance: 0x2a,
        b: -342,
        accuracy: 0x2aa,
        accuracyExponent: 2,
        rExponent: -6,
        bExponent: -6,
      },
      encoded: "aaaaaaaaaaa8aa",
    },
    {
      bytes: "55555555555555",
      value: {
        nextReading: 0x55,
        m: 341,
        tolerance: 0x15,
        b: 341,
        accuracy: 0x155,
        accuracyExponent: 1,
        rExponent: 5,
        bExponent: 5,
      },
      encoded: "55555555555455",
    },
  );
  knownRequest(getSensorReadingFactors, {
    about: "sensor 22 at raw 40h",
    bytes: "1640",
    value: { sensorNumber: 22, raw: 0x40 },
  });
  knownResponse(getSensorReadingFactors, {
    about: "1.092 V for raw 40h",
    bytes: "411905048000d0",
    value: { nextReading: 0x41, m: 25, tolerance: 5, b: -508, accuracy: 0, rExponent: -3, bExponent: 0 },
  });
  knownResponse(getSensorReadingFactors, {
    about: "negative M, all fields different",
    bytes: "ffc0c5ff7f581e",
    value: { m: -64, tolerance: 5, b: 511, accuracy: 0x17f, accuracyExponent: 2, rExponent: 1, bExponent: -2 },
  });
  knownRequest(getSensorHysteresis, { about: "sensor 1", bytes: "01ff", value: { sensorNumber: 1 } });
  knownResponse(getSensorHysteresis, { about: "2 up, 3 down", bytes: "0203", value: { positive: 2, negative: 3 } });
  knownResponse(getSensorEventEnable, {
    about: "upper events both ways",
    bytes: "c0800a800a",
    required: 1,
    value: { eventMessagesEnabled: true, scanningEnabled: true, assertions: 0x0a80, deassertions: 0x0a80 },
  });
  knownResponse(getSensorEventStatus, {
    about: "one asserted event, state unavailable",
    bytes: "e000020100",
    required: 1,
    value: { unavailable: true, assertions: 0x0200, deassertions: 1 },
  });
  knownResponse(getSensorType, {
    about: "temperature, threshold class",
    bytes: "0101",
    value: { sensorType: 1, eventReadingType: 1 },
  });

  eachBitOfResponse(
    getSensorEventEnable,
    {
      bytes: "aaaaaaaaaa",
      value: { eventMessagesEnabled: true, scanningEnabled: false, assertions: 0xaaaa, deassertions: 0xaaaa },
      encoded: "80aaaaaaaa",
    },
    {
      bytes: "5555555555",
      value: { eventMessagesEnabled: false, scanningEnabled: true, assertions: 0x5555, deassertions: 0x5555 },
      encoded: "4055555555",
    },
  );
  eachBitOfResponse(
    getSensorEventStatus,
    {
      bytes: "aaaaaaaaaa",
      value: {
        eventMessagesEnabled: true,
        scanningEnabled: false,
        unavailable: true,
        assertions: 0xaaaa,
        deassertions: 0xaaaa,
      },
      encoded: "a0aaaaaaaa",
    },
    {
      bytes: "5555555555",
      value: {
        eventMessagesEnabled: false,
        scanningEnabled: true,
        unavailable: false,
        assertions: 0x5555,
        deassertions: 0x5555,
      },
      encoded: "4055555555",
    },
  );
  eachBitOfResponse(
    getSensorType,
    { bytes: "aaaa", value: { sensorType: 0xaa, eventReadingType: 0x2a }, encoded: "aa2a" },
    { bytes: "5555", value: { sensorType: 0x55, eventReadingType: 0x55 } },
  );

  it("reads missing event masks as 0", () => {
    expect(getSensorEventStatus.decodeResponse(hex("c0"))).toMatchObject({ assertions: 0, deassertions: 0 });
    expect(getSensorEventEnable.decodeResponse(hex("c0ff"))).toMatchObject({ assertions: 0xff, deassertions: 0 });
  });
});

describe("device SDRs", () => {
  knownResponse(getDeviceSdrInfo, {
    about: "71 static sensors of LUN 0, as OpenBMC says it",
    bytes: "4701",
    value: { count: 71, dynamicPopulation: false, luns: 1 },
  });
  knownResponse(getDeviceSdrInfo, {
    about: "a dynamic population and when it changed",
    bytes: "0a8140d9026b",
    required: 2,
    value: { dynamicPopulation: true, populationChange: 0x6b02d940 },
  });

  eachBitOfResponse(
    getDeviceSdrInfo,
    {
      bytes: "aaaaaaaaaaaa",
      value: { count: 0xaa, dynamicPopulation: true, luns: 0x0a, populationChange: 0xaaaaaaaa },
      encoded: "aa8aaaaaaaaa",
    },
    { bytes: "555555555555", value: { count: 0x55, dynamicPopulation: false, luns: 0x05 }, encoded: "5505" },
  );

  it("counts sensors with no data and records with 01h", () => {
    expect(getDeviceSdrInfo.encodeRequest({ count: "sensors" })).toEqual(hex(""));
    expect(getDeviceSdrInfo.encodeRequest({ count: "records" })).toEqual(hex("01"));
    expect(getDeviceSdrInfo.decodeRequest(hex(""))).toEqual({ count: "sensors" });
    expect(getDeviceSdrInfo.decodeRequest(hex("aa"))).toEqual({ count: "sensors" });
    expect(getDeviceSdrInfo.decodeRequest(hex("55"))).toEqual({ count: "records" });
  });

  knownResponse(reserveDeviceSdrRepository, { about: "the first", bytes: "0100", value: { reservationId: 1 } });
  knownRequest(getDeviceSdr, {
    about: "the header of the first record",
    bytes: "010000000005",
    value: { reservationId: 1, recordId: 0, offset: 0, count: 5 },
  });
  knownResponse(getDeviceSdr, {
    about: "a record header",
    bytes: "02000100510134",
    required: 2,
    value: { nextRecordId: 2, data: hex("0100510134") },
  });
});
