/** Units of a sensor record - IPMI 2.0 table 43-1, bytes 20-22. */
export interface SensorUnits {
  readonly percentage: boolean;
  /** 0 none, 1 per microsecond, 2 millisecond, 3 second, 4 minute, 5 hour, 6 day. */
  readonly rate: number;
  /** 0 none, 1 base / modifier, 2 base x modifier. */
  readonly modifierUse: number;
  /** Unit codes, see `unitName`. */
  readonly base: number;
  readonly modifier: number;
}

/** Unit codes that imply something here; the rest are numbers with names. */
export const Unit = {
  Unspecified: 0,
  DegreeCelsius: 1,
  DegreeFahrenheit: 2,
  Kelvin: 3,
  Volt: 4,
  Ampere: 5,
  Watt: 6,
  Joule: 7,
  Cfm: 17,
  Rpm: 18,
  Microsecond: 20,
  Millisecond: 21,
  Second: 22,
  Minute: 23,
  Hour: 24,
  Day: 25,
  Week: 26,
  CubicFoot: 31,
  CubicCentimetre: 35,
  CubicMetre: 36,
  Litre: 37,
  Revolution: 41,
} as const;

/** Code, one, several, symbol (IPMI 2.0 table 43-15). */
const UNITS: readonly (readonly [one: string, several: string, symbol?: string])[] = [
  ["unspecified", "unspecified", ""], // 0
  ["degree C", "degrees C", "C"],
  ["degree F", "degrees F", "F"],
  ["kelvin", "kelvins", "K"],
  ["volt", "volts", "V"],
  ["ampere", "amperes", "A"],
  ["watt", "watts", "W"],
  ["joule", "joules", "J"],
  ["coulomb", "coulombs", "C"],
  ["volt-ampere", "volt-amperes", "VA"],
  ["nit", "nits"], // 10
  ["lumen", "lumens", "lm"],
  ["lux", "lux", "lx"],
  ["candela", "candelas", "cd"],
  ["kilopascal", "kilopascals", "kPa"],
  ["PSI", "PSI", "psi"],
  ["newton", "newtons", "N"],
  ["CFM", "CFM", "CFM"],
  ["RPM", "RPM", "RPM"],
  ["hertz", "hertz", "Hz"],
  ["microsecond", "microseconds", "us"], // 20
  ["millisecond", "milliseconds", "ms"],
  ["second", "seconds", "s"],
  ["minute", "minutes", "min"],
  ["hour", "hours", "h"],
  ["day", "days", "d"],
  ["week", "weeks"],
  ["mil", "mils"],
  ["inch", "inches", "in"],
  ["foot", "feet", "ft"],
  ["cubic inch", "cubic inches", "in3"], // 30
  ["cubic foot", "cubic feet", "ft3"],
  ["millimetre", "millimetres", "mm"],
  ["centimetre", "centimetres", "cm"],
  ["metre", "metres", "m"],
  ["cubic centimetre", "cubic centimetres", "cm3"],
  ["cubic metre", "cubic metres", "m3"],
  ["litre", "litres", "l"],
  ["fluid ounce", "fluid ounces"],
  ["radian", "radians", "rad"],
  ["steradian", "steradians", "sr"], // 40
  ["revolution", "revolutions", "r"],
  ["cycle", "cycles"],
  ["g", "g", "g"],
  ["ounce", "ounces", "oz"],
  ["pound", "pounds", "lb"],
  ["foot-pound", "foot-pounds", "ft-lb"],
  ["ounce-inch", "ounce-inches", "oz-in"],
  ["gauss", "gauss"],
  ["gilbert", "gilberts"],
  ["henry", "henries", "H"], // 50
  ["millihenry", "millihenries", "mH"],
  ["farad", "farads", "F"],
  ["microfarad", "microfarads", "uF"],
  ["ohm", "ohms"],
  ["siemens", "siemens", "S"],
  ["mole", "moles", "mol"],
  ["becquerel", "becquerels", "Bq"],
  ["PPM", "PPM", "ppm"],
  ["reserved", "reserved"],
  ["decibel", "decibels", "dB"], // 60
  ["dBA", "dBA", "dBA"],
  ["dBC", "dBC", "dBC"],
  ["gray", "grays", "Gy"],
  ["sievert", "sieverts", "Sv"],
  ["kelvin of colour temperature", "kelvins of colour temperature", "K"],
  ["bit", "bits", "bit"],
  ["kilobit", "kilobits", "kbit"],
  ["megabit", "megabits", "Mbit"],
  ["gigabit", "gigabits", "Gbit"],
  ["byte", "bytes", "B"], // 70
  ["kilobyte", "kilobytes", "kB"],
  ["megabyte", "megabytes", "MB"],
  ["gigabyte", "gigabytes", "GB"],
  ["word", "words"],
  ["dword", "dwords"],
  ["qword", "qwords"],
  ["line", "lines"],
  ["hit", "hits"],
  ["miss", "misses"],
  ["retry", "retries"], // 80
  ["reset", "resets"],
  ["overrun", "overruns"],
  ["underrun", "underruns"],
  ["collision", "collisions"],
  ["packet", "packets"],
  ["message", "messages"],
  ["character", "characters"],
  ["error", "errors"],
  ["correctable error", "correctable errors"],
  ["uncorrectable error", "uncorrectable errors"], // 90
  ["fatal error", "fatal errors"],
  ["gram", "grams", "g"],
];

/** Rate field of units byte 1, 5:3. */
const RATES = ["", "microsecond", "millisecond", "second", "minute", "hour", "day"] as const;
const RATE_SYMBOLS = ["", "us", "ms", "s", "min", "h", "d"] as const;

/** Unit codes there are names for: 0 to 92. */
export const UNIT_CODES: readonly number[] = UNITS.map((_, code) => code);

/** Name of a unit code, singular: "volt"; "unit 200" for codes the specification does not have. */
export function unitName(code: number): string {
  return UNITS[code]?.[0] ?? `unit ${code}`;
}

const unitPlural = (code: number): string => UNITS[code]?.[1] ?? unitName(code);

const unitShort = (code: number): string => UNITS[code]?.[2] ?? unitPlural(code);

/** What applies of the modifier and the rate. */
interface Compound {
  readonly multiplied: boolean;
  /** The modifier unit; absent for the flag without a unit, as Wistron and Dell C6220 have it. */
  readonly modifier: number | undefined;
  readonly rate: number;
}

function compoundOf(units: SensorUnits): Compound {
  const used = (units.modifierUse === 1 || units.modifierUse === 2) && units.modifier !== Unit.Unspecified;
  // RPM "per minute" is plain RPM: firmware sets both.
  const rate = units.base === Unit.Rpm && units.rate === 4 ? 0 : units.rate;
  return {
    multiplied: units.modifierUse === 2,
    modifier: used ? units.modifier : undefined,
    rate: rate < RATES.length ? rate : 0,
  };
}

/** True if the base unit is the whole unit: no percentage, no modifier, no rate. */
export function isPlainUnit(units: SensorUnits): boolean {
  const compound = compoundOf(units);
  return !units.percentage && compound.modifier === undefined && compound.rate === 0;
}

/**
 * The unit in words: "degrees C", "percent", "watts * second", "bytes per second", "unspecified".
 * A percentage is "percent": the base unit says what it is a percentage of.
 */
export function unitText(units: SensorUnits): string {
  if (units.percentage) return "percent";
  const { multiplied, modifier, rate } = compoundOf(units);
  let text = unitPlural(units.base);
  if (modifier !== undefined) text += `${multiplied ? " * " : " / "}${unitName(modifier)}`;
  if (rate > 0) text += ` per ${RATES[rate]}`;
  return text;
}

/** The same for a narrow column: "C", "%", "W * s", "B/s"; "" for unspecified. */
export function unitSymbol(units: SensorUnits): string {
  if (units.percentage) return "%";
  const { multiplied, modifier, rate } = compoundOf(units);
  let text = unitShort(units.base);
  if (modifier !== undefined) text += `${multiplied ? " * " : "/"}${unitShort(modifier)}`;
  if (rate > 0) text += `/${RATE_SYMBOLS[rate]}`;
  return text;
}

/** Seconds of a time unit code; undefined for units that are no time. */
export function secondsOfUnit(code: number): number | undefined {
  return TIME_UNITS.get(code);
}

/** Seconds of a rate code 1-6; undefined for none. */
export function secondsOfRate(rate: number): number | undefined {
  return RATE_SECONDS[rate];
}

const TIME_UNITS: ReadonlyMap<number, number> = new Map([
  [Unit.Microsecond, 1e-6],
  [Unit.Millisecond, 1e-3],
  [Unit.Second, 1],
  [Unit.Minute, 60],
  [Unit.Hour, 3600],
  [Unit.Day, 86_400],
  [Unit.Week, 604_800],
]);
const RATE_SECONDS: readonly (number | undefined)[] = [undefined, 1e-6, 1e-3, 1, 60, 3600, 86_400];
