import { describe, expect, it } from "vitest";
import { getSensorReading } from "../../src/ipmi/commands/index.ts";
import { CompletionCodeError, IpmiError } from "../../src/ipmi/errors.ts";

describe("the error of a refused command", () => {
  const refusal = (): CompletionCodeError =>
    new CompletionCodeError(getSensorReading.name, 0xcb, getSensorReading.refusalMeaning(0xcb));

  it("names command, code and meaning", () => {
    expect(refusal()).toMatchObject({
      name: "CompletionCodeError",
      message: "Get Sensor Reading: refused with completion code CBh (sensor, data or record not present)",
      completionCode: 0xcb,
      reason: "unsupported",
      stage: "command",
    });
  });

  it("has no stack trace, which would be its largest cost; other errors have one", () => {
    const { stackTraceLimit } = Error;
    expect(refusal().stack).not.toContain("\n    at ");
    expect(Error.stackTraceLimit).toBe(stackTraceLimit);
    expect(new IpmiError("timeout", "late").stack).toContain("\n    at ");
  });
});
