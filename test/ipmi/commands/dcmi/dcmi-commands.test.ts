import { describe, expect, it } from "vitest";
import {
  DcmiEntity,
  dcmiManageability,
  enhancedPowerStatistics,
  getAssetTag,
  getDcmiCapabilitiesInfo,
  getDcmiSensorInfo,
  getManagementControllerIdString,
  getPowerLimit,
  getPowerReading,
  getTemperatureReadings,
  getThermalLimit,
  mandatoryDcmiAttributes,
  optionalDcmiAttributes,
  rollingPeriodSeconds,
  supportedDcmiCapabilities,
} from "../../../../src/ipmi/commands/index.ts";
import { DecodeError, TruncatedError } from "../../../../src/ipmi/errors.ts";
import { hex } from "../../../support/hex.ts";
import { eachBitOfParameter, eachBitOfResponse, knownRequest, knownResponse } from "../vectors.ts";

// Answers that ipmitool 1.8.19 and FreeIPMI 1.6.10 decoded.
describe("DCMI capabilities", () => {
  knownRequest(getDcmiCapabilitiesInfo, { about: "parameter 1", bytes: "dc01", value: { parameter: 1 } });
  knownResponse(getDcmiCapabilitiesInfo, {
    about: "DCMI 1.5, parameter revision 2",
    bytes: "dc010502000107",
    required: 4,
    value: { major: 1, minor: 5, revision: 2, data: hex("000107") },
  });

  it("decode into power management and the bits that only revision 1 has", () => {
    expect(supportedDcmiCapabilities.decode(hex("000107"))).toEqual({
      temperatureMonitor: false,
      chassisPower: false,
      selLogging: false,
      identification: false,
      powerManagement: true,
      vlan: false,
      sol: false,
      primaryLan: false,
      secondaryLan: true,
      serialTmode: true,
      inBandKcs: true,
    });
    expect(supportedDcmiCapabilities.encode(supportedDcmiCapabilities.decode(hex("0f013f")))).toEqual(hex("0f013f"));
  });

  eachBitOfParameter(
    supportedDcmiCapabilities,
    {
      bytes: "aaaaaa",
      value: {
        temperatureMonitor: true,
        chassisPower: false,
        selLogging: true,
        identification: false,
        powerManagement: false,
        vlan: true,
        sol: false,
        primaryLan: true,
        secondaryLan: false,
        serialTmode: true,
        inBandKcs: false,
      },
      encoded: "0a002a",
    },
    {
      bytes: "555555",
      value: {
        temperatureMonitor: false,
        chassisPower: true,
        selLogging: false,
        identification: true,
        powerManagement: true,
        vlan: false,
        sol: true,
        primaryLan: false,
        secondaryLan: true,
        serialTmode: false,
        inBandKcs: true,
      },
      encoded: "050115",
    },
  );
  eachBitOfParameter(
    mandatoryDcmiAttributes,
    {
      bytes: "aaaaaaaaaa",
      value: {
        selRollover: true,
        selFlushedWhole: false,
        selFlushedByRecord: true,
        selEntries: 0xaaa,
        assetTag: false,
        dhcpHostName: true,
        guid: false,
        temperatureSamplingSeconds: 0xaa,
      },
      encoded: "aaaa0200aa",
    },
    {
      bytes: "5555555555",
      value: {
        selRollover: false,
        selFlushedWhole: true,
        selFlushedByRecord: false,
        selEntries: 0x555,
        assetTag: true,
        dhcpHostName: false,
        guid: true,
        temperatureSamplingSeconds: 0x55,
      },
      encoded: "5545050055",
    },
  );
  eachBitOfParameter(
    optionalDcmiAttributes,
    {
      bytes: "aaaa",
      value: { powerControllerAddress: 0xaa, powerControllerChannel: 0x0a, powerControllerRevision: 0x0a },
    },
    {
      bytes: "5555",
      value: { powerControllerAddress: 0x54, powerControllerChannel: 0x05, powerControllerRevision: 0x05 },
      encoded: "5455",
    },
    {
      bytes: "ff0f",
      value: { powerControllerAddress: 0xfe, powerControllerChannel: 0, powerControllerRevision: 0x0f },
      encoded: "fe0f",
    },
  );

  it("have 512 SEL entries with roll-over, sampled each second", () => {
    const attributes = mandatoryDcmiAttributes.decode(hex("00e2000001"));
    expect(attributes).toMatchObject({
      selRollover: true,
      selFlushedWhole: true,
      selFlushedByRecord: true,
      selEntries: 512,
      temperatureSamplingSeconds: 1,
    });
    expect(mandatoryDcmiAttributes.encode(attributes)).toEqual(hex("00e2000001"));
    expect(mandatoryDcmiAttributes.decode(hex("40000700"))).toMatchObject({ selEntries: 64, assetTag: true });
  });

  it("have the address of the power controller", () => {
    const attributes = optionalDcmiAttributes.decode(hex("2c61"));
    expect(attributes).toEqual({ powerControllerAddress: 0x2c, powerControllerChannel: 6, powerControllerRevision: 1 });
    expect(optionalDcmiAttributes.encode(attributes)).toEqual(hex("2c61"));
  });

  it("omit channels that do not exist", () => {
    expect(dcmiManageability.decode(hex("01ffff"))).toEqual({ primaryLanChannel: 1 });
    expect(dcmiManageability.encode({ primaryLanChannel: 1 })).toEqual(hex("01ffff"));
  });

  it("have four rolling periods: 30 s, 1 min, 15 min, 7 h", () => {
    const { periods } = enhancedPowerStatistics.decode(hex("041e414f87"));
    expect(periods.map(rollingPeriodSeconds)).toEqual([30, 60, 900, 25_200]);
    expect(enhancedPowerStatistics.encode({ periods })).toEqual(hex("041e414f87"));
    expect(rollingPeriodSeconds(0xc2)).toBe(172_800);
    expect(rollingPeriodSeconds(0xaa)).toBe(42 * 3600);
    expect(rollingPeriodSeconds(0x55)).toBe(21 * 60);
    expect(() => enhancedPowerStatistics.decode(hex("041e"))).toThrow(TruncatedError);
  });
});

describe("DCMI power", () => {
  knownRequest(getPowerReading, {
    about: "system statistics",
    bytes: "dc010000",
    value: { enhancedPeriod: undefined },
  });
  knownRequest(getPowerReading, { about: "enhanced, 30 s", bytes: "dc021e00", value: { enhancedPeriod: 0x1e } });
  knownResponse(getPowerReading, {
    about: "342 W now, 110 to 518, 301 on average over 10 minutes",
    bytes: "dc56016e0006022d011cdf026bc027090040",
    value: {
      currentWatts: 342,
      minimumWatts: 110,
      maximumWatts: 518,
      averageWatts: 301,
      timestamp: Date.parse("2026-11-22T12:25:00Z") / 1000,
      periodMs: 600_000,
      active: true,
    },
  });
  knownResponse(getPowerReading, {
    about: "enhanced, 342 W now over 5 minutes",
    bytes: "dc5601c800900136011cdf026be093040040",
    value: { currentWatts: 342, minimumWatts: 200, maximumWatts: 400, averageWatts: 310, periodMs: 300_000 },
  });
  const reading = {
    currentWatts: 0x0201,
    minimumWatts: 0x0403,
    maximumWatts: 0x0605,
    averageWatts: 0x0807,
    timestamp: 0x0c0b0a09,
    periodMs: 0x100f0e0d,
  };
  eachBitOfResponse(
    getPowerReading,
    {
      bytes: "dc0102030405060708090a0b0c0d0e0f10aa",
      value: { ...reading, active: false },
      encoded: "dc0102030405060708090a0b0c0d0e0f1000",
    },
    {
      bytes: "dc0102030405060708090a0b0c0d0e0f1055",
      value: { ...reading, active: true },
      encoded: "dc0102030405060708090a0b0c0d0e0f1040",
    },
  );
  knownRequest(getPowerLimit, { about: "two reserved bytes", bytes: "dc0000", value: undefined });
  knownResponse(getPowerLimit, {
    about: "800 W, corrected in 5 s or powered off, sampled each minute",
    bytes: "dc00000120038813000000003c00",
    value: { exceptionAction: 1, limitWatts: 800, correctionTimeMs: 5000, samplingPeriodSeconds: 60 },
  });

  it("names 80h of Get Power Limit", () => {
    expect(getPowerLimit.describeRefusal(0x80)).toBe("no active power limit");
  });

  it("refuses an answer of another group", () => {
    expect(() => getPowerReading.decodeResponse(hex("0056016e0006022d011cdf026bc027090040"))).toThrow(DecodeError);
  });
});

describe("DCMI temperatures and texts", () => {
  knownRequest(getDcmiSensorInfo, {
    about: "all CPU temperatures",
    bytes: "dc01410000",
    value: { entityId: DcmiEntity.Cpu, instance: 0, start: 0 },
  });
  knownResponse(getDcmiSensorInfo, {
    about: "records 1 and 1Ch",
    bytes: "dc020201001c00",
    value: { totalInstances: 2, recordIds: [0x01, 0x1c] },
  });
  knownRequest(getTemperatureReadings, {
    about: "all CPU temperatures",
    bytes: "dc01410000",
    value: { entityId: DcmiEntity.Cpu, instance: 0, start: 0 },
  });
  knownResponse(getTemperatureReadings, {
    about: "47 and 101 degrees",
    bytes: "dc02022f016502",
    value: {
      totalInstances: 2,
      readings: [
        { celsius: 47, instance: 1 },
        { celsius: 101, instance: 2 },
      ],
    },
  });
  knownResponse(getTemperatureReadings, {
    about: "10 below zero is a sign and a magnitude",
    bytes: "dc01018a01",
    value: { readings: [{ celsius: -10, instance: 1 }] },
  });

  eachBitOfResponse(getTemperatureReadings, {
    bytes: "dc0202aa015502",
    value: {
      totalInstances: 2,
      readings: [
        { celsius: -42, instance: 1 },
        { celsius: 85, instance: 2 },
      ],
    },
  });

  it("reads minus zero as zero", () => {
    expect(getTemperatureReadings.decodeResponse(hex("dc01018001")).readings[0]?.celsius).toBe(0);
  });

  for (const command of [getAssetTag, getManagementControllerIdString]) {
    knownRequest(command, { about: "the first 16 bytes", bytes: "dc0010", value: { offset: 0, count: 16 } });
    knownResponse(command, {
      about: "a short text whole",
      bytes: "dc04726f6f6d",
      required: 2,
      value: { totalLength: 4, data: Buffer.from("room") },
    });
  }

  knownRequest(getThermalLimit, { about: "the inlet", bytes: "dc4001", value: { entityId: 0x40, instance: 1 } });
  knownResponse(getThermalLimit, {
    about: "log after 60 s above 75 degrees",
    bytes: "dc204b3c00",
    value: { powerOff: false, log: true, limitCelsius: 75, exceptionTimeSeconds: 60 },
  });
  eachBitOfResponse(
    getThermalLimit,
    {
      bytes: "dcaa4b3c00",
      value: { powerOff: false, log: true, limitCelsius: 75, exceptionTimeSeconds: 60 },
      encoded: "dc204b3c00",
    },
    {
      bytes: "dc554b3c00",
      value: { powerOff: true, log: false, limitCelsius: 75, exceptionTimeSeconds: 60 },
      encoded: "dc404b3c00",
    },
  );
});
