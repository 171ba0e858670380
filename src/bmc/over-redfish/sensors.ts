import type { Quantity, Sensor } from "../../model/index.ts";
import {
  type ChassisLinks,
  decodeFans,
  decodePowerSupplies,
  decodeTemperatures,
  decodeVoltages,
  type Get,
  isAbsent,
  type JsonObject,
  objectsAt,
  optional,
  redundancyGroups,
  type Status,
  type SupplyReading,
  withFujitsuInputs,
} from "../../redfish/index.ts";
import type { ChassisContext } from "./chassis-context.ts";
import { Entity, entityIdOf, entityOf } from "./entity.ts";
import type { MadeReading } from "./kept-readings.ts";
import { type ReadingSubject, readingOf } from "./reading.ts";
import { named, shortPath } from "./sensor-id.ts";
import { sensorResources } from "./sensor-resources.ts";
import { leakSensors, powerSubsystemSensors, thermalSubsystemSensors } from "./subsystems.ts";
import { redundancySensors, supplySensors } from "./supplies.ts";

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
  sensors.push(...(await leakSensors(get, links, context)));
  if (thermal && power) return sensors;
  const isCovered = (quantity: Quantity | undefined): boolean =>
    (thermal !== undefined && (quantity === "temperature" || quantity === "fan_speed" || quantity === "fan_ratio")) ||
    (power !== undefined && quantity === "voltage");
  if (links.sensors !== undefined) sensors.push(...(await sensorResources(get, links.sensors, context, isCovered)));
  if (!thermal) sensors.push(...(await thermalSubsystemSensors(get, links, sensors, context)));
  if (!power) sensors.push(...(await powerSubsystemSensors(get, links, sensors, context)));
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
  part: MadeReading["part"] & { readonly index: number },
  roleOf: ChassisContext["roleOf"],
): MadeReading {
  return { index: part.index, subject: { ...subject, role: roleOf?.(subject) }, part };
}

/** Dell lists power-good signals as voltages of 1 V: they are states, not readings. */
const POWER_GOOD = /\bPG( \d+)?$|\bpower good$/i;

/** A voltage of a power supply above this is the one of its input. */
const LEAST_INPUT_VOLTS = 60;

const INPUT_VOLTS: ReadonlySet<SupplyReading> = new Set(["inputVolts"]);

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
      if (!isState) return { ...made, special: readingOf(made.subject, part) };
      const { health, states } = readingOf(subject, { ...part, reading: undefined });
      const role = roleOf?.({ name, id, entity, kind: "voltage" });
      return { ...made, special: { name, id, entity, kind: "voltage", role, health, states } };
    }),
  );
  // Dell also lists the input voltage of each power supply as a voltage; each fact has one source.
  const isListed = voltages.some(
    ({ entity, value }) => entity.startsWith(`${Entity.PowerSupply}.`) && (value ?? 0) > LEAST_INPUT_VOLTS,
  );
  const supplies = withFujitsuInputs(decodePowerSupplies(resource), resource);
  const listed = isListed ? supplies.map((supply) => ({ ...supply, listedElsewhere: INPUT_VOLTS })) : supplies;
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
