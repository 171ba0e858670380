import { describe, expect, it } from "vitest";
import {
  cipherSuiteLimits,
  getLanConfigurationParameters,
  lanAuthenticationTypeEnables,
  lanAuthenticationTypes,
  lanBadPasswordThreshold,
  lanCipherSuiteCount,
  lanCipherSuiteEntries,
  lanCipherSuitePrivilegeLevels,
  lanCommunityString,
  lanDefaultGateway,
  lanIpAddress,
  lanIpAddressSource,
  lanMacAddress,
  lanSubnetMask,
  lanVlan,
  lanVlanPriority,
  type Parameter,
} from "../../../../src/ipmi/commands/index.ts";
import { DecodeError } from "../../../../src/ipmi/errors.ts";
import { hex } from "../../../support/hex.ts";
import { expectPrefixesRefused } from "../../../support/layout.ts";
import { eachBitOfParameter, eachBitOfRequest, knownRequest, knownResponse } from "../vectors.ts";

describe("Get LAN Configuration Parameters", () => {
  knownRequest(getLanConfigurationParameters, {
    about: "the IP address of channel 1",
    bytes: "01030000",
    value: { channel: 1, parameter: 3, set: 0, block: 0, revisionOnly: false },
  });
  knownResponse(getLanConfigurationParameters, {
    about: "parameter revision 11h and the data",
    bytes: "110a010203",
    required: 1,
    value: { revision: 0x11, data: hex("0a010203") },
  });

  eachBitOfRequest(
    getLanConfigurationParameters,
    {
      bytes: "aaaaaaaa",
      value: { channel: 0x0a, revisionOnly: true, parameter: 0xaa, set: 0xaa, block: 0xaa },
      encoded: "8aaaaaaa",
    },
    {
      bytes: "55555555",
      value: { channel: 0x05, revisionOnly: false, parameter: 0x55, set: 0x55, block: 0x55 },
      encoded: "05555555",
    },
  );

  it("names an unsupported parameter", () => {
    expect(getLanConfigurationParameters.describeRefusal(0x80)).toBe("parameter not supported");
  });
});

const NONE = { none: false, md2: false, md5: false, straightPassword: false, oem: false };
const MD5 = { ...NONE, md5: true };

function known<T>(about: string, what: Parameter<T>, number: number, bytes: string, value: T, required?: number): void {
  it(`${what.name}: ${about}`, () => {
    const data = hex(bytes);
    expect(what.number).toBe(number);
    expect(what.decode(data)).toEqual(value);
    expect(what.encode(value)).toEqual(data);
    expectPrefixesRefused(data, required ?? data.length, (prefix) => what.decode(prefix));
  });
}

describe("LAN parameters", () => {
  known("straight password, MD5, MD2 and none", lanAuthenticationTypes, 1, "17", {
    ...MD5,
    none: true,
    md2: true,
    straightPassword: true,
  });
  known("MD5 for all but OEM", lanAuthenticationTypeEnables, 2, "0404040400", {
    callback: MD5,
    user: MD5,
    operator: MD5,
    administrator: MD5,
    oem: NONE,
  });
  known("10.1.2.3", lanIpAddress, 3, "0a010203", "10.1.2.3");
  known("DHCP", lanIpAddressSource, 4, "02", "DHCP");
  known("in order", lanMacAddress, 5, "02005e105301", "02:00:5e:10:53:01");
  known("255.255.255.0", lanSubnetMask, 6, "ffffff00", "255.255.255.0");
  known("10.1.2.1", lanDefaultGateway, 12, "0a010201", "10.1.2.1");
  known("public, padded", lanCommunityString, 16, `7075626c6963${"00".repeat(12)}`, "public", 0);
  known("100, enabled", lanVlan, 20, "6480", { enabled: true, id: 100 });
  known("5", lanVlanPriority, 21, "05", 5);
  known("five entries", lanCipherSuiteCount, 22, "05", 5);
  known(
    "the first byte is reserved",
    lanCipherSuiteEntries,
    23,
    "000311080c000102000000000000000000",
    [3, 17, 8, 12, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    1,
  );
  known(
    "the low nibble is the first entry",
    lanCipherSuitePrivilegeLevels,
    24,
    "004444040000000000",
    [4, 4, 4, 4, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    1,
  );
  known("three attempts, 5 minutes, 1 hour", lanBadPasswordThreshold, 26, "01031e006801", {
    generatesEvent: true,
    attempts: 3,
    resetIntervalSeconds: 300,
    lockoutIntervalSeconds: 3600,
  });

  const AA = { none: false, md2: true, md5: false, straightPassword: false, oem: true };
  const X55 = { none: true, md2: false, md5: true, straightPassword: true, oem: false };
  eachBitOfParameter(
    lanAuthenticationTypes,
    { bytes: "aa", value: AA, encoded: "22" },
    { bytes: "55", value: X55, encoded: "15" },
  );
  eachBitOfParameter(lanAuthenticationTypeEnables, {
    bytes: "aa55aa55aa",
    value: { callback: AA, user: X55, operator: AA, administrator: X55, oem: AA },
    encoded: "2215221522",
  });
  eachBitOfParameter(
    lanIpAddressSource,
    { bytes: "f4", value: "other", encoded: "04" },
    { bytes: "a1", value: "static", encoded: "01" },
    { bytes: "0c", value: "unspecified", encoded: "00" },
  );
  eachBitOfParameter(
    lanVlan,
    { bytes: "aaaa", value: { enabled: true, id: 0xaaa }, encoded: "aa8a" },
    { bytes: "5555", value: { enabled: false, id: 0x555 }, encoded: "5505" },
  );
  eachBitOfParameter(
    lanVlanPriority,
    { bytes: "aa", value: 2, encoded: "02" },
    { bytes: "55", value: 5, encoded: "05" },
  );
  eachBitOfParameter(
    lanCipherSuiteCount,
    { bytes: "aa", value: 0x0a, encoded: "0a" },
    { bytes: "55", value: 0x15, encoded: "15" },
  );
  eachBitOfParameter(lanCipherSuitePrivilegeLevels, {
    bytes: "00aa55a55a00000000",
    value: [10, 10, 5, 5, 5, 10, 10, 5, 0, 0, 0, 0, 0, 0, 0, 0],
  });
  eachBitOfParameter(
    lanBadPasswordThreshold,
    {
      bytes: "aa0301000200",
      value: { generatesEvent: false, attempts: 3, resetIntervalSeconds: 10, lockoutIntervalSeconds: 20 },
      encoded: "000301000200",
    },
    {
      bytes: "550301000200",
      value: { generatesEvent: true, attempts: 3, resetIntervalSeconds: 10, lockoutIntervalSeconds: 20 },
      encoded: "010301000200",
    },
  );

  it("reads a reserved address source as unspecified", () => {
    expect(lanIpAddressSource.decode(hex("0e"))).toBe("unspecified");
  });

  it("distinguishes the limit of suite 0 from unused entries", () => {
    const entries = lanCipherSuiteEntries.decode(hex("000311080c000102000000000000000000"));
    const levels = lanCipherSuitePrivilegeLevels.decode(hex("004444040000000000"));
    expect(cipherSuiteLimits(7, entries, levels)).toEqual([
      { cipherSuite: 3, privilege: 4 },
      { cipherSuite: 17, privilege: 4 },
      { cipherSuite: 8, privilege: 4 },
      { cipherSuite: 12, privilege: 4 },
      { cipherSuite: 0, privilege: 4 },
      { cipherSuite: 1, privilege: 0 },
      { cipherSuite: 2, privilege: 0 },
    ]);
  });

  it("omits suites without a level if a BMC sends too few, as HP DL145 does", () => {
    expect(cipherSuiteLimits(3, [0, 3, 17], lanCipherSuitePrivilegeLevels.decode(hex("0040")))).toEqual([
      { cipherSuite: 0, privilege: 0 },
      { cipherSuite: 3, privilege: 4 },
    ]);
  });

  it("refuses to encode what is no address", () => {
    for (const text of ["", "10.1.2", "10.1.2.256", "host"])
      expect(() => lanIpAddress.encode(text)).toThrow(RangeError);
    expect(() => lanMacAddress.encode("02:00")).toThrow(RangeError);
  });

  it("throws nothing but DecodeError for data of any other length", () => {
    for (let length = 0; length < 6; length++)
      try {
        lanBadPasswordThreshold.decode(Buffer.alloc(length));
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError);
      }
  });
});
