/*
 * What a machine is made of, as far as heat and power go. One plant describes all machines of a model;
 * numbers are those of the class of machine, not of a product's data sheet.
 */

export interface Processors {
  readonly count: number;
  /** Each, doing nothing and doing its utmost, watts. */
  readonly idleWatts: number;
  readonly maxWatts: number;
  /** Kelvin above the air for each watt, with the fans at half their air. */
  readonly kelvinPerWatt: number;
  /** Above this, degrees C, the processor slows itself down. */
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
  /** Share of full speed that is never undercut, 0 to 1. */
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
  /** So many carry the machine; the rest is redundancy. */
  readonly needed: number;
}

export interface Plant {
  /** Rack units. */
  readonly heightUnits: number;
  readonly processors: Processors;
  readonly accelerators?: Accelerators;
  /** Modules that are there; the memory as a whole draws so much, idle and busy. */
  readonly dimms: number;
  readonly memoryWatts: readonly [idle: number, busy: number];
  readonly drives: number;
  /** Boards, cards and drives, watts. */
  readonly boardWatts: number;
  /** With the host off: the BMC and what never sleeps. */
  readonly standbyWatts: number;
  readonly fans: Fans;
  readonly supplies: Supplies;
}

/** Rotors of the same kind; two speeds where each fan has two rotors. */
export function rotors(fans: number, ...maxRpm: readonly number[]): readonly number[] {
  return Array.from({ length: fans }, () => maxRpm).flat();
}
