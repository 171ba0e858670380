import type { Fru } from "../../model/index.ts";
import { type Chassis, type ComputerSystem, isAbsent, type Manager, type PowerSupply } from "../../redfish/index.ts";
import { type FoundPart, nameOf } from "./components.ts";
import { meaningful } from "./controller.ts";
import { named } from "./sensor-id.ts";

/** What an inventory read. */
export interface Inventory {
  readonly systems: readonly ComputerSystem[];
  readonly chassis: readonly Chassis[];
  readonly managers: readonly Manager[];
  readonly supplies: readonly PowerSupply[];
  /** False: a system could not be read. */
  readonly hasAllSystems: boolean;
}

/**
 * Identity data of the parts of a machine. FRU 0 is the first system with such data; chassis, managers and power
 * supplies follow. If a system could not be read, none is FRU 0: another one would look like a replaced board.
 */
export function frusOf({ systems, chassis, managers, supplies, hasAllSystems }: Inventory): readonly Fru[] {
  const parts: Omit<Fru, "id" | "problems">[] = [];
  for (const { name = "System", manufacturer, model, partNumber, sku, serial, assetTag } of systems)
    parts.push({ name, ...texts({ manufacturer, product: model, partNumber: partNumber ?? sku, serial, assetTag }) });
  for (const { name = "Chassis", manufacturer, model, partNumber, serial, assetTag } of chassis)
    parts.push({ name, ...texts({ manufacturer, product: model, partNumber, serial, assetTag }) });
  for (const { name = "Manager", manufacturer, model, partNumber, serial, firmware } of managers)
    parts.push({ name, ...texts({ manufacturer, product: model, partNumber, serial, version: firmware }) });
  const present = supplies.filter(({ status }) => !isAbsent(status));
  for (const { part, name } of named("", present, "Power Supply")) {
    const { manufacturer, model, partNumber, serial, firmware, capacityWatts } = part;
    parts.push({
      name,
      ...texts({ manufacturer, product: model, partNumber, serial, version: firmware }),
      capacityWatts: capacityWatts !== undefined && capacityWatts > 0 ? capacityWatts : undefined,
    });
  }
  const first = hasAllSystems ? 0 : 1;
  return distinct(parts).map((part, index) => ({ ...part, id: first + index, problems: [] }));
}

/** Parts that say something about themselves, each once. */
function distinct(parts: readonly Omit<Fru, "id" | "problems">[]): readonly Omit<Fru, "id" | "problems">[] {
  const seen = new Set<string>();
  return parts.filter((part) => {
    const key = JSON.stringify(part);
    if (!saysSomething(part) || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** Numbers of the FRUs of components; the other FRUs of a host are far fewer. */
const FIRST_COMPONENT = 1000;

/** Identity data of memory modules, drives, processors, controllers, batteries and network cards. */
export function componentFrus(found: readonly FoundPart[]): readonly Fru[] {
  const parts = found.flatMap((component) => {
    const { kind, manufacturer, model, partNumber, serial, firmware } = component.part;
    if (kind === "volume" || kind === "network_port") return [];
    const version = firmware;
    return { name: nameOf(component), ...texts({ manufacturer, product: model, partNumber, serial, version }) };
  });
  return distinct(parts).map((part, index) => ({ ...part, id: FIRST_COMPONENT + index, problems: [] }));
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
