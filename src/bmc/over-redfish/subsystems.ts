import { type Sensor, worstHealth } from "../../model/index.ts";
import {
  type ChassisLinks,
  decodeFanSpeeds,
  decodeLeakDetection,
  decodeLeakDetector,
  decodePowerSubsystem,
  decodePowerSupply,
  decodeSensor,
  decodeThermalSubsystem,
  type Expand,
  type Get,
  isAbsent,
  type LeakDetector,
  memberBodies,
  optional,
  type PowerSupply,
  withMetrics,
} from "../../redfish/index.ts";
import type { ChassisContext } from "./chassis-context.ts";
import { Entity, entityIdOf, entityOf } from "./entity.ts";
import { healthOf } from "./health.ts";
import { readingOf } from "./reading.ts";
import { shortPath } from "./sensor-id.ts";
import { redundancySensors, supplySensors } from "./supplies.ts";

/** Fans without a Sensor resource, and the redundancy of the fans. */
export async function thermalSubsystemSensors(
  get: Get,
  links: ChassisLinks,
  known: readonly Sensor[],
  { signal, expand, empty }: ChassisContext,
): Promise<readonly Sensor[]> {
  const uri = links.thermalSubsystem;
  const resource = uri === undefined || empty.has(uri) ? undefined : await optional(() => get(uri, signal));
  if (uri === undefined || !resource) return [];
  const { fans, redundancy } = decodeThermalSubsystem(resource);
  const groups = redundancySensors(`${shortPath(uri)}/FanRedundancy`, redundancy, {
    kind: "cooling_device",
    entityId: Entity.Fan,
    fallback: "Fan Redundancy",
  });
  const isCovered = known.some(({ kind }) => kind === "fan");
  if ((isCovered || fans === undefined) && groups.length === 0) empty.add(uri);
  if (fans === undefined || isCovered) return groups;
  const bodies = (await optional(() => memberBodies(get, fans, signal, expand))) ?? [];
  if (bodies.length + groups.length === 0) empty.add(uri);
  const speeds = bodies.flatMap(({ uri: fanUri, body }) => {
    const { id = shortPath(fanUri), name = id, status } = decodeSensor(body);
    if (isAbsent(status)) return [];
    const { rpm, percent } = decodeFanSpeeds(body);
    const subject = { name, id: shortPath(fanUri), entity: entityOf(Entity.Fan, name), kind: "fan" };
    return rpm !== undefined || percent === undefined
      ? [readingOf({ ...subject, quantity: "fan_speed" }, { reading: rpm, limits: {}, status })]
      : [readingOf({ ...subject, quantity: "fan_ratio", scale: 0.01 }, { reading: percent, limits: {}, status })];
  });
  return [...speeds, ...groups];
}

/**
 * The power supplies of a PowerSubsystem, and their redundancy.
 *
 * @param known sensors of the chassis; an excerpt of one of them is no further reading
 */
export async function powerSubsystemSensors(
  get: Get,
  links: ChassisLinks,
  known: readonly Sensor[],
  { hostOff, signal, expand, empty }: ChassisContext,
): Promise<readonly Sensor[]> {
  const uri = links.powerSubsystem;
  const resource = uri === undefined || empty.has(uri) ? undefined : await optional(() => get(uri, signal));
  if (uri === undefined || !resource) return [];
  const { supplies, redundancy } = decodePowerSubsystem(resource);
  const groups = redundancySensors(`${shortPath(uri)}/PowerSupplyRedundancy`, redundancy, {
    kind: "power_unit",
    entityId: Entity.PowerUnit,
    fallback: "Power Supply Redundancy",
  });
  const listed = supplies === undefined ? [] : await suppliesOf(get, supplies, signal, expand);
  if (listed.length + groups.length === 0) empty.add(uri);
  const ids = new Set(known.map(({ id }) => id));
  const isListed = (sensorUri: string): boolean => ids.has(shortPath(sensorUri));
  const read: PowerSupply[] = [];
  for (const supply of listed) {
    const metricsUri = supply.metrics;
    const isThere = metricsUri !== undefined && !isAbsent(supply.status);
    const metrics = isThere ? await optional(() => get(metricsUri, signal)) : undefined;
    read.push(metrics ? withMetrics(supply, metrics, isListed) : supply);
  }
  return [...supplySensors(shortPath(supplies ?? uri), read, hostOff), ...groups];
}

type LinkedSupply = ReturnType<typeof decodePowerSupply>;

async function suppliesOf(
  get: Get,
  collection: string,
  signal: AbortSignal,
  expand?: Expand,
): Promise<readonly LinkedSupply[]> {
  const bodies = (await optional(() => memberBodies(get, collection, signal, expand))) ?? [];
  return bodies.map(({ body }, index) => decodePowerSupply(body, index));
}

/** The power supplies of a PowerSubsystem without their readings. */
export async function subsystemSupplies(
  get: Get,
  uri: string,
  signal: AbortSignal,
  expand?: Expand,
): Promise<readonly PowerSupply[]> {
  const resource = await optional(() => get(uri, signal));
  const { supplies } = resource ? decodePowerSubsystem(resource) : {};
  return supplies === undefined ? [] : suppliesOf(get, supplies, signal, expand);
}

/**
 * The leak detectors of a chassis. A chassis without LeakDetection is not asked again before the next reading of the
 * topology.
 */
export async function leakSensors(
  get: Get,
  { thermalSubsystem }: ChassisLinks,
  { signal, expand, empty }: ChassisContext,
): Promise<readonly Sensor[]> {
  const key = `${thermalSubsystem}#LeakDetection`;
  if (thermalSubsystem === undefined || empty.has(key)) return [];
  const subsystem = await optional(() => get(thermalSubsystem, signal));
  if (!subsystem) return [];
  const { leakDetection } = decodeThermalSubsystem(subsystem);
  const resource = leakDetection === undefined ? undefined : await optional(() => get(leakDetection, signal));
  if (leakDetection === undefined || !resource) {
    if (leakDetection === undefined) empty.add(key);
    return [];
  }
  const { excerpts, detectors } = decodeLeakDetection(resource);
  if (excerpts.length > 0)
    return leaks(excerpts.map((one, n) => ({ ...one, uri: one.source ?? `${leakDetection}/Detectors/${n}` })));
  const bodies =
    detectors === undefined ? [] : ((await optional(() => memberBodies(get, detectors, signal, expand))) ?? []);
  return leaks(bodies.map(({ uri, body }) => ({ ...decodeLeakDetector(body), uri })));
}

function leaks(detectors: readonly (LeakDetector & { readonly uri: string })[]): readonly Sensor[] {
  const ids = new Set<string>();
  return detectors.flatMap(({ uri, id: shortId, name = shortId ?? "Leak Detector", context, detected, status }) => {
    const id = shortPath(uri);
    if (isAbsent(status) || ids.has(id)) return [];
    ids.add(id);
    const health = worstHealth([healthOf(detected), healthOf(status.health)]);
    const states = detected === "Warning" || detected === "Critical" ? ["leak_detected"] : [];
    const entity = entityOf(entityIdOf(context, Entity.Chassis), name);
    return { name, id, entity, kind: "leak_detector", role: undefined, health, states };
  });
}
