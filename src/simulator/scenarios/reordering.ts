import type { Deliver, Scenario } from "../bmc/misbehaviour.ts";

/**
 * A response is delayed until the next one has overtaken it, at most for `holdMs`. The console receives it after the
 * response to a later request, or to its own retry.
 */
export function reordering(options: { readonly probability: number; readonly holdMs: number }): Scenario {
  return ({ random, clock }) => {
    let delayed: { readonly packet: Buffer; readonly next: Deliver } | undefined;
    const release = (): void => {
      const waiting = delayed;
      delayed = undefined;
      waiting?.next(waiting.packet);
    };
    return {
      name: "reordering",
      deliver(packet, next) {
        if (delayed || !random.chance(options.probability)) {
          next(packet);
          release();
          return;
        }
        const response = { packet, next };
        delayed = response;
        clock.after(options.holdMs, () => {
          if (delayed === response) release();
        });
      },
    };
  };
}
