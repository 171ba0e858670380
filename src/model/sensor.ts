import type { Health } from "./health.ts";

/** What a reading measures; each is a metric family of its own. Values are in the base unit named here. */
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

export interface Reading {
  readonly quantity: Quantity;
  readonly value: number;
  /** Unit in words for `quantity: "other"`: "percent", "hours", "unspecified"; else the base unit. */
  readonly unit: string;
}

export const THRESHOLD_NAMES = [
  "lower_non_recoverable",
  "lower_critical",
  "lower_non_critical",
  "upper_non_critical",
  "upper_critical",
  "upper_non_recoverable",
] as const;
export type ThresholdName = (typeof THRESHOLD_NAMES)[number];

/** Limits in the base unit of the sensor's quantity. */
export type Thresholds = Readonly<Partial<Record<ThresholdName, number>>>;

/** Why there is no reading; a fact about the sensor, not an error. */
export type NoReading = "unavailable" | "scanning_disabled" | "not_present" | "not_analog" | "not_asked";

/**
 * What an IPMI sensor data record says in its own codes, for those who tell of sensors in the words of other
 * IPMI tools. Hosts with the same records share one.
 */
export interface SensorRecordCodes {
  /** Not stable: firmware that changes its records numbers them anew. */
  readonly recordId: number;
  /** The name in the record, with all its spaces: the sensors of a shared record have one. */
  readonly name: string;
  /** Which sensor of a shared record it is, from 0. */
  readonly shareIndex: number;
  readonly sensorType: number;
  /** Event/reading type code. */
  readonly eventType: number;
  /** Full records have what it takes to make a value of a reading. */
  readonly full: boolean;
  /** Unit code of values that are in that unit and nothing else: no percentage, no modifier, no rate. */
  readonly unitCode?: number;
  readonly percentage: boolean;
  /** Values follow no formula: the BMC was asked for one. */
  readonly nonLinear: boolean;
}

/** The last answer of an IPMI sensor, before anything was made of it. */
export interface CodedReading {
  readonly record: SensorRecordCodes;
  /** In the unit of the record; absent where the sensor has none. */
  readonly value?: number;
  /** Bit n: state n is asserted; of threshold sensors the comparisons, 0 lower non-critical to 5 upper non-recoverable. */
  readonly asserted: number;
}

/**
 * One sensor of a host, whatever protocol told of it. `name`, `id`, `entity`, `kind` and `role` never
 * change when hardware fails: they are labels.
 */
export interface Sensor {
  /** The raw name the BMC gives. Not unique on some boards. */
  readonly name: string;
  /** Stable and unique within the host: owner/LUN/number in hex for IPMI, "20/0/3a". */
  readonly id: string;
  /** Entity id and instance in decimal, "3.1". */
  readonly entity: string;
  /** The sensor type in snake case: temperature, fan, power_supply, memory, drive ... */
  readonly kind: string;
  /** What a rule made of the name: inlet, exhaust, cpu, dimm, psu ... */
  readonly role?: string;
  /** What it would measure: known also while there is no reading. Absent for purely discrete sensors. */
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
  /** Only where it was asked for, and only of sensors that answered. */
  readonly coded?: CodedReading;
}
