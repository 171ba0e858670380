import { type DeviceId, isQuirkName, manufacturerName, type QuirkName } from "../ipmi/index.ts";
import type { QuirkRule } from "../model/index.ts";

/** The quirks that rules of the configuration give a BMC. */
export function quirksByRule(
  rules: readonly QuirkRule[],
  bmc: Pick<DeviceId, "manufacturerId" | "productId" | "firmwareMajor">,
): readonly QuirkName[] {
  const vendor = manufacturerName(bmc.manufacturerId)?.toLowerCase();
  return rules
    .filter(
      ({ manufacturers, products, firmwareBelow }) =>
        (manufacturers.includes(bmc.manufacturerId) || (vendor !== undefined && manufacturers.includes(vendor))) &&
        (products?.includes(bmc.productId) ?? true) &&
        (firmwareBelow === undefined || bmc.firmwareMajor < firmwareBelow),
    )
    .flatMap(({ quirks }) => quirks.filter(isQuirkName));
}
