import type { Scenario } from "../bmc/misbehaviour.ts";

export interface OddSequencesOptions {
  /** Probability that a packet has the number of the one before. */
  readonly repeat?: number;
  /** Probability that numbers are left out. */
  readonly skip?: number;
  /** How many are left out; 1 where absent. */
  readonly skipBy?: number;
}

/** Session sequence numbers that stand still or jump: ipmi_sim repeats, ASRock boards count by two. */
export function oddSequences({ repeat = 0, skip = 0, skipBy = 1 }: OddSequencesOptions): Scenario {
  return ({ random }) => ({
    name: "odd sequences",
    sequenceStep() {
      if (random.chance(repeat)) return 0;
      return random.chance(skip) ? 1 + skipBy : 1;
    },
  });
}
