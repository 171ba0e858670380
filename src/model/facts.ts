import type { CodedEvent } from "./coded-event.ts";
import type { Health } from "./health.ts";

/** The LAN channel the BMC is talked to over; what it does not tell is absent. */
export interface LanInfo {
  readonly channel?: number;
  /** Where its IP address comes from. */
  readonly addressSource?: "static" | "dhcp" | "bios" | "other";
  /** "02:00:5e:10:53:01" */
  readonly mac?: string;
  /** Absent: untagged. */
  readonly vlan?: number;
  /** 0 to 7. */
  readonly vlanPriority?: number;
}

/** What a self test of the BMC may find; `corrupted_data` where it does not say of what. */
export type SelfTestResult =
  | "ok"
  | "not_implemented"
  | "firmware_corrupted"
  | "boot_block_corrupted"
  | "internal_fru_corrupted"
  | "sdr_repository_empty"
  | "ipmb_failed"
  | "bmc_fru_corrupted"
  | "sdr_repository_corrupted"
  | "sel_corrupted"
  | "corrupted_data"
  | "fatal_hardware"
  | "device_specific";

export interface SelfTest {
  /** One at least. */
  readonly results: readonly SelfTestResult[];
  /** Absent where the results say nothing that is known here. */
  readonly health?: Health;
}

/** Identity of the BMC: bmc_info. */
export interface ControllerInfo {
  readonly manufacturer?: string;
  readonly manufacturerId?: number;
  readonly product?: string;
  readonly productId?: number;
  readonly firmware?: string;
  /** Version of the system's firmware (BIOS), where the BMC was told it. */
  readonly systemFirmware?: string;
  readonly ipmiVersion?: string;
  readonly redfishVersion?: string;
  /** The 16 bytes as they came, hex, no dashes. */
  readonly guid?: string;
  /** BMC is updating or initialising and may answer nonsense. */
  readonly updating?: boolean;
  readonly selfTest?: SelfTest;
  readonly lan?: LanInfo;
  /** End of validity of its TLS certificate, epoch ms; absent over IPMI. */
  readonly tlsCertificateExpiry?: number;
}

export type ChassisFault = "power" | "power_control" | "overload" | "interlock" | "cooling" | "drive" | "intrusion";

export interface ChassisState {
  readonly powerOn: boolean;
  /** Faults that the BMC reports on; absent ones are unknown. */
  readonly faults: Readonly<Partial<Record<ChassisFault, boolean>>>;
  /** What the BMC itself makes of all that its systems contain; absent over IPMI. */
  readonly systemHealth?: Health;
  readonly identify?: boolean;
}

/** Whole-host power in watts. */
export interface PowerConsumption {
  /** `sensor`: one of the whole host; `psu_sum`: the inputs of its power supplies together. */
  readonly source: "dcmi" | "node_manager" | "redfish" | "sensor" | "psu_sum";
  readonly currentWatts?: number;
  readonly minimumWatts?: number;
  readonly maximumWatts?: number;
  readonly averageWatts?: number;
  /** The period the statistics cover. */
  readonly periodSeconds?: number;
  /** Absent when no limit is active. */
  readonly limitWatts?: number;
}

export interface Watchdog {
  readonly running: boolean;
  readonly use: string;
  readonly action: string;
  readonly preTimeoutInterrupt: string;
  /** Time between that interrupt and the end of the countdown. */
  readonly preTimeoutSeconds: number;
  /** False: an expiration is not logged. */
  readonly logs: boolean;
  readonly initialCountdownSeconds: number;
  readonly presentCountdownSeconds?: number;
  /** Uses whose timer expired since the flag was cleared. */
  readonly expired: readonly string[];
}

/** One FRU device: bmc_fru_info, and the capacity of a power supply. */
export interface Fru {
  /** Name of the locator record, or "fru0" where there is none. */
  readonly name: string;
  readonly id: number;
  readonly manufacturer?: string;
  readonly product?: string;
  readonly partNumber?: string;
  readonly serial?: string;
  readonly assetTag?: string;
  readonly version?: string;
  /** Rated capacity where the device is a power supply. */
  readonly capacityWatts?: number;
  /** Damage that was found and worked around: "board area: wrong checksum". */
  readonly problems: readonly string[];
}

/** A fact about how the BMC can be reached that a security officer wants to know. */
export interface SecurityFinding {
  /** Snake case, closed set: anonymous_login, null_user, ipmi_1_5_enabled, weak_cipher_suites ... */
  readonly finding: string;
  readonly present: boolean;
  readonly severity: Health | "info";
}

export type EventSeverity = "ok" | "warning" | "critical" | "non_recoverable" | "unknown";
export const EVENT_SEVERITIES: readonly EventSeverity[] = ["ok", "warning", "critical", "non_recoverable", "unknown"];

/** One record of the BMC's event log in model words. */
export interface LogEntry {
  readonly recordId: number;
  /** Epoch ms; absent for unspecified time stamps. */
  readonly time?: number;
  /** True: seconds since the BMC started, not a date. */
  readonly relativeTime: boolean;
  /** Those seconds. */
  readonly relativeSeconds?: number;
  /** Sensor type in snake case, or "oem". */
  readonly kind: string;
  readonly sensor: string;
  /** Absent for records that are of no sensor. */
  readonly sensorNumber?: number;
  /** What happened in snake case: upper_critical_going_high, correctable_ecc ... */
  readonly event: string;
  readonly direction: "asserted" | "deasserted";
  readonly severity: EventSeverity;
  /** The whole for a person. */
  readonly text: string;
  readonly dimm?: string;
  /** The 16 bytes, hex. */
  readonly raw: string;
}

export const MEMORY_ERROR_KINDS = ["correctable", "uncorrectable", "logging_limit"] as const;
export type MemoryErrorKind = (typeof MEMORY_ERROR_KINDS)[number];

/** Events counted since the host was first read; only ever grows. */
export interface EventCounters {
  readonly bySeverity: Readonly<Record<EventSeverity, number>>;
  readonly records: readonly {
    readonly kind: string;
    readonly event: string;
    readonly direction: string;
    readonly count: number;
  }[];
  readonly memoryErrors: Readonly<Record<MemoryErrorKind, number>>;
  readonly dimmErrors: readonly { readonly dimm: string; readonly kind: MemoryErrorKind; readonly count: number }[];
}

export interface EventLog {
  readonly entries: number;
  readonly freeBytes?: number;
  readonly capacityEntries?: number;
  readonly overflow: boolean;
  /** Epoch ms. */
  readonly lastAddition?: number;
  /** BMC clock minus ours; positive: the BMC is ahead. */
  readonly clockOffsetSeconds?: number;
  /** Absent until the log was read once to its end. */
  readonly counters?: EventCounters;
  /** Records that came since the poll before; newest last. */
  readonly fresh: readonly LogEntry[];
  /** How many of `fresh`, from its beginning, the log held when it was read for the first time ever; 0 if absent. */
  readonly historical?: number;
  /**
   * All records the log holds, oldest first; decoded each time they are gone through, since few ask. Only where it
   * was asked for, and where the log was read to its end.
   */
  readonly coded?: Iterable<CodedEvent>;
}
