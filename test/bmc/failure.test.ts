import { describe, expect, it } from "vitest";
import { failureOf } from "../../src/bmc/failure.ts";
import { DecodeError, IpmiError } from "../../src/ipmi/index.ts";
import { refused } from "./fake-runner.ts";

describe("a failure in terms of the model", () => {
  it("has the step of the login that failed, or else the part", () => {
    const login = new IpmiError("wrong_password", "RAKP 2: wrong password", { stage: "rakp" });
    expect(failureOf(login, "sensors")).toEqual({
      stage: "rakp",
      reason: "wrong_password",
      message: "RAKP 2: wrong password",
    });
    const command = new IpmiError("timeout", "Get SDR: timed out after 4 tries", { stage: "command" });
    expect(failureOf(command, "sensors")).toMatchObject({ stage: "sensors", reason: "timeout" });
    expect(failureOf(new DecodeError("too short"), "dcmi")).toMatchObject({ stage: "dcmi", reason: "protocol_error" });
    expect(failureOf(refused("Get SDR", 0xd4), "sensors")).toMatchObject({ reason: "privilege_refused" });
  });

  it("records whether the BMC may have counted a failed login", () => {
    const refused = new IpmiError("wrong_password", "RAKP 4: refused", { stage: "rakp", failedLogin: true });
    expect(failureOf(refused, "sensors")).toMatchObject({ reason: "wrong_password", failedLogin: true });
  });

  it("is a timeout if the deadline ended the wait, whatever the code was waiting for", () => {
    const abort = new AbortController();
    abort.abort(new DOMException("aborted", "TimeoutError"));
    const { signal } = abort;
    expect(failureOf(signal.reason, "sel", signal)).toMatchObject({ stage: "sel", reason: "timeout" });
    expect(failureOf(new Error("socket closed"), "sel", signal)).toMatchObject({ reason: "timeout" });
    // said before the deadline, noticed after it
    const before = new IpmiError("unknown_user", "no such user", { stage: "rakp" });
    expect(failureOf(before, "sel", signal)).toMatchObject({ stage: "rakp", reason: "unknown_user" });
  });

  it("is protocol_error for all other errors", () => {
    expect(failureOf("text", "power")).toEqual({ stage: "power", reason: "protocol_error", message: "text" });
  });
});
