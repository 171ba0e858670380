import { describe, expect, it } from "vitest";
import { getChassisStatus } from "../../../../src/ipmi/commands/chassis/get-chassis-status.ts";
import { hex } from "../../../support/hex.ts";
import { expectPrefixesRefused } from "../../../support/layout.ts";

describe("Get Chassis Status", () => {
  // Captured from an answer that ipmitool 1.8.19 and FreeIPMI 1.6.10 decoded.
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
