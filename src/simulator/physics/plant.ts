/*
 * The parts of a machine that matter for heat and power. One plant describes all machines of a model; its numbers
 * are typical of the class of machine, not taken from a data sheet.
 */

export interface Processors {
  readonly count: number;
  /** Of each, idle and at full load, watts. */
  readonly idleWatts: number;
  readonly maxWatts: number;
  /** Kelvin above the air per watt, with the fans at half of their airflow. */
  readonly kelvinPerWatt: number;
  /** Above this temperature, degrees C, the processor throttles. */
  readonly throttleCelsius: number;
}

export interface Accelerators {
  readonly count: number;
  readonly idleWatts: number;
  readonly maxWatts: number;
  readonly kelvinPerWatt: number;
}

export interface Fans {
  /** Full speed of each rotor, RPM. */
  readonly maxRpm: readonly number[];
  /** Lowest speed as a share of full speed, 0 to 1. */
  readonly minDuty: number;
  /** All rotors at full speed. */
  readonly maxWatts: number;
  /** All rotors at full speed, cubic feet a minute. */
  readonly maxCfm: number;
}

export interface Supplies {
  readonly count: number;
  /** Output of each, watts. */
  readonly capacityWatts: number;
  /** Number of supplies that can carry the machine; the others are redundant. */
  readonly needed: number;
}

export interface Plant {
  /** Rack units. */
  readonly heightUnits: number;
  readonly processors: Processors;
  readonly accelerators?: Accelerators;
  /** Memory modules present, and the power of the whole memory, idle and busy. */
  readonly dimms: number;
  readonly memoryWatts: readonly [idle: number, busy: number];
  readonly drives: number;
  /** Boards, cards and drives, watts. */
  readonly boardWatts: number;
  /** Power with the host off: the BMC and standby parts. */
  readonly standbyWatts: number;
  readonly fans: Fans;
  readonly supplies: Supplies;
}

/** Rotors of the same kind; two speeds where each fan has two rotors. */
export function rotors(fans: number, ...maxRpm: readonly number[]): readonly number[] {
  return Array.from({ length: fans }, () => maxRpm).flat();
}
