import type { Deliver, Scenario } from "../bmc/misbehaviour.ts";

/**
 * An answer is held back until the next one has overtaken it, or for `holdMs` where none comes: the
 * console sees it after the answer to a later question, or to its own repetition.
 */
export function reordering(options: { readonly probability: number; readonly holdMs: number }): Scenario {
  return ({ random, clock }) => {
    let held: { readonly packet: Buffer; readonly next: Deliver } | undefined;
    const release = (): void => {
      const waiting = held;
      held = undefined;
      waiting?.next(waiting.packet);
    };
    return {
      name: "reordering",
      deliver(packet, next) {
        if (held || !random.chance(options.probability)) {
          next(packet);
          release();
          return;
        }
        const mine = { packet, next };
        held = mine;
        clock.after(options.holdMs, () => {
          if (held === mine) release();
        });
      },
    };
  };
}
