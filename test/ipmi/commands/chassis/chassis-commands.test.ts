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
import { knownRequest, knownResponse } from "../vectors.ts";

describe("chassis commands", () => {
  knownResponse(getChassisCapabilities, {
    about: "an intrusion sensor, everything at 20h",
    bytes: "012020202020",
    required: 5,
    value: { intrusionSensor: true, powerInterlock: false, selDeviceAddress: 0x20, bridgeDeviceAddress: 0x20 },
  });

  it("takes 20h for the bridge where Get Chassis Capabilities leaves it out", () => {
    expect(getChassisCapabilities.decodeResponse(hex("0f20222426")).bridgeDeviceAddress).toBe(0x20);
  });

  it.each(CHASSIS_CONTROLS.map((control, code) => [control, code] as const))("sends %s as %i", (control, code) => {
    expect(chassisControl.encodeRequest({ control })).toEqual(Buffer.from([code]));
    expect(chassisControl.decodeRequest(Buffer.from([code]))).toEqual({ control });
  });

  it("refuses a chassis control it does not know", () => {
    expect(() => chassisControl.decodeRequest(hex("06"))).toThrow(DecodeError);
  });

  it("marks what changes the system", () => {
    expect([chassisControl.effect, chassisIdentify.effect]).toEqual(["changes", "changes"]);
    expect(getChassisCapabilities.effect).toBe("reads");
  });

  it("leaves out the bytes of Chassis Identify that some IPMI 1.5 BMCs refuse", () => {
    expect(chassisIdentify.encodeRequest({})).toEqual(hex(""));
    expect(chassisIdentify.encodeRequest({ intervalSeconds: 0 })).toEqual(hex("00"));
    expect(chassisIdentify.encodeRequest({ indefinitely: true })).toEqual(hex("0f01"));
    expect(chassisIdentify.decodeRequest(hex(""))).toEqual({ intervalSeconds: 15, indefinitely: false });
    expect(chassisIdentify.decodeRequest(hex("0001"))).toEqual({ intervalSeconds: 0, indefinitely: true });
  });

  knownResponse(getSystemRestartCause, {
    about: "the previous-state policy, as a MegaRAC says it",
    bytes: "07ff",
    value: { cause: RESTART_CAUSES.indexOf("previous-state policy"), channel: 0xff },
  });

  knownResponse(getPohCounter, {
    about: "65536 counts of 123 minutes",
    bytes: "7b00000100",
    value: { minutesPerCount: 123, count: 65536 },
  });

  it("gives power-on time in seconds", () => {
    expect(powerOnSeconds({ minutesPerCount: 60, count: 2 })).toBe(7200);
  });

  knownRequest(getSystemBootOptions, {
    about: "the boot flags",
    bytes: "050000",
    value: { parameter: 5, set: 0, block: 0 },
  });
  knownResponse(getSystemBootOptions, {
    about: "boot flags with data of any length",
    bytes: "01858004000000",
    required: 2,
    value: { version: 1, locked: true, parameter: 5, data: hex("8004000000") },
  });
});
