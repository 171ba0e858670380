import type { HostChange } from "../../model/index.ts";
import type { PlannedSensor } from "./planned-sensor.ts";
import type { SensorPlan } from "./sensor-plan.ts";

/** Maximum number of names in one change; a host that is switched off may lose hundreds of sensors. */
const MOST_NAMES = 32;

/**
 * Compares two plans: one change for all sensors that appeared, one for all that disappeared.
 *
 * @param isNews selects the sensors that are compared; default: all
 */
export function sensorSetChanges(
  before: SensorPlan,
  now: SensorPlan,
  isNews: (sensor: PlannedSensor) => boolean = () => true,
): readonly HostChange[] {
  return [...change("sensor_vanished", before, now, isNews), ...change("sensor_appeared", now, before, isNews)];
}

/** A sensor with another name is another sensor. */
const keyOf = ({ id, name }: PlannedSensor): string => `${id} ${name}`;

function* change(
  kind: "sensor_vanished" | "sensor_appeared",
  has: SensorPlan,
  hasNot: SensorPlan,
  isNews: (sensor: PlannedSensor) => boolean,
): Generator<HostChange> {
  const others = new Set(hasNot.sensors.map(keyOf));
  const found = has.sensors.filter((sensor) => !others.has(keyOf(sensor)) && isNews(sensor));
  // One of each: a repository can describe a sensor twice.
  const names = [...new Map(found.map((sensor) => [keyOf(sensor), sensor.name])).values()];
  if (names.length === 0) return;
  yield { change: kind, sensors: names.sort().slice(0, MOST_NAMES), sensorCount: names.length };
}
