import { describe, expect, it } from "vitest";
import { subnetGroup } from "../../src/scheduler/index.ts";
import { hostNamed } from "./fleet.ts";

describe("the group of a host", () => {
  it.each([
    ["the /24 of an IPv4 address", "10.20.30.40", "10.20.30.0/24"],
    ["the /64 of an IPv6 address", "2001:db8:0:12::5", "2001:db8:0:12::/64"],
    ["the same /64 written out", "2001:0DB8:0000:0012:0:0:0:6", "2001:db8:0:12::/64"],
    ["a /64 that ends in the gap", "2001:db8::6", "2001:db8:0:0::/64"],
    ["an IPv4 address in IPv6 clothes", "::ffff:10.1.2.3", "0:0:0:0::/64"],
    ["a name for itself", "Node1.example.org", "node1.example.org"],
  ])("is %s", (_, address, group) => {
    expect(subnetGroup(hostNamed("x", { address }))).toBe(group);
  });

  it("is the rack if the address is a name", () => {
    const at = (site: string): string =>
      subnetGroup(hostNamed("x", { address: "bmc.example.org", place: { site, rack: "r1" } }));
    expect(at("vil1")).toBe("rack/vil1///r1");
    expect(at("vil2")).not.toBe(at("vil1"));
  });
});
