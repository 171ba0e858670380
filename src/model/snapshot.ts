import type { ChangeCounts } from "./change.ts";
import type {
  ChassisState,
  ControllerInfo,
  EventLog,
  Fru,
  PowerConsumption,
  SecurityFinding,
  Watchdog,
} from "./facts.ts";
import type { Failure, FailureReason } from "./failure.ts";
import type { Host } from "./host.ts";
import type { Omitted } from "./host-limits.ts";
import type { Sensor } from "./sensor.ts";

/** The topics of a poll; `parts:` of a module lists them. */
export const PART_NAMES = ["power", "sensors", "sel", "dcmi", "watchdog", "inventory", "security"] as const;
export type PartName = (typeof PART_NAMES)[number];

/** How one part of a poll went. */
export interface PartOutcome {
  readonly part: PartName;
  /** False: see `failure`; what was read before the failure may still be in the snapshot. */
  readonly ok: boolean;
  /** Time spent when it was last asked. */
  readonly durationMs: number;
  /** When it was last read, epoch ms; older than the snapshot for parts that are not due each round. */
  readonly readAt: number;
  readonly failure?: Failure;
}

/**
 * What one poll learned of one host. Immutable. A part that was not due keeps the values of the
 * reading before; a part that failed is absent.
 */
export interface HostSnapshot {
  readonly host: string;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** The poll reached the BMC. */
  readonly up: boolean;
  /** Present exactly when `up` is false. */
  readonly failure?: Failure;
  readonly protocol?: "ipmi" | "redfish";
  readonly parts: readonly PartOutcome[];
  readonly controller?: ControllerInfo;
  readonly chassis?: ChassisState;
  readonly sensors?: readonly Sensor[];
  readonly consumption?: PowerConsumption;
  readonly eventLog?: EventLog;
  readonly watchdog?: Watchdog;
  readonly frus?: readonly Fru[];
  readonly findings?: readonly SecurityFinding[];
  /** Absent before the host was read once. */
  readonly changes?: ChangeCounts;
  /** What is left out because the host exceeds its limits; absent if nothing is. */
  readonly omitted?: Omitted;
  /** Oddities worked around, by name. */
  readonly quirks: readonly string[];
}

/** What the store keeps of a host: the latest snapshot and the little that outlives it. */
export interface HostRecord {
  readonly host: Host;
  /** Absent until the first poll ended, and after it became stale. */
  readonly snapshot?: HostSnapshot;
  /** Epoch ms of the end of the last poll that reached the BMC. */
  readonly lastSuccessAt?: number;
  readonly failures: Readonly<Record<FailureReason, number>>;
  readonly polls: number;
}
