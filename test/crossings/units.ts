/** How the units the peers print become our base units, written down from their words and not from our tables. */
interface PeerUnit {
  readonly unit: string;
  readonly factor?: number;
  readonly offset?: number;
}

const CUBIC_METRES_PER_SECOND = 0.3048 ** 3 / 60;

const IPMITOOL_UNITS: Readonly<Record<string, PeerUnit>> = {
  "degrees C": { unit: "celsius" },
  "degrees F": { unit: "celsius", factor: 5 / 9, offset: -160 / 9 },
  "degrees K": { unit: "celsius", offset: -273.15 },
  Volts: { unit: "volts" },
  Amps: { unit: "amperes" },
  Watts: { unit: "watts" },
  RPM: { unit: "rpm" },
  percent: { unit: "ratio", factor: 0.01 },
  CFM: { unit: "cubic_meters_per_second", factor: CUBIC_METRES_PER_SECOND },
  Joules: { unit: "joules" },
  "Watts*second": { unit: "joules" },
  unspecified: { unit: "unspecified" },
  kPa: { unit: "kilopascals" },
  Hz: { unit: "hertz" },
  VA: { unit: "volt-amperes" },
  DbA: { unit: "dBA" },
  // it leaves the rate out
  byte: { unit: "bytes per second" },
  gigabit: { unit: "gigabits per second" },
};

const FREEIPMI_UNITS: Readonly<Record<string, PeerUnit>> = {
  C: { unit: "celsius" },
  F: { unit: "celsius", factor: 5 / 9, offset: -160 / 9 },
  K: { unit: "celsius", offset: -273.15 },
  V: { unit: "volts" },
  A: { unit: "amperes" },
  W: { unit: "watts" },
  RPM: { unit: "rpm" },
  "%": { unit: "ratio", factor: 0.01 },
  CFM: { unit: "cubic_meters_per_second", factor: CUBIC_METRES_PER_SECOND },
  J: { unit: "joules" },
  "W * s": { unit: "joules" },
  unspecified: { unit: "unspecified" },
  KPA: { unit: "kilopascals" },
  Hz: { unit: "hertz" },
  VA: { unit: "volt-amperes" },
  DbA: { unit: "dBA" },
  "B per s": { unit: "bytes per second" },
  "Gb per s": { unit: "gigabits per second" },
};

/** A value as a peer printed it, in our base unit; `tolerance` is half a unit of the last digit it prints. */
export interface PeerValue {
  readonly value: number;
  readonly unit: string;
  readonly tolerance: number;
}

const converted = (units: Readonly<Record<string, PeerUnit>>, digits: number) => (value: number, unit: string) => {
  const known = units[unit];
  if (known === undefined) throw new Error(`a peer printed an unknown unit: ${unit}`);
  const { factor = 1, offset = 0 } = known;
  return { value: value * factor + offset, unit: known.unit, tolerance: (0.5 * 10 ** -digits + 1e-9) * factor };
};

/** ipmitool prints three decimals. */
export const fromIpmitool: (value: number, unit: string) => PeerValue = converted(IPMITOOL_UNITS, 3);

/** FreeIPMI prints two decimals. */
export const fromFreeIpmi: (value: number, unit: string) => PeerValue = converted(FREEIPMI_UNITS, 2);

/** Whether a value of ours is what a peer printed, as far as it printed it. */
export const same = (ours: number, theirs: PeerValue): boolean => Math.abs(ours - theirs.value) <= theirs.tolerance;
