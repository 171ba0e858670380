/** The words boards are written in. Each makes one sensor; what is left out is as most firmware has it. */
export * from "./analog-sensors.ts";
export * from "./state-sensors.ts";

/** One sensor for each of `count` parts, numbered from 1. */
export function each<T>(count: number, make: (n: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, i) => make(i + 1));
}
