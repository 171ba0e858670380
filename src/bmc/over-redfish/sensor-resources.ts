import type { Quantity, Sensor } from "../../model/index.ts";
import { decodeSensor, type Get, isAbsent, members, optional, type RedfishSensor } from "../../redfish/index.ts";
import type { ChassisContext } from "./chassis-context.ts";
import { Entity, entityIdOf, entityOf } from "./entity.ts";
import { type ReadingSubject, readingOf } from "./reading.ts";
import { shortPath } from "./sensor-id.ts";

const CUBIC_FOOT = 0.028316846592;

/**
 * The sensors of a collection of Sensor resources. A resource of its own that measures what another resource reports,
 * too, is read once and not again before the next reading of the topology.
 *
 * @param isCovered true for a quantity that is read elsewhere
 */
export async function sensorResources(
  get: Get,
  collection: string,
  { signal, expand, empty }: ChassisContext,
  isCovered: (quantity: Quantity | undefined) => boolean,
): Promise<readonly Sensor[]> {
  const listed = (await optional(() => members(get, collection, signal, expand))) ?? [];
  const sensors = new Map<string, Sensor>();
  for (const { uri, body } of listed) {
    const id = shortPath(uri);
    const resource = body ?? (empty.has(uri) ? undefined : await optional(() => get(uri, signal)));
    if (!resource || sensors.has(id)) continue;
    const sensor = decodeSensor(resource);
    const subject = subjectOf(sensor, id);
    if (isCovered(subject?.quantity)) empty.add(uri);
    else if (subject && !isAbsent(sensor.status)) sensors.set(id, readingOf(subject, sensor));
  }
  return [...sensors.values()];
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
