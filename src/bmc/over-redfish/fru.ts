import type { Fru } from "../../model/index.ts";
import {
  type Chassis,
  type ComputerSystem,
  type FoundComponent,
  isAbsent,
  type PowerSupply,
} from "../../redfish/index.ts";
import { nameOf } from "./components.ts";
import { meaningful } from "./controller.ts";
import { named } from "./sensor-id.ts";

/** Identity data of the parts of a machine. FRU 0 is the first system; chassis and power supplies follow. */
export function frusOf(
  systems: readonly ComputerSystem[],
  chassis: readonly Chassis[],
  supplies: readonly PowerSupply[],
): readonly Fru[] {
  const parts: Omit<Fru, "id" | "problems">[] = [];
  for (const { name = "System", manufacturer, model, partNumber, sku, serial, assetTag } of systems)
    parts.push({ name, ...texts({ manufacturer, product: model, partNumber: partNumber ?? sku, serial, assetTag }) });
  for (const { name = "Chassis", manufacturer, model, partNumber, serial, assetTag } of chassis)
    parts.push({ name, ...texts({ manufacturer, product: model, partNumber, serial, assetTag }) });
  const present = supplies.filter(({ status }) => !isAbsent(status));
  for (const { part, name } of named("", present, "Power Supply")) {
    const { manufacturer, model, partNumber, serial, firmware, capacityWatts } = part;
    parts.push({
      name,
      ...texts({ manufacturer, product: model, partNumber, serial, version: firmware }),
      capacityWatts: capacityWatts !== undefined && capacityWatts > 0 ? capacityWatts : undefined,
    });
  }
  return parts.filter(saysSomething).map((part, id) => ({ ...part, id, problems: [] }));
}

/** Numbers of the FRUs of components; the other FRUs of a host are far fewer. */
const FIRST_COMPONENT = 1000;

/** Identity data of memory modules, drives, processors, controllers, batteries and network cards. */
export function componentFrus(found: readonly FoundComponent[]): readonly Fru[] {
  const seen = new Set<string>();
  const parts: Omit<Fru, "id" | "problems">[] = [];
  for (const component of found) {
    const { kind, manufacturer, model, partNumber, serial, firmware } = component.part;
    if (kind === "volume" || kind === "network_port") continue;
    const part = {
      name: nameOf(component),
      ...texts({ manufacturer, product: model, partNumber, serial, version: firmware }),
    };
    const key = JSON.stringify(part);
    if (!saysSomething(part) || seen.has(key)) continue;
    seen.add(key);
    parts.push(part);
  }
  return parts.map((part, index) => ({ ...part, id: FIRST_COMPONENT + index, problems: [] }));
}

type Texts = Pick<Fru, "manufacturer" | "product" | "partNumber" | "serial" | "assetTag" | "version">;

function texts({ manufacturer, product, partNumber, serial, assetTag, version }: Texts): Texts {
  return {
    manufacturer: meaningful(manufacturer),
    product: meaningful(product),
    partNumber: meaningful(partNumber),
    serial: meaningful(serial),
    assetTag: meaningful(assetTag),
    version: meaningful(version),
  };
}

function saysSomething({ name: _name, ...texts }: Omit<Fru, "id" | "problems">): boolean {
  return Object.values(texts).some((text) => text !== undefined);
}
