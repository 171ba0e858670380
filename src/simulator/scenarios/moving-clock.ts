import type { Scenario } from "../bmc/misbehaviour.ts";

export interface MovingClockOptions {
  /** Ahead of the true time at the start; negative: behind. */
  readonly offsetSeconds?: number;
  /** Gains so much in an hour. */
  readonly driftSecondsPerHour?: number;
  /** Jumps back and forth by this after each request with a probability of `jumpProbability`. */
  readonly jumpSeconds?: number;
  readonly jumpProbability?: number;
}

const HOUR_MS = 3_600_000;

/** The BMC's clock is wrong, runs away, or jumps as NTP and battery pull at it. */
export function movingClock(options: MovingClockOptions): Scenario {
  const { offsetSeconds = 0, driftSecondsPerHour = 0, jumpSeconds = 0, jumpProbability = 0 } = options;
  return ({ board, clock, random }) => {
    const start = clock.monotonicMs();
    let jumped = 0;
    const set = (): void => {
      const drift = ((clock.monotonicMs() - start) / HOUR_MS) * driftSecondsPerHour;
      board.clockOffsetSeconds = Math.round(offsetSeconds + drift + jumped);
    };
    set();
    return {
      name: "moving clock",
      answer() {
        if (random.chance(jumpProbability)) jumped = jumped === 0 ? jumpSeconds : 0;
        set();
        return undefined;
      },
    };
  };
}
