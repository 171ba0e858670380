import type { Sensor } from "../../model/index.ts";
import {
  type ChassisLinks,
  decodeFanSpeeds,
  decodeFans,
  decodePowerSubsystem,
  decodePowerSupplies,
  decodePowerSupply,
  decodeSensor,
  decodeTemperatures,
  decodeThermalSubsystem,
  decodeVoltages,
  type Expand,
  type Get,
  isAbsent,
  type JsonObject,
  type Limits,
  memberBodies,
  objectsAt,
  optional,
  type PowerSupply,
  type RedfishSensor,
  redundancyGroups,
  type Status,
  withFujitsuInputs,
  withMetrics,
} from "../../redfish/index.ts";
import { Entity, entityIdOf, entityOf } from "./entity.ts";
import type { MadeReading, ReadingLists } from "./kept-readings.ts";
import { type ReadingSubject, readingOf } from "./reading.ts";
import { named, shortPath } from "./sensor-id.ts";
import { redundancySensors, supplySensors } from "./supplies.ts";

const CUBIC_FOOT = 0.028316846592;

/** How a chassis is read. */
export interface ChassisContext {
  readonly hostOff: boolean;
  readonly expand?: Expand;
  /** Subsystems without parts. Filled here; they are not read again while they are in this set. */
  readonly empty: Set<string>;
  /** The readings of the last poll. */
  readonly lists: ReadingLists;
  /** Absent: without rules there are no roles. */
  readonly roleOf?: (subject: Pick<Sensor, "name" | "id" | "kind" | "quantity" | "entity">) => string | undefined;
  readonly signal: AbortSignal;
}

/**
 * The sensors of a chassis. Thermal and Power are read if they exist: one request each. Otherwise the Sensor resources
 * and the subsystems that replace them. Each fact has one source, never both.
 *
 * @throws errors that end the session
 */
export async function chassisSensors(
  get: Get,
  links: ChassisLinks,
  context: ChassisContext,
): Promise<readonly Sensor[]> {
  const { signal } = context;
  const thermalUri = links.thermal;
  const powerUri = links.power;
  const thermal = thermalUri === undefined ? undefined : await optional(() => get(thermalUri, signal));
  const power = powerUri === undefined ? undefined : await optional(() => get(powerUri, signal));
  const sensors: Sensor[] = [];
  if (thermal) sensors.push(...thermalSensors(shortPath(thermalUri ?? ""), thermal, context));
  if (power) sensors.push(...powerSensors(shortPath(powerUri ?? ""), power, context));
  if (thermal && power) return sensors;
  const isCovered = (quantity: string | undefined): boolean =>
    (thermal !== undefined && (quantity === "temperature" || quantity === "fan_speed" || quantity === "fan_ratio")) ||
    (power !== undefined && quantity === "voltage");
  if (links.sensors !== undefined) {
    const listed = await sensorResources(get, links.sensors, context);
    sensors.push(...listed.filter(({ quantity }) => !isCovered(quantity)));
  }
  if (!thermal) sensors.push(...(await thermalSubsystemSensors(get, links, sensors, context)));
  if (!power) sensors.push(...(await powerSubsystemSensors(get, links, context)));
  return sensors;
}

function thermalSensors(path: string, resource: JsonObject, { lists, roleOf }: ChassisContext): readonly Sensor[] {
  const temperatures = objectsAt(resource, "Temperatures");
  const fans = objectsAt(resource, "Fans");
  return [
    ...lists.of(`${path}/Temperatures`).sensors(temperatures, "ReadingCelsius", () =>
      named(`${path}/Temperatures`, decodeTemperatures(temperatures).filter(isPresent), "Temperature").map(
        ({ part, name, id }) => {
          const entity = entityOf(entityIdOf(part.context, Entity.Unknown), name);
          return madeReading({ name, id, entity, kind: "temperature", quantity: "temperature" }, part, roleOf);
        },
      ),
    ),
    ...lists.of(`${path}/Fans`).sensors(fans, "Reading", () =>
      named(`${path}/Fans`, decodeFans(fans).filter(isPresent), "Fan").map(({ part, name, id }) => {
        const entity = entityOf(Entity.Fan, name);
        const subject: ReadingSubject =
          part.unit === "percent"
            ? { name, id, entity, kind: "fan", quantity: "fan_ratio", scale: 0.01 }
            : { name, id, entity, kind: "fan", quantity: "fan_speed" };
        return madeReading(subject, part.unit === undefined ? { ...part, reading: undefined } : part, roleOf);
      }),
    ),
    ...redundancySensors(`${path}/Redundancy`, redundancyGroups(resource, "Redundancy"), {
      kind: "cooling_device",
      entityId: Entity.Fan,
      fallback: "Fan Redundancy",
    }),
  ];
}

const isPresent = ({ status }: { readonly status: Status }): boolean => !isAbsent(status);

/** A reading with the role of its sensor. */
function madeReading(
  subject: ReadingSubject,
  part: { readonly index: number; readonly reading?: number; readonly limits: Limits; readonly status: Status },
  roleOf: ChassisContext["roleOf"],
): MadeReading {
  const own = { ...subject, role: roleOf?.(subject) };
  return { index: part.index, subject: own, sensor: readingOf(own, part), word: part.status.health };
}

/** Dell lists power-good signals as voltages of 1 V: they are states, not readings. */
const POWER_GOOD = /\bPG( \d+)?$|\bpower good$/i;

/** A voltage of a power supply above this is the one of its input. */
const LEAST_INPUT_VOLTS = 60;

function powerSensors(path: string, resource: JsonObject, context: ChassisContext): readonly Sensor[] {
  const { lists, roleOf, hostOff } = context;
  const list = objectsAt(resource, "Voltages");
  const voltages = lists.of(`${path}/Voltages`).sensors(list, "ReadingVolts", () =>
    named(`${path}/Voltages`, decodeVoltages(list).filter(isPresent), "Voltage").map(({ part, name, id }) => {
      const entity = entityOf(entityIdOf(part.context, Entity.SystemBoard), name);
      const subject = { name, id, entity, kind: "voltage", quantity: "voltage" } as const;
      const made = madeReading(subject, part, roleOf);
      if (!POWER_GOOD.test(name)) return made;
      const isState = part.reading === undefined || part.reading === 0 || part.reading === 1;
      if (!isState) return { ...made, subject: undefined };
      const { health, states } = readingOf(subject, { ...part, reading: undefined });
      const role = roleOf?.({ name, id, entity, kind: "voltage" });
      const sensor: Sensor = { name, id, entity, kind: "voltage", role, health, states };
      return { ...made, subject: undefined, sensor };
    }),
  );
  // Dell also lists the input voltage of each power supply as a voltage; each fact has one source.
  const isListed = voltages.some(
    ({ entity, value }) => entity.startsWith(`${Entity.PowerSupply}.`) && (value ?? 0) > LEAST_INPUT_VOLTS,
  );
  const supplies = withFujitsuInputs(decodePowerSupplies(resource), resource);
  const listed = isListed ? supplies.map((supply) => ({ ...supply, inputVolts: undefined })) : supplies;
  return [
    ...voltages,
    ...supplySensors(`${path}/PowerSupplies`, listed, hostOff),
    ...redundancySensors(`${path}/Redundancy`, redundancyGroups(resource, "Redundancy"), {
      kind: "power_unit",
      entityId: Entity.PowerUnit,
      fallback: "Power Supply Redundancy",
    }),
  ];
}

async function sensorResources(
  get: Get,
  collection: string,
  { signal, expand }: ChassisContext,
): Promise<readonly Sensor[]> {
  const bodies = (await optional(() => memberBodies(get, collection, signal, expand))) ?? [];
  const ids = new Set<string>();
  return bodies.flatMap(({ uri, body }) => {
    const sensor = decodeSensor(body);
    const id = shortPath(uri);
    const subject = subjectOf(sensor, id);
    if (isAbsent(sensor.status) || !subject || ids.has(id)) return [];
    ids.add(id);
    return [readingOf(subject, sensor)];
  });
}

/** What a Sensor resource measures; undefined if it is not a hardware reading. */
function subjectOf(sensor: RedfishSensor, id: string): ReadingSubject | undefined {
  const { type, context, unit } = sensor;
  const name = sensor.name ?? sensor.id ?? id;
  const of = (kind: string, fallback: number) => ({
    name,
    id,
    entity: entityOf(entityIdOf(context, fallback), name),
    kind,
  });
  switch (type?.toLowerCase()) {
    case "temperature":
      return { ...of("temperature", Entity.Unknown), quantity: "temperature" };
    case "rotational":
      return { ...of("fan", Entity.Fan), quantity: "fan_speed" };
    case "voltage":
      return { ...of("voltage", Entity.SystemBoard), quantity: "voltage" };
    case "current":
      return { ...of("current", Entity.SystemBoard), quantity: "current" };
    case "power":
      return { ...of("other_units", Entity.SystemBoard), quantity: "power" };
    case "energyjoules":
      return { ...of("other_units", Entity.SystemBoard), quantity: "energy" };
    case "energykwh":
    case "energy":
      return { ...of("other_units", Entity.SystemBoard), quantity: "energy", scale: 3_600_000 };
    case "energywh":
      return { ...of("other_units", Entity.SystemBoard), quantity: "energy", scale: 3600 };
    case "humidity":
      return { ...of("other_units", Entity.Unknown), quantity: "humidity", scale: 0.01 };
    case "airflow":
      return { ...of("other_units", Entity.Unknown), quantity: "airflow", scale: CUBIC_FOOT / 60 };
    case "airflowcmm":
      return { ...of("other_units", Entity.Unknown), quantity: "airflow", scale: 1 / 60 };
    case "percent":
      return context?.toLowerCase() === "fan"
        ? { ...of("fan", Entity.Fan), quantity: "fan_ratio", scale: 0.01 }
        : { ...of("other_units", Entity.Unknown), quantity: "other", unit: "percent" };
    case undefined:
      return undefined;
    default:
      return { ...of("other_units", Entity.Unknown), quantity: "other", unit: unit ?? "unspecified" };
  }
}

/** Fans without a Sensor resource, and the redundancy of the fans. */
async function thermalSubsystemSensors(
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
  if (isCovered && groups.length === 0) empty.add(uri);
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

async function powerSubsystemSensors(
  get: Get,
  links: ChassisLinks,
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
  const read: PowerSupply[] = [];
  for (const supply of listed) {
    const metricsUri = supply.metrics;
    const isThere = metricsUri !== undefined && !isAbsent(supply.status);
    const metrics = isThere ? await optional(() => get(metricsUri, signal)) : undefined;
    read.push(metrics ? withMetrics(supply, metrics) : supply);
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
