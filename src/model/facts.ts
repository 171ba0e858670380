import type { CodedEvent } from "./coded-event.ts";
import type { Health } from "./health.ts";

/** The LAN channel in use; what the BMC does not report is absent. */
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

/** Results of the self test of a BMC; `corrupted_data` if it does not report which data. */
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
  /** At least one. */
  readonly results: readonly SelfTestResult[];
  /** Absent if the results do not allow a conclusion. */
  readonly health?: Health;
}

/** Identity of the BMC: bmc_info. */
export interface ControllerInfo {
  readonly manufacturer?: string;
  readonly manufacturerId?: number;
  readonly product?: string;
  readonly productId?: number;
  readonly firmware?: string;
  /** Version of the system firmware (BIOS), if the system reported it to the BMC. */
  readonly systemFirmware?: string;
  readonly ipmiVersion?: string;
  readonly redfishVersion?: string;
  /** The 16 bytes as received, hexadecimal without dashes. */
  readonly guid?: string;
  /** The BMC is updating or initializing; its responses may be wrong. */
  readonly updating?: boolean;
  readonly selfTest?: SelfTest;
  readonly lan?: LanInfo;
  /** End of validity of its TLS certificate, epoch ms; absent over IPMI. */
  readonly tlsCertificateExpiry?: number;
}

export type ChassisFault = "power" | "power_control" | "overload" | "interlock" | "cooling" | "drive" | "intrusion";

export interface ChassisState {
  readonly powerOn: boolean;
  /** Faults that the BMC reports on; absent ones are unknown. Absent if it reports none of them. */
  readonly faults?: Readonly<Partial<Record<ChassisFault, boolean>>>;
  /** What the BMC itself makes of all that its systems contain; absent over IPMI. */
  readonly systemHealth?: Health;
  readonly identify?: boolean;
}

/** Whole-host power in watts. */
export interface PowerConsumption {
  /** `sensor`: a sensor of the whole host. `psu_sum`: sum of the inputs of its power supplies. */
  readonly source: "dcmi" | "node_manager" | "redfish" | "sensor" | "psu_sum";
  readonly currentWatts?: number;
  readonly minimumWatts?: number;
  readonly maximumWatts?: number;
  readonly averageWatts?: number;
  /** Period of the statistics. */
  readonly periodSeconds?: number;
  /** Absent if no limit is active. */
  readonly limitWatts?: number;
}

/** What Redfish does not report is absent. */
export interface Watchdog {
  readonly running: boolean;
  readonly use?: string;
  readonly action?: string;
  readonly preTimeoutInterrupt?: string;
  /** Time between the pre-timeout interrupt and the end of the countdown. */
  readonly preTimeoutSeconds?: number;
  /** True: an expiration is logged. */
  readonly logs?: boolean;
  readonly initialCountdownSeconds?: number;
  readonly presentCountdownSeconds?: number;
  /** Timer uses that expired since their flags were cleared. */
  readonly expired: readonly string[];
}

/** One FRU device: bmc_fru_info, and the capacity of a power supply. */
export interface Fru {
  /** Name in the locator record, or "fru0" without one. */
  readonly name: string;
  readonly id: number;
  readonly manufacturer?: string;
  readonly product?: string;
  readonly partNumber?: string;
  readonly serial?: string;
  readonly assetTag?: string;
  readonly version?: string;
  /** Rated capacity of a power supply. */
  readonly capacityWatts?: number;
  /** Damage that was found and ignored, e.g. "board area: wrong checksum". */
  readonly problems: readonly string[];
}

/** Version of one firmware of a machine. */
export interface FirmwareVersion {
  /** Unique within the host, and the same after an update. */
  readonly component: string;
  readonly version: string;
}

/** A possible weakness in how the BMC can be accessed. */
export interface SecurityFinding {
  /** Snake case, closed set: anonymous_login, null_user, ipmi_1_5_enabled, weak_cipher_suites ... */
  readonly finding: string;
  readonly present: boolean;
  readonly severity: Health | "info";
}

export type EventSeverity = "ok" | "warning" | "critical" | "non_recoverable" | "unknown";
export const EVENT_SEVERITIES: readonly EventSeverity[] = ["ok", "warning", "critical", "non_recoverable", "unknown"];

/** One record of the event log of the BMC. */
export interface LogEntry {
  /** Record id: a decimal number over IPMI, any text over Redfish. A log may use it again after a clear. */
  readonly id: string;
  /** Epoch ms; absent if the time stamp is unspecified. */
  readonly time?: number;
  /** True: the time counts from the start of the BMC and is not a date. */
  readonly relativeTime: boolean;
  /** Seconds since the start of the BMC. */
  readonly relativeSeconds?: number;
  /** Sensor type in snake case, or "oem". */
  readonly kind: string;
  readonly sensor: string;
  /** Absent for records without a sensor. */
  readonly sensorNumber?: number;
  /** What happened in snake case: upper_critical_going_high, correctable_ecc ... */
  readonly event: string;
  readonly direction: "asserted" | "deasserted";
  readonly severity: EventSeverity;
  /** The record in one line of text. */
  readonly text: string;
  readonly dimm?: string;
  /** The 16 bytes of an IPMI record, hex. Absent over Redfish. */
  readonly raw?: string;
}

export const MEMORY_ERROR_KINDS = ["correctable", "uncorrectable", "logging_limit"] as const;
export type MemoryErrorKind = (typeof MEMORY_ERROR_KINDS)[number];

/** Events counted since the host was first read; never decreases. */
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
  /** Absent, as all that the BMC says of its log, where it returns the records and no info about them. */
  readonly entries?: number;
  readonly freeBytes?: number;
  readonly capacityEntries?: number;
  /** The log is full and loses events. Absent: unknown, or the log overwrites its oldest records. */
  readonly overflow?: boolean;
  /** Epoch ms. */
  readonly lastAddition?: number;
  /** Clock of the BMC minus clock of the exporter; positive: the BMC is ahead. */
  readonly clockOffsetSeconds?: number;
  /** Absent until the log was read to its end once. */
  readonly counters?: EventCounters;
  /** Records that were added since the previous poll; newest last. */
  readonly fresh: readonly LogEntry[];
  /** The first N of `fresh` that were in the log when it was read for the first time; absent: 0. */
  readonly historical?: number;
  /**
   * All records of the log, oldest first; decoded at each iteration. Present only on request, and only if the log was
   * read to its end.
   */
  readonly coded?: Iterable<CodedEvent>;
}
