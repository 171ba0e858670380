import { describe, expect, it } from "vitest";
import { manufacturerName } from "../../../src/ipmi/tables/manufacturer.ts";

describe("manufacturer", () => {
  it.each([
    [343, "Intel"],
    [674, "Dell"],
    [47196, "HPE"],
    [10876, "Supermicro"],
    [47488, "Supermicro"],
    [19046, "Lenovo"],
  ])("%i is %s", (id, name) => {
    expect(manufacturerName(id)).toBe(name);
  });

  it("does not know every number", () => {
    expect(manufacturerName(0)).toBeUndefined();
    expect(manufacturerName(0xfffff)).toBeUndefined();
  });
});
