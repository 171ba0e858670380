import type { Scenario } from "../bmc/misbehaviour.ts";
import type { Random } from "../bmc/random.ts";

interface LatencyOptions {
  readonly meanMs: number;
  /** "fixed" where absent. "heavy_tailed": most responses are fast, a few take ten times the mean and more. */
  readonly distribution?: "fixed" | "uniform" | "exponential" | "heavy_tailed";
  /** Lower bound. */
  readonly leastMs?: number;
  /** Upper bound. */
  readonly mostMs?: number;
}

/** Pareto with this shape has a mean of shape / (shape - 1) and a long tail. */
const SHAPE = 1.5;

function draw(random: Random, { meanMs, distribution = "fixed" }: LatencyOptions): number {
  switch (distribution) {
    case "fixed":
      return meanMs;
    case "uniform":
      return random.next() * 2 * meanMs;
    case "exponential":
      return random.exponential(meanMs);
    case "heavy_tailed":
      return ((meanMs * (SHAPE - 1)) / SHAPE) * (1 - random.next()) ** (-1 / SHAPE);
  }
}

/** Every response is delayed; responses may overtake one another. */
export function latency(options: LatencyOptions): Scenario {
  const { leastMs = 0, mostMs = Number.POSITIVE_INFINITY } = options;
  return ({ random }) => ({
    name: "latency",
    deliver: (packet, next) => next(packet, Math.min(mostMs, Math.max(leastMs, draw(random, options)))),
  });
}
