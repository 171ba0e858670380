import type { PlannedSensor } from "./planned-sensor.ts";

/**
 * Gives each readable sensor an id that no other has: two channels can have controllers of one address, and some
 * boards give one number to two sensors. The second gets "#2" behind its id.
 */
export class SensorIds {
  readonly #described = new Map<string, PlannedSensor>();
  /** Sensors by the id without "#2". */
  readonly #count = new Map<string, number>();

  /** @param sensors that have their ids already */
  constructor(sensors: readonly PlannedSensor[] = []) {
    for (const sensor of sensors) this.#add(withoutNumber(sensor), sensor);
  }

  /** The sensor under its id. For a sensor that another record describes, too: that one. */
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

/** The sensor under the id that its record gives. */
export function withoutNumber(sensor: PlannedSensor): PlannedSensor {
  const id = sensor.id.replace(/#\d+$/, "");
  return id === sensor.id ? sensor : { ...sensor, id };
}
