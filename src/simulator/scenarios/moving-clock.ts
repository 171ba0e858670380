import type { Scenario } from "../bmc/misbehaviour.ts";

interface MovingClockOptions {
  /** Offset at the start; negative: behind. */
  readonly offsetSeconds?: number;
  /** Gain per hour. */
  readonly driftSecondsPerHour?: number;
  /** Jumps forward or back by this after a request, with the probability `jumpProbability`. */
  readonly jumpSeconds?: number;
  readonly jumpProbability?: number;
}

const HOUR_MS = 3_600_000;

/** The clock of the BMC is wrong, drifts, or jumps between two times, e.g. of NTP and battery. */
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
