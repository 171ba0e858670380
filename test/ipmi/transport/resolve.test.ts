import { describe, expect, it } from "vitest";
import { resolveAddress } from "../../../src/ipmi/transport/resolve.ts";
import { outcomeOf } from "../session/outcome.ts";

describe("the address of a BMC", () => {
  it.each([
    ["192.0.2.7", "192.0.2.7"],
    ["2001:db8::7", "2001:db8::7"],
    // Answers come with the kernel's spelling.
    ["2001:0DB8:0:0::0007", "2001:db8::7"],
    ["fe80::0:1%eth0", "fe80::1%eth0"],
  ])("%s is itself, as the kernel spells it: %s", async (written, expected) => {
    expect(await resolveAddress(written)).toBe(expected);
  });

  it("of a name is the result of the resolver", async () => {
    expect(["127.0.0.1", "::1"]).toContain(await resolveAddress("localhost"));
    expect(["127.0.0.1", "::1"]).toContain(await resolveAddress("localhost", new AbortController().signal));
  });

  it("of a name that does not exist is name_not_resolved", async () => {
    // Invalid names are not sent to a resolver.
    expect(await outcomeOf(resolveAddress("no such.name."))).toMatchObject({
      error: { reason: "name_not_resolved", stage: "resolve" },
    });
  });

  it("is not waited for after an abort", async () => {
    const controller = new AbortController();
    const ended = outcomeOf(resolveAddress("localhost", controller.signal));
    controller.abort("stop");
    expect(await ended).toEqual({ error: "stop" });
    expect(await outcomeOf(resolveAddress("localhost", controller.signal))).toEqual({ error: "stop" });
    expect(await resolveAddress("192.0.2.7", controller.signal)).toBe("192.0.2.7");
  });
});
