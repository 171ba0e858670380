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
import { knownRequest, knownResponse } from "../vectors.ts";

// Answers that ipmitool 1.8.19 and FreeIPMI 1.6.10 decoded.
describe("DCMI capabilities", () => {
  knownRequest(getDcmiCapabilitiesInfo, { about: "parameter 1", bytes: "dc01", value: { parameter: 1 } });
  knownResponse(getDcmiCapabilitiesInfo, {
    about: "DCMI 1.5, parameter revision 2",
    bytes: "dc010502000107",
    required: 4,
    value: { major: 1, minor: 5, revision: 2, data: hex("000107") },
  });

  it("tells power management, and the bits of revision 1 apart", () => {
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

  it("tells 512 SEL entries with roll-over, sampled each second", () => {
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

  it("tells where the power controller is", () => {
    const attributes = optionalDcmiAttributes.decode(hex("2c61"));
    expect(attributes).toEqual({ powerControllerAddress: 0x2c, powerControllerChannel: 6, powerControllerRevision: 1 });
    expect(optionalDcmiAttributes.encode(attributes)).toEqual(hex("2c61"));
  });

  it("leaves out channels that do not exist", () => {
    expect(dcmiManageability.decode(hex("01ffff"))).toEqual({ primaryLanChannel: 1 });
    expect(dcmiManageability.encode({ primaryLanChannel: 1 })).toEqual(hex("01ffff"));
  });

  it("tells four rolling periods: 30 s, 1 min, 15 min, 7 h", () => {
    const { periods } = enhancedPowerStatistics.decode(hex("041e414f87"));
    expect(periods.map(rollingPeriodSeconds)).toEqual([30, 60, 900, 25_200]);
    expect(enhancedPowerStatistics.encode({ periods })).toEqual(hex("041e414f87"));
    expect(rollingPeriodSeconds(0xc2)).toBe(172_800);
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
});
