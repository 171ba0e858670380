import { describe, expect, it } from "vitest";
import {
  CHASSIS_CONTROLS,
  chassisControl,
  chassisIdentify,
  getChassisCapabilities,
  getPohCounter,
  getSystemBootOptions,
  getSystemRestartCause,
  powerOnSeconds,
  RESTART_CAUSES,
} from "../../../../src/ipmi/commands/index.ts";
import { DecodeError } from "../../../../src/ipmi/errors.ts";
import { hex } from "../../../support/hex.ts";
import { eachBitOfRequest, eachBitOfResponse, knownRequest, knownResponse } from "../vectors.ts";

describe("chassis commands", () => {
  knownResponse(getChassisCapabilities, {
    about: "an intrusion sensor, everything at 20h",
    bytes: "012020202020",
    required: 5,
    value: { intrusionSensor: true, powerInterlock: false, selDeviceAddress: 0x20, bridgeDeviceAddress: 0x20 },
  });

  const addresses = {
    fruDeviceAddress: 0x20,
    sdrDeviceAddress: 0x22,
    selDeviceAddress: 0x24,
    systemManagementDeviceAddress: 0x26,
    bridgeDeviceAddress: 0x28,
  };
  eachBitOfResponse(
    getChassisCapabilities,
    {
      bytes: "aa2022242628",
      value: {
        powerInterlock: true,
        diagnosticInterrupt: false,
        frontPanelLockout: true,
        intrusionSensor: false,
        ...addresses,
      },
      encoded: "0a2022242628",
    },
    {
      bytes: "552022242628",
      value: {
        powerInterlock: false,
        diagnosticInterrupt: true,
        frontPanelLockout: false,
        intrusionSensor: true,
        ...addresses,
      },
      encoded: "052022242628",
    },
  );

  it("uses 20h for the bridge if Get Chassis Capabilities omits it", () => {
    expect(getChassisCapabilities.decodeResponse(hex("0f20222426")).bridgeDeviceAddress).toBe(0x20);
  });

  it.each(CHASSIS_CONTROLS.map((control, code) => [control, code] as const))("sends %s as %i", (control, code) => {
    expect(chassisControl.encodeRequest({ control })).toEqual(Buffer.from([code]));
    expect(chassisControl.decodeRequest(Buffer.from([code]))).toEqual({ control });
  });

  it("refuses a chassis control it does not know", () => {
    expect(() => chassisControl.decodeRequest(hex("06"))).toThrow(DecodeError);
    expect(() => chassisControl.decodeRequest(hex("08"))).toThrow(DecodeError);
    expect(chassisControl.decodeRequest(hex("f5"))).toEqual({ control: "soft shutdown" });
  });

  it("marks what changes the system", () => {
    expect([chassisControl.effect, chassisIdentify.effect]).toEqual(["changes", "changes"]);
    expect(getChassisCapabilities.effect).toBe("reads");
  });

  it("omits the bytes of Chassis Identify that some IPMI 1.5 BMCs refuse", () => {
    expect(chassisIdentify.encodeRequest({})).toEqual(hex(""));
    expect(chassisIdentify.encodeRequest({ intervalSeconds: 0 })).toEqual(hex("00"));
    expect(chassisIdentify.encodeRequest({ indefinitely: true })).toEqual(hex("0f01"));
    expect(chassisIdentify.decodeRequest(hex(""))).toEqual({ intervalSeconds: 15, indefinitely: false });
    expect(chassisIdentify.decodeRequest(hex("0055"))).toEqual({ intervalSeconds: 0, indefinitely: true });
    expect(chassisIdentify.decodeRequest(hex("00aa"))).toEqual({ intervalSeconds: 0, indefinitely: false });
  });

  knownResponse(getSystemRestartCause, {
    about: "the previous-state policy, as a MegaRAC says it",
    bytes: "07ff",
    value: { cause: RESTART_CAUSES.indexOf("previous-state policy"), channel: 0xff },
  });

  eachBitOfResponse(
    getSystemRestartCause,
    { bytes: "aa0e", value: { cause: 10, channel: 0x0e }, encoded: "0a0e" },
    { bytes: "550e", value: { cause: 5, channel: 0x0e }, encoded: "050e" },
  );

  knownResponse(getPohCounter, {
    about: "65536 counts of 123 minutes",
    bytes: "7b00000100",
    value: { minutesPerCount: 123, count: 65536 },
  });

  it("returns the power-on time in seconds", () => {
    expect(powerOnSeconds({ minutesPerCount: 60, count: 2 })).toBe(7200);
  });

  knownRequest(getSystemBootOptions, {
    about: "the boot flags",
    bytes: "050000",
    value: { parameter: 5, set: 0, block: 0 },
  });
  eachBitOfRequest(
    getSystemBootOptions,
    { bytes: "aaaaaa", value: { parameter: 0x2a, set: 0xaa, block: 0xaa }, encoded: "2aaaaa" },
    { bytes: "555555", value: { parameter: 0x55, set: 0x55, block: 0x55 } },
  );
  eachBitOfResponse(
    getSystemBootOptions,
    { bytes: "aaaa80", value: { version: 0x0a, locked: true, parameter: 0x2a, data: hex("80") }, encoded: "0aaa80" },
    { bytes: "555580", value: { version: 0x05, locked: false, parameter: 0x55, data: hex("80") }, encoded: "055580" },
  );
  knownResponse(getSystemBootOptions, {
    about: "boot flags with data of any length",
    bytes: "01858004000000",
    required: 2,
    value: { version: 1, locked: true, parameter: 5, data: hex("8004000000") },
  });
});
