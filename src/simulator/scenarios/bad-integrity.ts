import type { Scenario } from "../bmc/misbehaviour.ts";

const RMCP_PLUS = 0x06;
const AUTHENTICATED = 0x40;

/** Integrity codes of some RMCP+ packets are wrong, as after a bit error on the way. */
export function badIntegrity(options: { readonly probability: number }): Scenario {
  return ({ random }) => ({
    name: "bad integrity",
    deliver(packet, next) {
      const authenticated = packet[4] === RMCP_PLUS && ((packet[5] ?? 0) & AUTHENTICATED) !== 0;
      if (!authenticated || !random.chance(options.probability)) return next(packet);
      const damaged = Buffer.from(packet);
      const last = damaged.length - 1;
      damaged[last] = (damaged[last] ?? 0) ^ 0x01;
      next(damaged);
    },
  });
}
