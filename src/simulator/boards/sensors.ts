/** Functions that make the sensors of a board. Defaults are those of most firmware. */
export * from "./analog-sensors.ts";
export * from "./state-sensors.ts";

/** One sensor for each of `count` parts, numbered from 1. */
export function each<T>(count: number, make: (n: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, i) => make(i + 1));
}
