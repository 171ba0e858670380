import type { Scenario } from "../bmc/misbehaviour.ts";

/**
 * The second checksum of messages is wrong (Supermicro X9): only in sessions, where an integrity code protects the
 * packet, unless `everywhere`.
 */
export function badChecksums(options: { readonly probability: number; readonly everywhere?: boolean }): Scenario {
  return ({ random }) => ({
    name: "bad checksums",
    damage(message, inSession) {
      if (!inSession && !options.everywhere) return message;
      if (!random.chance(options.probability)) return message;
      const damaged = Buffer.from(message);
      const last = damaged.length - 1;
      damaged[last] = (damaged[last] ?? 0) ^ 0x5a;
      return damaged;
    },
  });
}
