import type { FailureReason } from "./failure.ts";
import type { Host } from "./host.ts";
import type { OngoingFault } from "./ongoing-fault.ts";
import type { HostSnapshot } from "./snapshot.ts";

/** What the store keeps of a host: the latest snapshot, and counters. */
export interface HostRecord {
  readonly host: Host;
  /** Absent until the first poll has ended, and once it is stale. */
  readonly snapshot?: HostSnapshot;
  /** End of the last poll that reached the BMC, epoch ms. */
  readonly lastSuccessAt?: number;
  readonly failures: Readonly<Record<FailureReason, number>>;
  readonly polls: number;
  /** What is wrong as of the last poll, worst first, each with its beginning. Absent until the first poll has ended. */
  readonly faults?: readonly OngoingFault[];
  /** The last snapshot with readings, while the BMC is down or stale. For people only; it is not exported. */
  readonly lastKnown?: HostSnapshot;
}
