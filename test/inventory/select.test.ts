import { describe, expect, it } from "vitest";
import { SelectorError, selectHosts } from "../../src/inventory/index.ts";
import type { Host } from "../../src/model/index.ts";

const host = (name: string, rack: string, labels: Record<string, string> = {}): Host => ({
  name,
  address: `${name}.sp`,
  port: 623,
  module: "default",
  auth: "default",
  place: { rack, room: rack < "r3" ? "a" : "b" },
  labels,
});
const hosts = [
  host("n1", "r1", { vendor: "acme" }),
  host("n2", "r1"),
  host("n3", "r2", { vendor: "bull" }),
  host("n4", "r3", { vendor: "acme" }),
  host("login1", "r10"),
];
const names = (selector: string): string =>
  selectHosts(hosts, selector)
    .map(({ name }) => name)
    .join(" ");

describe("a selector", () => {
  it.each([
    ["nothing", "", "n1 n2 n3 n4 login1"],
    ["all", "all", "n1 n2 n3 n4 login1"],
    ["a label", "rack=r1", "n1 n2"],
    ["labels that must all hold", "rack=r1,vendor=acme", "n1"],
    ["several values of one label", "rack=r1,rack=r2", "n1 n2 n3"],
    ["a folded value", "rack=r[2-3]", "n3 n4"],
    ["a pattern", "rack=r1*", "n1 n2 login1"],
    ["a value that must not be", "rack!=r1,room=a", "n3 login1"],
    ["several values that must not be", "rack!=r1,rack!=r2", "n4 login1"],
    ["a label some hosts lack", "vendor!=acme", "n2 n3 login1"],
    ["no host", "rack=r99", ""],
    ["names", "n[1-2],login1", "n1 n2 login1"],
    ["a name pattern", "n*", "n1 n2 n3 n4"],
    ["names and a label", "n[1-4],room=b", "n4"],
    ["the host label", "host=n?", "n1 n2 n3 n4"],
    ["spaces", " rack = r1 , vendor = acme ", "n1"],
  ])("of %s picks its hosts", (_, selector, expected) => {
    expect(names(selector)).toBe(expected);
  });

  it.each([
    ["a host that does not exist", "n9", "no host in the inventory is named n9; did you mean n1?"],
    ["hosts that do not all exist", "n[3-9]", "no host in the inventory is named n[5-9]"],
    ["a pattern nobody matches", "gpu*", "no host in the inventory is named gpu*"],
    ["a label nobody has", "rak=r1", 'no host has a label "rak"; did you mean "rack"?'],
    ["a list that makes no sense", "n[3-1]", '"3-1" runs backwards'],
    ["an empty term", "rack=r1,", "has an empty item"],
  ])("is refused for %s", (_, selector, message) => {
    expect(() => names(selector)).toThrow(SelectorError);
    expect(() => names(selector)).toThrow(message);
  });
});
