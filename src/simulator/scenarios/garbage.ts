import type { Scenario } from "../bmc/misbehaviour.ts";

interface GarbageOptions {
  readonly probability: number;
  /** True: instead of the response; false: before it. */
  readonly instead?: boolean;
  /** 64 where absent. */
  readonly mostBytes?: number;
}

/** Meaningless packets: noise, or an RMCP header followed by noise. */
export function garbage({ probability, instead = false, mostBytes = 64 }: GarbageOptions): Scenario {
  return ({ random }) => ({
    name: "garbage",
    deliver(packet, next) {
      if (!random.chance(probability)) return next(packet);
      const noise = Buffer.from(Array.from({ length: 1 + random.integer(mostBytes) }, () => random.integer(256)));
      // Half of the packets begin like the real one.
      if (random.chance(0.5)) packet.copy(noise, 0, 0, Math.min(6, noise.length));
      next(noise);
      if (!instead) next(packet);
    },
  });
}
