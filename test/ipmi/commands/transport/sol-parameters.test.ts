import { describe, expect, it } from "vitest";
import {
  getSolConfigurationParameters,
  setSolConfigurationParameters,
  solAccumulate,
  solAuthentication,
  solEnable,
  solNonVolatileBitRate,
  solPayloadChannel,
  solPayloadPort,
  solRetry,
  solSetInProgress,
  solVolatileBitRate,
} from "../../../../src/ipmi/commands/index.ts";
import { hex } from "../../../support/hex.ts";
import { eachBitOfParameter, eachBitOfRequest, knownRequest, knownResponse } from "../vectors.ts";

describe("Get SOL Configuration Parameters", () => {
  knownRequest(getSolConfigurationParameters, {
    about: "the enable parameter of channel 1",
    bytes: "01010000",
    value: { channel: 1, parameter: 1, set: 0, block: 0, revisionOnly: false },
  });
  knownResponse(getSolConfigurationParameters, {
    about: "revision 11h, enabled",
    bytes: "1101",
    required: 1,
    value: { revision: 0x11, data: hex("01") },
  });
  eachBitOfRequest(
    getSolConfigurationParameters,
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
});

describe("Set SOL Configuration Parameters", () => {
  knownRequest(setSolConfigurationParameters, {
    about: "volatile bit rate 115.2k of channel 1",
    bytes: "01060a",
    required: 2,
    value: { channel: 1, parameter: 6, data: hex("0a") },
  });

  it("distinguishes unsupported, busy and read-only parameters", () => {
    expect([0x80, 0x81, 0x82].map((code) => setSolConfigurationParameters.describeRefusal(code))).toEqual([
      "parameter not supported",
      "set already in progress",
      "parameter is read-only",
    ]);
  });
});

describe("SOL parameters", () => {
  eachBitOfParameter(
    solSetInProgress,
    { bytes: "aa", value: "commit", encoded: "02" },
    { bytes: "55", value: "in progress", encoded: "01" },
  );
  eachBitOfParameter(
    solEnable,
    { bytes: "aa", value: false, encoded: "00" },
    { bytes: "55", value: true, encoded: "01" },
  );
  eachBitOfParameter(
    solAuthentication,
    { bytes: "aa", value: { forceEncryption: true, forceAuthentication: false, privilege: 10 }, encoded: "8a" },
    { bytes: "55", value: { forceEncryption: false, forceAuthentication: true, privilege: 5 }, encoded: "45" },
  );
  eachBitOfParameter(
    solAccumulate,
    { bytes: "aa55", value: { intervalMs: 850, characters: 0x55 } },
    { bytes: "55aa", value: { intervalMs: 425, characters: 0xaa } },
  );
  eachBitOfParameter(
    solRetry,
    { bytes: "aa55", value: { retries: 2, intervalMs: 850 }, encoded: "0255" },
    { bytes: "55aa", value: { retries: 5, intervalMs: 1700 }, encoded: "05aa" },
  );
  for (const rate of [solNonVolatileBitRate, solVolatileBitRate])
    eachBitOfParameter(rate, { bytes: "aa", value: 10, encoded: "0a" }, { bytes: "55", value: 5, encoded: "05" });
  eachBitOfParameter(
    solPayloadChannel,
    { bytes: "aa", value: 10, encoded: "0a" },
    { bytes: "55", value: 5, encoded: "05" },
  );
  eachBitOfParameter(solPayloadPort, { bytes: "6f02", value: 623 }, { bytes: "aa55", value: 0x55aa });

  it("carry the numbers of the specification", () => {
    const parameters = [
      solSetInProgress,
      solEnable,
      solAuthentication,
      solAccumulate,
      solRetry,
      solNonVolatileBitRate,
      solVolatileBitRate,
      solPayloadChannel,
      solPayloadPort,
    ];
    expect(parameters.map((p) => p.number)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });
});
