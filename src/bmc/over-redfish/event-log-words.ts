import type { MemoryErrorKind } from "../../model/index.ts";

/** What an entry is about, by a pattern of the path of its OriginOfCondition; the kinds of sensors. */
export const KIND_BY_ORIGIN: readonly (readonly [pattern: RegExp, kind: string])[] = [
  [/\/memory\//, "memory"],
  [/\/(processors|accelerators)\//, "processor"],
  [/\/powersupplies\//, "power_supply"],
  [/\/power#\/powersupplies/, "power_supply"],
  [/\/power#\/voltages/, "voltage"],
  [/\/power#\/powercontrol/, "power_unit"],
  [/\/thermal#\/fans|\/fans\//, "fan"],
  [/\/thermal#\/temperatures/, "temperature"],
  [/\/(drives|volumes|storage|simplestorage|smartstorage)(\/|$)/, "drive"],
  [/\/(networkadapters|networkinterfaces|ethernetinterfaces|networkports)(\/|$)/, "lan"],
  [/\/pcie(devices|slots)(\/|$)/, "slot"],
  [/\/batteries(\/|$)/, "battery"],
  [/\/leakdetect/, "cooling_device"],
  [/\/thermal(subsystem)?$/, "temperature"],
  [/\/power(subsystem)?$/, "power_unit"],
  [/\/updateservice\//, "version_change"],
  [/\/(accountservice|sessionservice)\//, "session_audit"],
  [/\/managers(\/|$)/, "management_subsystem"],
];

/** HPE's `ClassDescription` and other words that name what an entry is about. */
export const KIND_BY_WORD: readonly (readonly [pattern: RegExp, kind: string])[] = [
  [/\b(dimm|memory)\b/i, "memory"],
  [/\b(power ?suppl(y|ies)|psu)\b/i, "power_supply"],
  [/\b(fan|fans|cooling)\b/i, "fan"],
  [/\b(temp(erature)?|thermal)\b/i, "temperature"],
  [/\b(drive|disk|storage|volume|raid)\b/i, "drive"],
  [/\bintrusion\b/i, "physical_security"],
  [/\b(cpu|processor)\b/i, "processor"],
  [/\b(pcie?)\b/i, "slot"],
  [/\b(nic|network|ethernet|link)\b/i, "lan"],
  [/\bbattery\b/i, "battery"],
  [/\bfirmware\b/i, "version_change"],
  [/\bvoltage\b/i, "voltage"],
];

export interface MemoryRule {
  /** Matches MessageId (its last part), or message. */
  readonly pattern: RegExp;
  readonly kind: MemoryErrorKind;
  /** The word of IPMI for the same event. */
  readonly event: string;
}

/**
 * Memory errors by MessageId and by message, first match first: "uncorrectable" contains "correctable". They apply to
 * entries about memory only.
 */
export const MEMORY_RULES: readonly MemoryRule[] = [
  // MEM8000: Correctable memory error logging disabled for a memory device at location DIMM_A1.
  // FQXSPMA0011G: Memory Logging Limit Reached for DIMM 5.
  {
    pattern: /\bMEM8000\b|\bFQXSPMA0011|logging.?(limit|disabled)/i,
    kind: "logging_limit",
    event: "correctable_ecc_logging_limit",
  },
  { pattern: /parity/i, kind: "uncorrectable", event: "parity_error" },
  // MEM0001: Multi-bit memory errors detected on a memory device at location(s) DIMM_A1.
  // FQXSPMA0008N, FQXSFMA0002M: uncorrectable error detected for DIMM 5.
  {
    pattern:
      /\bMEM0001\b|\bFQXSPMA0008|\bFQXSFMA0002|un-?correct(able|ed)|non-?correct(able|ed)|(multi|double)-?\s?bit/i,
    kind: "uncorrectable",
    event: "uncorrectable_ecc",
  },
  // MEM0701, MEM0702: Correctable memory error rate exceeded for DIMM_A1.
  {
    pattern: /\bMEM070[12]\b|correct(able|ed)|single-?\s?bit|\becc\b.*\berror|ECCError$/i,
    kind: "correctable",
    event: "correctable_ecc",
  },
];

/** Messages that an error is over, or about settings of error correction. */
export const NO_MEMORY_ERROR = /\b(cleared|resolved|no longer|repaired|recovered|enabled|self.?heal)/i;

/** What is about memory although nothing else says so. */
export const MEMORY_WORDS = /\b(memory|dimm\w*|ddr\d?)\b|@?DIMM_?[A-Z]?\d|^Memory|ADDDC|\bMEM\d{4}\b/i;

/** Where a message names a DIMM; the first group, or the text made of the groups. */
export const DIMM_PATTERNS: readonly {
  readonly pattern: RegExp;
  readonly text?: (groups: readonly string[]) => string;
}[] = [
  // iLO: "(Processor 2, DIMM 4)"; its memory resources are named "PROC 2 DIMM 4".
  {
    pattern: /Processor (\d+), (?:DIMM|Memory Module) (\d+)/i,
    text: ([processor, dimm]) => `PROC ${processor} DIMM ${dimm}`,
  },
  { pattern: /\b(P\d[-_]DIMM[A-Z]\d{1,2})\b/i },
  { pattern: /\b(CPU\d+[-_ ]DIMM[-_ ]?[A-Z0-9]{1,3})\b/i },
  { pattern: /\bDIMM\.Socket\.([A-Z]\d{1,2})\b/i, text: ([slot]) => `DIMM_${slot}` },
  { pattern: /\b(DIMM[_ ]?[A-Z]{1,2}\d{1,2})\b/i },
  { pattern: /\b(DIMM[_ #]?\d{1,3})\b/i },
];

/** OpenBMC: SensorThresholdCriticalHighGoingHigh and the like. */
export const OPENBMC_THRESHOLD = /^SensorThreshold(Warning|Critical|NonRecoverable)(High|Low)Going(High|Low)$/i;

/** Events of message registries that IPMI has a word for, by the last part of MessageId; all others keep their name. */
export const EVENT_BY_MESSAGE: readonly {
  readonly pattern: RegExp;
  readonly kind?: string;
  readonly event: string;
  readonly direction?: "deasserted";
}[] = [
  { pattern: /^PowerSupply(PowerLost|InputLost|ACLost)$/i, kind: "power_supply", event: "input_lost" },
  {
    pattern: /^PowerSupply(PowerRestored|InputRestored)$/i,
    kind: "power_supply",
    event: "input_lost",
    direction: "deasserted",
  },
  { pattern: /^PowerSupply(Failed|Failure)$/i, kind: "power_supply", event: "failure_detected" },
  {
    pattern: /^PowerSupply(FailureRecovered|Restored)$/i,
    kind: "power_supply",
    event: "failure_detected",
    direction: "deasserted",
  },
  { pattern: /^PowerSupply(FailurePredicted|PredictiveFailure)$/i, kind: "power_supply", event: "predictive_failure" },
  { pattern: /^PowerSupplyInserted$/i, kind: "power_supply", event: "presence_detected" },
  { pattern: /^PowerSupplyRemoved$/i, kind: "power_supply", event: "presence_detected", direction: "deasserted" },
  { pattern: /^PowerUnitRedundancyLost$/i, kind: "power_unit", event: "redundancy_lost" },
  { pattern: /^PowerUnitRedundancyRegained$/i, kind: "power_unit", event: "fully_redundant" },
  { pattern: /^FanRedundancyLost$/i, kind: "fan", event: "redundancy_lost" },
  { pattern: /^FanRedundancyRegained$/i, kind: "fan", event: "fully_redundant" },
  { pattern: /^DriveError$|^DriveFailure$/i, kind: "drive", event: "drive_fault" },
  { pattern: /^Drive(PredictiveFailure|FailurePredicted)/i, kind: "drive", event: "predictive_failure" },
  { pattern: /^Drive(Inserted)$/i, kind: "drive", event: "drive_present" },
  { pattern: /^Drive(Removed)$/i, kind: "drive", event: "drive_present", direction: "deasserted" },
  { pattern: /^ChassisIntrusionDetected$/i, kind: "physical_security", event: "chassis_intrusion" },
  {
    pattern: /^ChassisIntrusionReset$/i,
    kind: "physical_security",
    event: "chassis_intrusion",
    direction: "deasserted",
  },
  { pattern: /^CPUThermalTrip$/i, kind: "processor", event: "thermal_trip" },
];
