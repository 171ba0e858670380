import type { Scenario } from "../bmc/misbehaviour.ts";

/** SOL ends without notice after this many packets from the console. */
export function solEnds({ afterPackets }: { readonly afterPackets: number }): Scenario {
  return () => ({ name: "sol ends", sol: { endsAfter: afterPackets } });
}
