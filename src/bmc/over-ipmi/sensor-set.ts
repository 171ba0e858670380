import type { HostChange } from "../../model/index.ts";
import type { SensorPlan } from "./sensor-plan.ts";

/** Names told of one change; a host that goes off may lose hundreds of sensors. */
const MOST_NAMES = 32;

/** Sensors that one repository has and the other has not: one change for all that came, one for all that went. */
export function sensorSetChanges(before: SensorPlan, now: SensorPlan): readonly HostChange[] {
  const old = setOf(before);
  const current = setOf(now);
  return [...change("sensor_vanished", old, current), ...change("sensor_appeared", current, old)];
}

/** Names by id and name: a sensor of another name is another one. */
function setOf({ sensors }: SensorPlan): ReadonlyMap<string, string> {
  return new Map(sensors.map(({ id, name }) => [`${id} ${name}`, name]));
}

function* change(
  kind: "sensor_vanished" | "sensor_appeared",
  has: ReadonlyMap<string, string>,
  hasNot: ReadonlyMap<string, string>,
): Generator<HostChange> {
  const names = [...has].filter(([key]) => !hasNot.has(key)).map(([, name]) => name);
  if (names.length === 0) return;
  yield { change: kind, sensors: names.sort().slice(0, MOST_NAMES), sensorCount: names.length };
}
