import { describe, expect, it } from "vitest";
import { canonicalIp, ipBits } from "../../src/lib/index.ts";

describe("the canonical form of an IP address", () => {
  it.each([
    ["2001:DB8:0:0::0001", "2001:db8::1"],
    ["0:0:0:0:0:0:0:1", "::1"],
    ["fe80:0::1%eth0", "fe80::1%eth0"],
    ["::FFFF:A00:1", "::ffff:10.0.0.1"],
    ["10.0.0.1", "10.0.0.1"],
    ["BMC1.example.org", "BMC1.example.org"],
    ["", ""],
  ])("of %s is %s", (text, expected) => {
    expect(canonicalIp(text)).toBe(expected);
  });
});

describe("the bits of an IP address", () => {
  it.each([
    ["10.0.0.1", 0x0a000001n],
    ["255.255.255.255", 0xffffffffn],
    ["::", 0n],
    ["::1", 1n],
    ["2001:db8::aa:55", 0x20010db8_00000000_00000000_00aa0055n],
    ["1:2:3:4:5:6:7:8", 0x00010002_00030004_00050006_00070008n],
    ["1:2:3:4:5:6:7::", 0x00010002_00030004_00050006_00070000n],
    ["::ffff:10.0.0.1", 0xffff_0a000001n],
    ["fe80::1%eth0", 0xfe800000_00000000_00000000_00000001n],
  ])("%s", (address, bits) => {
    expect(ipBits(address)).toBe(bits);
  });
});
