import { describe, expect, it } from "vitest";
import { manufacturerName } from "../../../src/ipmi/tables/manufacturer.ts";
import { productName } from "../../../src/ipmi/tables/product.ts";

describe("manufacturer", () => {
  it.each([
    [343, "Intel"],
    [674, "Dell"],
    [47196, "HPE"],
    [10876, "Supermicro"],
    [47488, "Supermicro"],
    [19046, "Lenovo"],
    [2, "IBM"],
    [119, "NEC"],
    [211, "Fujitsu"],
    [10368, "Fujitsu"],
    [2623, "ASUS"],
    [3704, "AMD"],
    [5703, "NVIDIA"],
    [7244, "Quanta"],
    [11183, "MiTAC"],
    [20974, "AMI"],
    [15000, "Kontron"],
    [22238, "Foxconn"],
    [25506, "H3C"],
    [40092, "Wiwynn"],
    [49871, "OpenBMC"],
    [52538, "Ampere"],
    [58132, "xFusion"],
  ])("%i is %s", (id, name) => {
    expect(manufacturerName(id)).toBe(name);
  });

  it.each([
    [674, 256, "iDRAC"],
    [343, 0x28, "S5000PAL"],
    [343, 256, "Tiger4"],
    [15000, 4010, "AM4010"],
    [49769, 1, "VESNIN"],
  ])("%i has a product %i, %s", (id, product, name) => {
    expect(productName(id, product)).toBe(name);
  });

  it("has products without a name, most of them", () => {
    expect(productName(674, 257)).toBeUndefined();
    expect(productName(10876, 256)).toBeUndefined();
    expect(productName(0, 1)).toBeUndefined();
  });

  it("does not know every number", () => {
    expect(manufacturerName(0)).toBeUndefined();
    expect(manufacturerName(0xfffff)).toBeUndefined();
  });
});
