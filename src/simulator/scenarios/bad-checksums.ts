import type { Scenario } from "../misbehaviour.ts";

/** The second checksum of messages is wrong, as Supermicro X9 firmware makes it. */
export function badChecksums(options: { readonly probability: number }): Scenario {
  return ({ random }) => ({
    name: "bad checksums",
    damage(message) {
      if (!random.chance(options.probability)) return message;
      const damaged = Buffer.from(message);
      const last = damaged.length - 1;
      damaged[last] = (damaged[last] ?? 0) ^ 0x5a;
      return damaged;
    },
  });
}
