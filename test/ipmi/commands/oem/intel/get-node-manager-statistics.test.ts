import { describe, expect, it } from "vitest";
import { getNodeManagerStatistics } from "../../../../../src/ipmi/commands/index.ts";
import { DecodeError } from "../../../../../src/ipmi/errors.ts";
import { hex } from "../../../../support/hex.ts";
import { eachBitOfRequest, eachBitOfResponse, knownRequest, knownResponse } from "../../vectors.ts";

describe("Get Node Manager Statistics", () => {
  knownRequest(getNodeManagerStatistics, {
    about: "global power of the platform after Intel's number",
    bytes: "570100010000",
    value: { mode: 1, domain: 0, policy: 0 },
  });
  knownResponse(getNodeManagerStatistics, {
    about: "after Intel's number",
    bytes: "570100 5601 6e00 0602 2d01 1cdf026b 58020000 50",
    value: { current: 342, minimum: 110, maximum: 518, average: 301, periodSeconds: 600, domain: 0, flags: 5 },
  });

  eachBitOfRequest(
    getNodeManagerStatistics,
    { bytes: "570100aaaaaa", value: { mode: 0xaa, domain: 0x0a, policy: 0xaa }, encoded: "570100aa0aaa" },
    { bytes: "570100555555", value: { mode: 0x55, domain: 0x05, policy: 0x55 }, encoded: "570100550555" },
  );
  const statistics = {
    current: 0x0201,
    minimum: 0x0403,
    maximum: 0x0605,
    average: 0x0807,
    timestamp: 0x0c0b0a09,
    periodSeconds: 0x100f0e0d,
  };
  eachBitOfResponse(
    getNodeManagerStatistics,
    { bytes: "5701000102030405060708090a0b0c0d0e0f10aa", value: { ...statistics, domain: 0x0a, flags: 0x0a } },
    { bytes: "5701000102030405060708090a0b0c0d0e0f1055", value: { ...statistics, domain: 0x05, flags: 0x05 } },
    { bytes: "5701000102030405060708090a0b0c0d0e0f10a5", value: { ...statistics, domain: 0x05, flags: 0x0a } },
  );

  it("requests global power by default", () => {
    expect(getNodeManagerStatistics.encodeRequest({})).toEqual(hex("570100010000"));
  });

  it("refuses an answer of another vendor", () => {
    expect(() => getNodeManagerStatistics.decodeResponse(hex(`a20200${"00".repeat(17)}`))).toThrow(DecodeError);
  });
});
