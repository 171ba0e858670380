import type { PlannedSensor } from "./planned-sensor.ts";

/**
 * Gives each readable sensor a unique id. Two channels may have controllers with the same address, and some boards give
 * two sensors the same number. The second one gets the suffix "#2".
 */
export class SensorIds {
  readonly #described = new Map<string, PlannedSensor>();
  /** Sensors by the id without "#2". */
  readonly #count = new Map<string, number>();

  /** @param sensors sensors that already have ids */
  constructor(sensors: readonly PlannedSensor[] = []) {
    for (const sensor of sensors) this.#add(withoutNumber(sensor), sensor);
  }

  /** The sensor with its id. If another record already describes the same sensor, that sensor. */
  add(sensor: PlannedSensor): PlannedSensor {
    // Sensors that cannot be read are never exported.
    return sensor.definition.readable ? this.#add(sensor) : sensor;
  }

  #add(sensor: PlannedSensor, numbered?: PlannedSensor): PlannedSensor {
    const { id, name, kind, definition } = sensor;
    const key = `${id} ${definition.channel} ${kind} ${name}`;
    const described = this.#described.get(key);
    if (described) return described;
    const number = (this.#count.get(id) ?? 0) + 1;
    this.#count.set(id, number);
    const own = numbered ?? (number === 1 ? sensor : { ...sensor, id: `${id}#${number}` });
    this.#described.set(key, own);
    return own;
  }
}

/** The sensor with the id from its record. */
export function withoutNumber(sensor: PlannedSensor): PlannedSensor {
  const id = sensor.id.replace(/#\d+$/, "");
  return id === sensor.id ? sensor : { ...sensor, id };
}
