import { describe, expect, it } from "vitest";
import { expandHostList, expandHosts, foldHosts, HostListError } from "../../src/inventory/index.ts";

describe("a folded host list", () => {
  it.each([
    ["one name", "login1", "login1"],
    ["names", "login1, login2", "login1 login2"],
    ["a range", "n[1-3]", "n1 n2 n3"],
    ["zero padding", "ccw[0009-0011]", "ccw0009 ccw0010 ccw0011"],
    ["padding that is outgrown", "n[08-11],m[98-101]", "n08 n09 n10 n11 m98 m99 m100 m101"],
    ["several ranges in a bracket", "gpu[1,3,7-9]", "gpu1 gpu3 gpu7 gpu8 gpu9"],
    ["steps", "c[1-9/2],d[02-06/2]", "c1 c3 c5 c7 c9 d02 d04 d06"],
    ["several brackets, the last fastest", "r[1-2]n[01-02]-bmc", "r1n01-bmc r1n02-bmc r2n01-bmc r2n02-bmc"],
    ["brackets side by side", "x[1-2][0-1]", "x10 x11 x20 x21"],
    ["text around", "a[1].sp.example.org", "a1.sp.example.org"],
    ["lines and spaces", " a1 ,\n b[1, 2]", "a1 b1 b2"],
  ])("expands %s", (_, list, names) => {
    expect(expandHosts(list)).toEqual(names.split(" "));
  });

  it("returns the value of each bracket", () => {
    expect(expandHostList("r[1-1]n[01-02],x")).toEqual([
      { name: "r1n01", values: ["1", "01"] },
      { name: "r1n02", values: ["1", "02"] },
      { name: "x", values: [] },
    ]);
  });

  it.each([
    ["nothing", "", "is empty"],
    ["an empty item", "a,,b", '"a,,b" has an empty item'],
    ["an open bracket", "a[1-3", '"a[1-3" has a [ without a ]'],
    ["a closing bracket", "a1-3]", '"a1-3]" has a ] without a ['],
    ["brackets within brackets", "a[1-[2]]", '"a[1-[2]]" has a [ within a ['],
    ["letters in a bracket", "a[a-c]", '"a[a-c]": "a-c" is not a number or a range such as 1-128'],
    ["an empty bracket", "a[]", '"a[]": "" is not a number or a range such as 1-128'],
    ["a backward range", "a[3-1]", '"3-1" runs backwards'],
    ["a step of nothing", "a[1-3/0]", '"1-3/0" has a step of 0'],
    ["ends of different widths", "a[1-010]", '"1-010" has numbers of different widths'],
    ["too many", "a[1-100001]", '"a[1-100001]": more than 100000 names'],
    ["far too many", "a[1-999999999999999][1-999999999999999]", "more than 100000 names"],
    ["too many together", "a[1-60000],b[1-60000]", '"b[1-60000]": more than 100000 names'],
    ["a path", "../etc/[1-2]", '"../<secret>" is not a host name'],
    ["a space", "a 1", '"a 1" is not a host name'],
  ])("is refused for %s", (_, list, message) => {
    expect(() => expandHosts(list)).toThrow(HostListError);
    expect(() => expandHosts(list)).toThrow(message);
  });
});

describe("folding", () => {
  it.each([
    ["nothing", "", ""],
    ["one name", "login1", "login1"],
    ["consecutive numbers", "n1 n2 n3", "n[1-3]"],
    ["gaps", "n1 n3 n7 n8 n9", "n[1,3,7-9]"],
    ["any order, doubles once", "n3 n1 n2 n1", "n[1-3]"],
    ["zero padding", "n08 n09 n10 n11", "n[08-11]"],
    ["numbers that outgrow their padding", "n98 n99 n100", "n[98-100]"],
    ["numbers of different widths apart", "n7 n07 n8 n08", "n[7-8,07-08]"],
    ["products", "r1n1 r1n2 r2n1 r2n2", "r[1-2]n[1-2]"],
    ["what is no product", "r1n1 r1n2 r2n1", "r1n[1-2],r2n1"],
    ["different shapes", "a1 b1 a2 x", "a[1-2],b1,x"],
    ["addresses", "10.0.0.1 10.0.0.2 10.0.1.1 10.0.1.2", "10.0.[0-1].[1-2]"],
    ["numbers too long to count with", "n1234567890123456 n1234567890123457", "n1234567890123456,n1234567890123457"],
  ])("joins %s", (_, names, folded) => {
    expect(foldHosts(names.split(" ").filter(Boolean))).toBe(folded);
  });

  it("is reversible for random names", () => {
    let seed = 20_240_607;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return (seed >>> 8) % below;
    };
    for (let round = 0; round < 300; round++) {
      const names = Array.from({ length: random(40) + 1 }, () => {
        const number = (): string => String(random(random(2) ? 12 : 120)).padStart(random(4), "0");
        return (
          ["r", "n", "rack-"][random(3)] + number() + (random(2) ? `n${number()}` : "") + (random(3) ? "" : "-bmc")
        );
      });
      const folded = foldHosts(names);
      expect(expandHosts(folded).sort(), folded).toEqual([...new Set(names)].sort());
    }
  });

  it("treats numbers with too many digits as text", () => {
    const names = ["n1234567890123456", "n1234567890123457", "n1", "n2"];
    expect(foldHosts(names)).toBe("n1234567890123456,n1234567890123457,n[1-2]");
    expect(expandHosts(foldHosts(names))).toEqual(names);
  });

  it("folds ten thousand hosts into one item", () => {
    const list = "r[01-50]n[001-200]";
    expect(foldHosts(expandHosts(list))).toBe(list);
  });
});
