import { median } from "./fleet.mjs";

/** Rounds whose figures are discarded, because code is still being compiled. */
export const WARM_UP = 3;

/** Runs several measurements in alternating rounds and returns the median of each figure. */
export async function inTurns(measurements, rounds) {
  const figures = measurements.map(() => []);
  for (let i = 0; i < WARM_UP + rounds; i++) {
    for (const [n, measurement] of measurements.entries()) {
      const result = await measurement.round();
      if (i >= WARM_UP) figures[n].push(result);
    }
  }
  return figures.map((results) =>
    Object.fromEntries(Object.keys(results[0]).map((key) => [key, median(results.map((result) => result[key]))])),
  );
}
