import type { Scenario } from "../bmc/misbehaviour.ts";

interface OddSequencesOptions {
  /** Probability that a packet repeats the previous number. */
  readonly repeat?: number;
  /** Probability that numbers are skipped. */
  readonly skip?: number;
  /** Count of skipped numbers; 1 where absent. */
  readonly skipBy?: number;
}

/** Session sequence numbers repeat (ipmi_sim) or skip (ASRock boards count by two). */
export function oddSequences({ repeat = 0, skip = 0, skipBy = 1 }: OddSequencesOptions): Scenario {
  return ({ random }) => ({
    name: "odd sequences",
    sequenceStep() {
      if (random.chance(repeat)) return 0;
      return random.chance(skip) ? 1 + skipBy : 1;
    },
  });
}
