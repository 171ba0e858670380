import { describe, expect, it } from "vitest";
import { expandHosts, ownedBy, ownerOf, parseShard } from "../../src/inventory/index.ts";

const hosts = expandHosts("ccw[0001-5000],r[1-50]n[01-100]");

describe("a shard", () => {
  it.each([
    ["0/3", undefined, { index: 0, count: 3 }],
    ["2/3", 9, { index: 2, count: 3 }],
    ["lightsout-2", 3, { index: 2, count: 3 }],
    ["my-lights-out-11/12", undefined, { index: 11, count: 12 }],
    ["0", 1, { index: 0, count: 1 }],
  ])("%s is read", (text, count, expected) => {
    expect(parseShard(text, count)).toEqual(expected);
  });

  it.each([
    ["3/3", undefined, 'the shard "3/3" has an invalid index; 0 to 2 are valid'],
    ["lightsout-2", undefined, 'the shard "lightsout-2" has no total; write e.g. 2/3'],
    ["lightsout", 3, "neither of the form 0/3 nor a pod name such as lightsout-2"],
    ["-1/3", undefined, undefined],
    ["0/0", undefined, "has an invalid total, 0"],
  ])("%s of %s is refused", (text, count, message) => {
    if (message === undefined) expect(parseShard(text, count)).toEqual({ index: 1, count: 3 });
    else expect(() => parseShard(text, count)).toThrow(message);
  });
});

describe("rendezvous hashing", () => {
  it("gives each host to one shard", () => {
    for (const host of hosts.slice(0, 500)) {
      expect([0, 1, 2].filter((index) => ownedBy(host, index, 3))).toEqual([ownerOf(host, 3)]);
    }
  });

  it.each([2, 3, 7, 16])("spreads ten thousand hosts evenly over %d shards", (count) => {
    const sizes = Array.from({ length: count }, () => 0);
    for (const host of hosts) sizes[ownerOf(host, count)] = (sizes[ownerOf(host, count)] ?? 0) + 1;
    const even = hosts.length / count;
    for (const size of sizes) expect(Math.abs(size - even) / even).toBeLessThan(0.15);
  });

  it.each([1, 2, 3, 8])("moves only the part of the new shard if one is added to %d", (count) => {
    const moved = hosts.filter((host) => ownerOf(host, count) !== ownerOf(host, count + 1));
    expect(moved.every((host) => ownerOf(host, count + 1) === count)).toBe(true);
    expect(moved.length / hosts.length).toBeCloseTo(1 / (count + 1), 1);
  });

  it("has the same result in every version", () => {
    expect(["ccw0001", "ccw0002", "node017", "r12n07", "höst", ""].map((host) => ownerOf(host, 5))).toEqual([
      2, 2, 1, 4, 1, 3,
    ]);
  });
});
