import { describe, expect, it } from "vitest";
import { getChassisStatus } from "../../../../src/ipmi/commands/chassis/get-chassis-status.ts";
import { hex } from "../../../support/hex.ts";
import { expectPrefixesRefused } from "../../../support/layout.ts";
import { eachBitOfResponse } from "../vectors.ts";

describe("Get Chassis Status", () => {
  // Recorded; ipmitool 1.8.19 and FreeIPMI 1.6.10 print what the tests below expect.
  const captured = hex("61104000");

  it("decodes what ipmitool and FreeIPMI print for a captured answer", () => {
    expect(getChassisStatus.decodeResponse(captured)).toMatchObject({
      powerOn: true,
      restorePolicy: "unknown",
      lastPowerEvent: 0x10,
      identify: "off",
      frontPanel: 0,
    });
  });

  eachBitOfResponse(
    getChassisStatus,
    {
      bytes: "aaaaaaaa",
      value: {
        powerOn: false,
        powerOverload: true,
        interlock: false,
        powerFault: true,
        powerControlFault: false,
        restorePolicy: "previous state",
        lastPowerEvent: 0xaa,
        intrusion: false,
        frontPanelLockout: true,
        driveFault: false,
        coolingFault: true,
        frontPanel: 0xaa,
      },
      encoded: "2aaa0aaa",
    },
    {
      bytes: "55555555",
      value: {
        powerOn: true,
        powerOverload: false,
        interlock: true,
        powerFault: false,
        powerControlFault: true,
        restorePolicy: "powers on",
        lastPowerEvent: 0x55,
        intrusion: true,
        frontPanelLockout: false,
        driveFault: true,
        coolingFault: false,
        identify: "timed on",
        frontPanel: 0x55,
      },
    },
  );

  it.each([
    ["00", undefined],
    ["30", undefined],
    ["40", "off"],
    ["50", "timed on"],
    ["60", "indefinite on"],
  ])("reads the identify light of %s as %s", (misc, identify) => {
    expect(getChassisStatus.decodeResponse(hex(`0000${misc}`)).identify).toBe(identify);
  });

  it("encodes back to the same bytes", () => {
    expect(getChassisStatus.encodeResponse(getChassisStatus.decodeResponse(captured))).toEqual(captured);
  });

  it("accepts an answer without the front panel byte, as many BMCs send it", () => {
    expect(getChassisStatus.decodeResponse(hex("210000")).frontPanel).toBeUndefined();
  });

  it("refuses every truncated answer", () => {
    expectPrefixesRefused(captured, 3, (bytes) => getChassisStatus.decodeResponse(bytes));
  });
});
