import type { Health } from "./health.ts";

/** What a reading measures. Each quantity has a metric family of its own, with values in the unit given here. */
export type Quantity =
  /** degrees Celsius */
  | "temperature"
  /** revolutions per minute */
  | "fan_speed"
  /** 0 to 1 */
  | "fan_ratio"
  /** volts */
  | "voltage"
  /** amperes */
  | "current"
  /** watts */
  | "power"
  /** joules */
  | "energy"
  /** 0 to 1 */
  | "humidity"
  /** cubic metres per second */
  | "airflow"
  /** anything else; see `unit` */
  | "other";

export const THRESHOLD_NAMES = [
  "lower_non_recoverable",
  "lower_critical",
  "lower_non_critical",
  "upper_non_critical",
  "upper_critical",
  "upper_non_recoverable",
] as const;
export type ThresholdName = (typeof THRESHOLD_NAMES)[number];

/** Thresholds in the base unit of the sensor's quantity. */
export type Thresholds = Readonly<Partial<Record<ThresholdName, number>>>;

/** Why there is no reading; a fact about the sensor, not an error. */
export type NoReading = "unavailable" | "scanning_disabled" | "not_present" | "not_analog" | "not_asked";

/**
 * The contents of an IPMI sensor data record in its own codes, for output in the words of other IPMI tools. Hosts with
 * the same records share one object.
 */
export interface SensorRecordCodes {
  /** Not stable: firmware that changes its records renumbers them. */
  readonly recordId: number;
  /** The name in the record, with all spaces; the sensors of a shared record have the same. */
  readonly name: string;
  /** Index of the sensor in a shared record, from 0. */
  readonly shareIndex: number;
  readonly sensorType: number;
  /** Event/reading type code. */
  readonly eventType: number;
  /** A full record: only those define how a raw reading becomes a value. */
  readonly full: boolean;
  /** Unit code, if the values have this plain unit: no percentage, no modifier, no rate. */
  readonly unitCode?: number;
  readonly percentage: boolean;
  /** The conversion is non-linear: the BMC returns factors for each reading. */
  readonly nonLinear: boolean;
}

/** The last response of an IPMI sensor, in codes. */
export interface CodedReading {
  readonly record: SensorRecordCodes;
  /** Value in the unit of the record; absent without a reading. */
  readonly value?: number;
  /** Bit n: state n is asserted. Threshold sensors: the comparisons, 0 lower non-critical to 5 upper non-recoverable. */
  readonly asserted: number;
}

/** Whether a part is there, as the states of its sensor say. */
export type Presence = "present" | "absent";

/** State of a sensor whose part was present in an earlier poll and is absent now; no protocol has it. */
export const DISAPPEARED = "disappeared";

/**
 * One sensor of a host, independent of the protocol. `name`, `id`, `entity`, `kind` and `role` are labels and do not
 * change when hardware fails.
 */
export interface Sensor {
  /** The name that the BMC reports. Not unique on some boards. */
  readonly name: string;
  /** Stable and unique within the host: owner/LUN/number in hex for IPMI, "20/0/3a". */
  readonly id: string;
  /** Entity id and instance in decimal, "3.1". */
  readonly entity: string;
  /** The sensor type in snake case: temperature, fan, power_supply, memory, drive ... */
  readonly kind: string;
  /** Set by a role rule: inlet, exhaust, cpu, dimm, psu ... */
  readonly role?: string;
  /** What it measures, also without a reading. Absent for purely discrete sensors. */
  readonly quantity?: Quantity;
  readonly unit?: string;
  /** The value in the base unit of `quantity`. Absent when there is no reading. */
  readonly value?: number;
  readonly noReading?: NoReading;
  readonly thresholds?: Thresholds;
  /** Absent when neither reading nor state is available. */
  readonly health?: Health;
  /** Asserted discrete states in snake case: failure_detected, input_lost ... */
  readonly states: readonly string[];
  /** Remaining life of a drive, 0 to 1. */
  readonly lifeRemaining?: number;
  /** Errors that a memory module counted itself. */
  readonly memoryErrors?: { readonly correctable?: number; readonly uncorrectable?: number };
  /** Of sensors whose states say whether a part is there. */
  readonly presence?: Presence;
  /** Present only on request, and only if the sensor answered. */
  readonly coded?: CodedReading;
  /** The same response by further records that describe this sensor. */
  readonly codedCopies?: readonly CodedReading[];
}
