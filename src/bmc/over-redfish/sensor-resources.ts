import type { Sensor } from "../../model/index.ts";
import { decodeSensor, type Get, isAbsent, memberBodies, optional, type RedfishSensor } from "../../redfish/index.ts";
import type { ChassisContext } from "./chassis-context.ts";
import { Entity, entityIdOf, entityOf } from "./entity.ts";
import { type ReadingSubject, readingOf } from "./reading.ts";
import { shortPath } from "./sensor-id.ts";

const CUBIC_FOOT = 0.028316846592;

/** The sensors of a collection of Sensor resources. */
export async function sensorResources(
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
