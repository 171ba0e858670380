import type { PlannedSensor } from "./planned-sensor.ts";

/**
 * Gives each readable sensor an id that no other has: two channels can have controllers of one address, and some
 * boards give one number to two sensors. The second gets "#2" behind its id.
 */
export class SensorIds {
  readonly #described = new Set<string>();
  /** Sensors by the id without "#2". */
  readonly #count = new Map<string, number>();

  /** @param sensors that have their ids already */
  constructor(sensors: readonly PlannedSensor[] = []) {
    for (const sensor of sensors) this.#number(withoutNumber(sensor));
  }

  /** The sensor under its id. Undefined for one that is described already. */
  add(sensor: PlannedSensor): PlannedSensor | undefined {
    // Sensors that cannot be read are never exported.
    if (!sensor.definition.readable) return sensor;
    const number = this.#number(sensor);
    if (number === undefined) return undefined;
    return number === 1 ? sensor : { ...sensor, id: `${sensor.id}#${number}` };
  }

  #number({ id, name, kind, definition }: PlannedSensor): number | undefined {
    const key = `${id} ${definition.channel} ${kind} ${name}`;
    if (this.#described.has(key)) return undefined;
    this.#described.add(key);
    const number = (this.#count.get(id) ?? 0) + 1;
    this.#count.set(id, number);
    return number;
  }
}

/** The sensor under the id that its record gives. */
export function withoutNumber(sensor: PlannedSensor): PlannedSensor {
  const id = sensor.id.replace(/#\d+$/, "");
  return id === sensor.id ? sensor : { ...sensor, id };
}
