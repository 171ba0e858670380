import { describe, expect, it } from "vitest";
import {
  activatePowerLimit,
  bootFlags,
  bootInfoAcknowledge,
  bootSetInProgress,
  bootValidBitClearing,
  NO_BOOT_FLAGS,
  platformEventMessage,
  setAssetTag,
  setChannelAccess,
  setPowerLimit,
  setPowerRestorePolicy,
  setSelTime,
  setSensorThresholds,
  setSystemBootOptions,
  setUserAccess,
  setUserName,
  setUserPassword,
} from "../../../src/ipmi/commands/index.ts";
import { DecodeError } from "../../../src/ipmi/errors.ts";
import { hex } from "../../support/hex.ts";
import { eachBitOfParameter, eachBitOfRequest, eachBitOfResponse, knownRequest } from "./vectors.ts";

// Requests marked "ipmitool" are what ipmitool 1.8.19 sends; test/crossings/operations.test.ts compares live ones.

describe("boot options", () => {
  knownRequest(setSystemBootOptions, {
    about: "ipmitool, set in progress",
    bytes: "0001",
    required: 1,
    value: { parameter: 0, invalid: false, data: hex("01") },
  });
  knownRequest(setSystemBootOptions, {
    about: "ipmitool, PXE once under EFI",
    bytes: "05a004000000",
    required: 1,
    value: { parameter: 5, invalid: false, data: hex("a004000000") },
  });
  eachBitOfRequest(setSystemBootOptions, {
    bytes: "8355",
    value: { parameter: 3, invalid: true, data: hex("55") },
  });
  eachBitOfParameter(
    bootFlags,
    {
      bytes: "aaaaaaaaaa",
      value: {
        ...NO_BOOT_FLAGS,
        valid: true,
        efi: true,
        clearCmos: true,
        device: 10,
        blankScreen: true,
        lockPowerButton: true,
        verbosity: 1,
        bypassPassword: true,
        consoleRedirection: 2,
        modeOverride: true,
        muxControl: 2,
        deviceInstance: 10,
      },
      encoded: "a0aaaa0a0a",
    },
    {
      bytes: "5555555555",
      value: {
        ...NO_BOOT_FLAGS,
        persistent: true,
        lockKeyboard: true,
        device: 5,
        lockResetButton: true,
        verbosity: 2,
        progressTraps: true,
        lockSleepButton: true,
        consoleRedirection: 1,
        muxControl: 5,
        deviceInstance: 21,
      },
      encoded: "4055550515",
    },
  );
  eachBitOfParameter(
    bootValidBitClearing,
    {
      bytes: "aa",
      value: {
        keepAfterPef: false,
        keepWithoutCommand: true,
        keepAfterWatchdog: false,
        keepAfterReset: true,
        keepAfterPowerButton: false,
      },
      encoded: "0a",
    },
    {
      bytes: "55",
      value: {
        keepAfterPef: true,
        keepWithoutCommand: false,
        keepAfterWatchdog: true,
        keepAfterReset: false,
        keepAfterPowerButton: true,
      },
      encoded: "15",
    },
  );
  eachBitOfParameter(bootInfoAcknowledge, { bytes: "aa55", value: { mask: 10, acknowledged: 21 }, encoded: "0a15" });
  eachBitOfParameter(bootSetInProgress, { bytes: "02", value: "commit" }, { bytes: "01", value: "in progress" });
});

describe("power and clock", () => {
  knownRequest(setPowerRestorePolicy, { about: "ipmitool, always on", bytes: "02", value: { policy: "powers on" } });
  knownRequest(setPowerRestorePolicy, { about: "previous state", bytes: "01", value: { policy: "previous state" } });
  knownRequest(setPowerRestorePolicy, { about: "always off", bytes: "00", value: { policy: "stays off" } });
  eachBitOfResponse(
    setPowerRestorePolicy,
    { bytes: "05", value: { staysOff: true, previousState: false, powersOn: true } },
    { bytes: "aa", value: { staysOff: false, previousState: true, powersOn: false }, encoded: "02" },
  );
  it("refuses a restore policy that is reserved", () => {
    expect(() => setPowerRestorePolicy.decodeRequest(hex("04"))).toThrow(DecodeError);
  });
  knownRequest(setSelTime, { about: "2026-12-01 00:00:00", bytes: "80c22c6a", value: { timestamp: 0x6a2cc280 } });
});

describe("users and channels", () => {
  const access = { callbackOnly: false, linkAuthentication: true, messaging: true };
  knownRequest(setUserAccess, {
    about: "ipmitool, operator with link authentication and messaging",
    bytes: "b10a0300",
    required: 3,
    value: { channel: 1, userId: 10, access, privilegeLimit: 3, sessionLimit: 0 },
  });
  eachBitOfRequest(
    setUserAccess,
    {
      bytes: "d52a0a",
      value: {
        channel: 5,
        userId: 42,
        access: { callbackOnly: true, linkAuthentication: false, messaging: true },
        privilegeLimit: 10,
        sessionLimit: undefined,
      },
    },
    {
      bytes: "2a15f5",
      value: { channel: 10, userId: 21, access: undefined, privilegeLimit: 5, sessionLimit: undefined },
      encoded: "0a1505",
    },
  );
  knownRequest(setUserName, {
    about: "ipmitool, a name",
    bytes: "0a73616d65000000000000000000000000",
    value: { userId: 10, userName: "same" },
  });
  knownRequest(setUserName, {
    about: "a cleared name",
    bytes: "0a00000000000000000000000000000000",
    value: { userId: 10, userName: "" },
  });
  it("cuts a user name that is too long between two characters", () => {
    expect(setUserName.encodeRequest({ userId: 2, userName: "ä".repeat(20) })).toHaveLength(17);
  });
  knownRequest(setUserPassword, {
    about: "ipmitool, 16-byte form",
    bytes: "0a0270617373776f72640000000000000000",
    value: { userId: 10, operation: "set", size: 16, password: Buffer.from("password") },
  });
  knownRequest(setUserPassword, {
    about: "ipmitool, test in the 20-byte form",
    bytes: "8a0370617373776f7264000000000000000000000000",
    value: { userId: 10, operation: "test", size: 20, password: Buffer.from("password") },
  });
  it("accepts enable and disable without a password field", () => {
    expect(setUserPassword.decodeRequest(hex("0500"))).toEqual({
      userId: 5,
      operation: "disable",
      size: 16,
      password: undefined,
    });
    expect(setUserPassword.describeRefusal(0x80)).toBe("the password is another one");
    expect(setUserPassword.describeRefusal(0x81)).toBe("the stored password has the other size");
    expect(setUserPassword.confidential).toBe(true);
  });
  eachBitOfRequest(
    setChannelAccess,
    {
      bytes: "056a45",
      value: {
        channel: 5,
        setting: "non-volatile",
        alertingDisabled: true,
        perMessageAuthenticationDisabled: false,
        userLevelAuthenticationDisabled: true,
        accessMode: 2,
        privilegeLimit: 5,
      },
    },
    {
      bytes: "0a958a",
      value: {
        channel: 10,
        setting: "volatile",
        alertingDisabled: false,
        perMessageAuthenticationDisabled: true,
        userLevelAuthenticationDisabled: false,
        accessMode: 5,
        privilegeLimit: 10,
      },
    },
  );
});

describe("sensors and events", () => {
  knownRequest(platformEventMessage, {
    about: "ipmitool event 1, upper critical going high of temperature 30h",
    bytes: "0401300109ffff",
    required: 5,
    value: {
      sensorType: 1,
      sensorNumber: 0x30,
      deassertion: false,
      eventType: 1,
      data1: 9,
      data2: 0xff,
      data3: 0xff,
    },
  });
  it("has a place for the direction of an event", () => {
    expect(platformEventMessage.decodeRequest(hex("0402558155aa"))).toMatchObject({
      deassertion: true,
      eventType: 1,
      data1: 0x55,
      data2: 0xaa,
      data3: 0xff,
    });
  });
  eachBitOfRequest(
    setSensorThresholds,
    {
      bytes: "302a000b000d000f",
      value: {
        sensorNumber: 0x30,
        thresholds: { lowerCritical: 0x0b, upperNonCritical: 0x0d, upperNonRecoverable: 0x0f },
      },
    },
    {
      bytes: "30150a000c000e00",
      value: {
        sensorNumber: 0x30,
        thresholds: { lowerNonCritical: 0x0a, lowerNonRecoverable: 0x0c, upperCritical: 0x0e },
      },
    },
  );
});

describe("DCMI", () => {
  knownRequest(setPowerLimit, {
    about: "ipmitool, 500 W without an action",
    bytes: "dc00000000f401e803000000000100",
    value: { exceptionAction: 0, limitWatts: 500, correctionTimeMs: 1000, samplingPeriodSeconds: 1 },
  });
  knownRequest(activatePowerLimit, { about: "ipmitool, activate", bytes: "dc010000", value: { active: true } });
  knownRequest(activatePowerLimit, { about: "ipmitool, deactivate", bytes: "dc000000", value: { active: false } });
  knownRequest(setAssetTag, {
    about: "the second part",
    bytes: "dc1003616263",
    value: { offset: 16, data: Buffer.from("abc") },
  });
});
