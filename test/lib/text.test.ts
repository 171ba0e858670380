import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { nearest, Secret, snakeCase } from "../../src/lib/index.ts";
import { editDistance } from "../../src/lib/text.ts";

describe("the nearest word", () => {
  const keys = ["address", "auth", "hosts", "password_file", "rack"];

  it.each([
    ["a missing letter", "adress", "address"],
    ["swapped neighbours", "hsots", "hosts"],
    ["another case and a hyphen", "Password-File", "password_file"],
    ["a letter too many", "racks", "rack"],
    ["nothing alike", "scheduler", undefined],
    ["too short to tell", "x", undefined],
  ])("is found for %s", (_, word, expected) => {
    expect(nearest(word, keys)).toBe(expected);
  });

  it("is the first of several at the same distance", () => {
    expect(nearest("bat", ["cat", "hat"])).toBe("cat");
  });

  it("counts a swap as one edit", () => {
    expect(editDistance("abcd", "acbd")).toBe(1);
    expect(editDistance("", "abc")).toBe(3);
    expect(editDistance("kitten", "sitting")).toBe(3);
  });
});

describe("snake case", () => {
  it("is derived from the sensor types of the specification", () => {
    expect(snakeCase("Entity Presence")).toBe("entity_presence");
    expect(snakeCase("Slot/Connector")).toBe("slot_connector");
    expect(snakeCase("power_supply")).toBe("power_supply");
  });
});

describe("a secret", () => {
  const secret = new Secret("hunter2");

  it("is never printed", () => {
    const holder = { secret };
    expect(`${secret}`).toBe("<secret>");
    expect(JSON.stringify(holder)).toBe('{"secret":"<secret>"}');
    expect(inspect(holder, { depth: 9, showHidden: true })).not.toContain("hunter2");
  });

  it("reveals its value on request", () => {
    expect(secret.reveal()).toBe("hunter2");
    expect(new Secret(Buffer.from([0, 255])).revealBytes()).toEqual(Buffer.from([0, 255]));
    expect(secret.byteLength).toBe(7);
  });

  it("compares by value", () => {
    expect(secret.equals(new Secret("hunter2"))).toBe(true);
    expect(secret.equals(new Secret("hunter3"))).toBe(false);
    expect(secret.equals(new Secret("hunter22"))).toBe(false);
  });
});
