import type { Sensor } from "../model/index.ts";

/**
 * The first sensor of each id. A service whose links lead to the wrong list has one resource as a part of several kinds, and
 * two series with the same labels make a scrape invalid.
 */
export function uniqueSensors(sensors: readonly Sensor[]): readonly Sensor[] {
  const ids = new Set<string>();
  for (const { id } of sensors) ids.add(id);
  if (ids.size === sensors.length) return sensors;
  ids.clear();
  return sensors.filter(({ id }) => !ids.has(id) && ids.add(id));
}
