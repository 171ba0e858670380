import { describe, expect, it } from "vitest";
import { getNodeManagerStatistics } from "../../../../../src/ipmi/commands/index.ts";
import { DecodeError } from "../../../../../src/ipmi/errors.ts";
import { hex } from "../../../../support/hex.ts";
import { knownRequest, knownResponse } from "../../vectors.ts";

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

  it("asks for global power where nothing else is said", () => {
    expect(getNodeManagerStatistics.encodeRequest({})).toEqual(hex("570100010000"));
  });

  it("refuses an answer of another vendor", () => {
    expect(() => getNodeManagerStatistics.decodeResponse(hex(`a20200${"00".repeat(17)}`))).toThrow(DecodeError);
  });
});
