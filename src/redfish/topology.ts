import { linkAt, uriKey } from "./json.ts";
import { type Get, members, optional } from "./resource.ts";
import { decodeChassis } from "./schemas/chassis.ts";
import type { ServiceRoot } from "./schemas/service-root.ts";

/** Bounds of one service; a GH200 has 30 chassis. */
const MAX_CHASSIS = 64;
const MAX_SYSTEMS = 16;
const MAX_MANAGERS = 16;

/** Where the readings of a chassis are. */
export interface ChassisLinks {
  readonly uri: string;
  /** ChassisType: RackMount, Module, Component ... */
  readonly type?: string;
  /** A system is part of it. */
  readonly hasSystem: boolean;
  readonly isContained: boolean;
  readonly thermal?: string;
  readonly power?: string;
  readonly thermalSubsystem?: string;
  readonly powerSubsystem?: string;
  readonly environmentMetrics?: string;
  readonly sensors?: string;
}

/** Which resources a BMC has; plain JSON. Valid for one firmware. */
export interface Topology {
  readonly systems: readonly string[];
  readonly managers: readonly string[];
  readonly chassis: readonly ChassisLinks[];
}

/**
 * Walks the collections of a BMC. Every chassis, system and manager counts; one that cannot be read is left out.
 *
 * @throws RedfishError where none of the collections can be read
 */
export async function readTopology(get: Get, root: ServiceRoot, signal: AbortSignal): Promise<Topology> {
  const collection = async (uri: string | undefined, most: number): Promise<readonly string[]> => {
    const found = uri === undefined ? [] : ((await optional(() => members(get, uri, signal))) ?? []);
    return found.slice(0, most).map((member) => member.uri);
  };
  const systems = await collection(root.systems, MAX_SYSTEMS);
  const managers = await collection(root.managers, MAX_MANAGERS);
  const chassis: ChassisLinks[] = [];
  const list = root.chassis === undefined ? [] : await members(get, root.chassis, signal);
  for (const { uri, body } of list.slice(0, MAX_CHASSIS)) {
    const resource = body ?? (await optional(() => get(uri, signal)));
    if (!resource) continue;
    const { type, thermal, power, thermalSubsystem, powerSubsystem, environmentMetrics, sensors, ...facts } =
      decodeChassis(resource);
    chassis.push({
      uri: linkAt(resource) ?? uri,
      type,
      hasSystem: facts.systems.length > 0,
      isContained: facts.containedBy !== undefined,
      thermal,
      power,
      thermalSubsystem,
      powerSubsystem,
      environmentMetrics,
      sensors,
    });
  }
  return { systems, managers, chassis: unshared(chassis) };
}

/** Chassis that link to one resource: the first keeps the link. A blade may show the readings of its enclosure. */
function unshared(chassis: readonly ChassisLinks[]): readonly ChassisLinks[] {
  const seen = new Set<string>();
  const once = (uri: string | undefined): string | undefined => {
    if (uri === undefined || seen.has(uriKey(uri))) return undefined;
    seen.add(uriKey(uri));
    return uri;
  };
  return chassis.map((links) => ({
    ...links,
    thermal: once(links.thermal),
    power: once(links.power),
    thermalSubsystem: once(links.thermalSubsystem),
    powerSubsystem: once(links.powerSubsystem),
    environmentMetrics: once(links.environmentMetrics),
    sensors: once(links.sensors),
  }));
}
