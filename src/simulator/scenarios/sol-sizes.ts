import type { Scenario } from "../bmc/misbehaviour.ts";

const SMALL = 32;
const swap = (size: number): number => ((size & 0xff) << 8) | (size >>> 8);

/**
 * Activate Payload reports sizes in the wrong byte order, or nonsense. Either way the BMC accepts 32 bytes and drops
 * larger packets.
 */
export function solSizes({ report }: { readonly report: "swapped" | "zero" | "huge" }): Scenario {
  const size = { swapped: swap(SMALL), zero: 0, huge: 0xffff }[report];
  return () => ({ name: "sol sizes", sol: { inboundSize: size, outboundSize: size, accepts: SMALL } });
}
