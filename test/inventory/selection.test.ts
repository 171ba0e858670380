import { describe, expect, it } from "vitest";
import { foldHosts, SelectorError, selectForAction, selectHosts } from "../../src/inventory/index.ts";
import type { Host } from "../../src/model/index.ts";

const host = (name: string, rack: string): Host => ({
  name,
  address: `${name}.sp`,
  port: 623,
  module: "default",
  auth: "default",
  place: { rack },
  labels: {},
});
const hosts = [
  host("n01", "r1"),
  host("n02", "r1"),
  host("n03", "r2"),
  host("n1", "r2"),
  host("login1", "iDataplex 2"),
];
const groups = new Map([
  ["gpu", "rack=r1,-n02"],
  ["big", "@gpu,n03"],
  ["a", "@b"],
  ["b", "@a"],
]);
const names = (found: readonly Host[]): string => found.map(({ name }) => name).join(" ");

describe("groups and removals of a selector", () => {
  it.each([
    ["@gpu", "n01"],
    ["@big", "n01 n03"],
    ["@gpu,@big", "n01 n03"],
    ["@big,rack=r2", "n03"],
    ["all,-@gpu", "n02 n03 n1 login1"],
    ["all,-rack=r[1-2]", "login1"],
    ["n0*,-n02", "n01 n03"],
    ["rack=iDataplex 2", "login1"],
    ["rack=r1,- n01", "n02"],
  ])("%s selects %s", (selector, expected) => {
    expect(names(selectHosts(hosts, selector, groups))).toBe(expected);
  });

  it.each([
    ["@gpus", 'no group is named "gpus"; did you mean "@gpu"?'],
    ["@a", "groups contain each other: @a -> @b -> @a"],
    ["-n01", '"-n01" only removes hosts; write all,-n01'],
    ["all,-n09", "no host in the inventory is named n09"],
  ])("%s is refused", (selector, message) => {
    expect(() => selectHosts(hosts, selector, groups)).toThrow(message);
  });
});

describe("a selection for an action", () => {
  it("joins selectors, and narrows them by terms and exclusions", () => {
    const request = { selectors: ["n01,n02", "n03"], terms: ["rack=r[1-2]"], exclude: ["n02"] };
    expect(names(selectForAction(hosts, request))).toBe("n01 n03");
    expect(names(selectForAction(hosts, { selectors: [], terms: ["rack=r2"] }))).toBe("n03 n1");
    expect(names(selectForAction(hosts, { selectors: ["all"] }))).toBe("n01 n02 n03 n1 login1");
    expect(names(selectForAction(hosts, { selectors: ["@gpu", "n1"] }, groups))).toBe("n01 n1");
  });

  it.each([
    [{ selectors: [] }, "no hosts are selected"],
    [{ selectors: [""] }, "no hosts are selected"],
    [{ selectors: ["  "] }, "no hosts are selected"],
    [{ selectors: ["rack=r9"] }, "no host matches rack=r9"],
    [{ selectors: ["n01"], exclude: ["n01"] }, "no host matches n01,-n01"],
    [{ selectors: ["n1,n01"] }, "n1 and n01 differ only in leading zeros"],
    [{ selectors: ["n[1-2],n[01-02]"] }, "differ only in leading zeros"],
    [{ selectors: ["n[1-"] }, "has a [ without a ]"],
    [{ selectors: ["n04"] }, "no host in the inventory is named n04; did you mean n01?"],
  ])("%j is refused", (request, message) => {
    expect(() => selectForAction(hosts, request)).toThrow(SelectorError);
    expect(() => selectForAction(hosts, request)).toThrow(message);
  });

  it("takes a folded list for the hosts it was made from", () => {
    const every = ["n1", "n01", "n9", "n10", "n08", "n09", "n010", "r1n1-bmc", "r01n2-bmc", "login"];
    const all = every.map((name) => host(name, "r1"));
    for (let set = 1; set < 1 << every.length; set++) {
      const chosen = every.filter((_, i) => (set >> i) & 1);
      const found = selectHosts(all, foldHosts(chosen)).map(({ name }) => name);
      expect(found).toEqual(chosen);
    }
  });
});
