import type { ChangeCounts } from "./change.ts";
import type {
  ChassisState,
  ControllerInfo,
  EventLog,
  FirmwareVersion,
  Fru,
  PowerConsumption,
  SecurityFinding,
  Watchdog,
} from "./facts.ts";
import type { Failure } from "./failure.ts";
import type { Omitted } from "./host-limits.ts";
import type { DiscreteReading } from "./reading-policy.ts";
import type { Sensor } from "./sensor.ts";

/** The topics of a poll; `parts:` of a module lists them. */
export const PART_NAMES = [
  "power",
  "sensors",
  "sel",
  "dcmi",
  "watchdog",
  "inventory",
  "security",
  "components",
] as const;
export type PartName = (typeof PART_NAMES)[number];

/** Outcome of one part of a poll. */
export interface PartOutcome {
  readonly part: PartName;
  /** False: see `failure`. The snapshot may contain what was read before the failure. */
  readonly ok: boolean;
  /** Duration of the last reading. */
  readonly durationMs: number;
  /** When it was last read, epoch ms; before the snapshot for parts that are not read in each poll. */
  readonly readAt: number;
  readonly failure?: Failure;
}

/**
 * The result of one poll of one host. Immutable. A part that was not due has the values of its previous reading; a part
 * that failed is absent.
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
  /** How the discrete ones among them are read; absent over Redfish. */
  readonly discrete?: DiscreteReading;
  readonly consumption?: PowerConsumption;
  readonly eventLog?: EventLog;
  readonly watchdog?: Watchdog;
  readonly frus?: readonly Fru[];
  readonly firmware?: readonly FirmwareVersion[];
  readonly findings?: readonly SecurityFinding[];
  /** Absent until the host was read once. */
  readonly changes?: ChangeCounts;
  /** What is left out because the host exceeds its limits; absent if nothing is. */
  readonly omitted?: Omitted;
  /** Names of the active workarounds for firmware quirks. */
  readonly quirks: readonly string[];
}
