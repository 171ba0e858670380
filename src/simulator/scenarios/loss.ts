import type { Scenario } from "../bmc/misbehaviour.ts";

interface LossOptions {
  /** 0 to 1, for each packet. */
  readonly probability: number;
  /** "both" where absent. */
  readonly direction?: "in" | "out" | "both";
}

/** Packets get lost. */
export function loss({ probability, direction = "both" }: LossOptions): Scenario {
  return ({ random }) => ({
    name: "loss",
    swallow: () => direction !== "out" && random.chance(probability),
    deliver(packet, next) {
      if (direction !== "in" && random.chance(probability)) return;
      next(packet);
    },
  });
}
