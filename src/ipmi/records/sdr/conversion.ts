import { THRESHOLD_NAMES, type ThresholdName, type Thresholds } from "../../tables/threshold.ts";
import type { SensorFactors } from "./full-sensor.ts";
import type { Hysteresis, SensorDefinition } from "./sensor-definition.ts";
import type { AnalogFormat } from "./sensor-record.ts";

/** Converts raw readings to values; a SensorDefinition is one. */
export interface Conversion {
  readonly analogFormat: AnalogFormat;
  readonly factors?: SensorFactors;
}

/** Factors of one raw reading, from Get Sensor Reading Factors. */
export type ReadingFactors = Omit<SensorFactors, "linearisation">;

/** Raw limits of a sensor; absent ones do not exist. */
export type RawThresholds = Readonly<Partial<Record<ThresholdName, number>>>;

/** Linearisations from here on have no formula: the BMC returns the factors for each raw reading. */
const NON_LINEAR = 0x70;

/**
 * Value of a raw reading (0-255) in the sensor's unit - IPMI 2.0 section 36.3:
 *
 *   L((M x raw + B x 10^K1) x 10^K2)
 *
 * Undefined if there is none: no analog reading, no factors, non-linear without the factors of this
 * reading (see `withFactors`), reserved linearisation, or a function outside its domain (1/0, ln 0).
 *
 * The linear part is done in whole numbers with one rounding at the end, so that 12.09 is 12.09; the
 * result of a function is rounded to 12 significant digits, so that log10 of 1000 is 3.
 */
export function convertRaw(conversion: Conversion, raw: number): number | undefined {
  const { factors, analogFormat } = conversion;
  if (!factors) return undefined;
  const x = signedRaw(analogFormat, raw);
  if (x === undefined) return undefined;
  const { m, b, bExponent, rExponent, linearisation } = factors;
  // With a negative K1 everything is counted in units of 10^K1, which keeps B a whole number.
  const y =
    bExponent < 0
      ? scale(m * x * power(-bExponent) + b, rExponent + bExponent)
      : scale(m * x + b * power(bExponent), rExponent);
  return linearise(linearisation, y);
}

/** The conversion of one raw reading of a non-linear sensor, with its factors from the BMC. */
export function withFactors<T extends Conversion>(conversion: T, factors: ReadingFactors): T {
  return { ...conversion, factors: { ...factors, linearisation: 0 }, nonLinear: false };
}

/**
 * Like `convertRaw`, from a table that is built on first use. Hosts with equal repositories share one, and 256 values cost
 * less than one poll of a rack.
 */
export function compileConversion(conversion: Conversion): (raw: number) => number | undefined {
  let table: Float64Array | undefined;
  return (raw) => {
    table ??= Float64Array.from({ length: 256 }, (_, i) => convertRaw(conversion, i) ?? Number.NaN);
    const value = table[raw];
    return value === undefined || Number.isNaN(value) ? undefined : value;
  };
}

/** The step between neighbouring readings, in the sensor's unit; undefined if the scale is not linear. */
export function resolution(conversion: Conversion): number | undefined {
  return scaledCounts(conversion, 1);
}

/**
 * Raw hysteresis counts in the sensor's unit; B has no part in a difference. Undefined for 00h and
 * FFh (not specified) and where the scale is not linear.
 */
export function convertHysteresis(conversion: Conversion, counts: number): number | undefined {
  return isUnspecified(counts) ? undefined : scaledCounts(conversion, counts);
}

const isUnspecified = (counts: number): boolean => counts === 0x00 || counts === 0xff;

/** How far a reading may be off either way, in the sensor's unit; undefined if the scale is not linear. */
export function readingTolerance(conversion: Conversion): number | undefined {
  return conversion.factors && scaledCounts(conversion, conversion.factors.tolerance / 2);
}

/** Accuracy as a ratio: 0.01 is one percent. Undefined without factors. */
export function readingAccuracy(conversion: Conversion): number | undefined {
  const { factors } = conversion;
  return factors && scale(factors.accuracy, factors.accuracyExponent - 4);
}

/**
 * Limits of a sensor in its unit: those of the record, or `raws` of Get Sensor Thresholds
 * (only the readable ones). Without entries for what is not readable or has no value; empty when
 * every raw limit is 00h, which firmware means as "none".
 *
 * Names are those of the fields. Only where larger raw readings are smaller values (1/x, negative M)
 * and the fields evidently follow the raw order - lower limits lie above upper ones - lower and
 * upper change places, so that a value beyond a limit is always beyond it on the side it is named after.
 */
export function convertThresholds(
  definition: SensorDefinition,
  raws: RawThresholds | undefined = readableRaws(definition),
): Thresholds {
  const values = fieldValues(definition, raws);
  return isSwapped(definition, values) ? mirrored(values) : values;
}

/** The same under the names of the fields, whichever way the scale runs. */
function fieldValues(definition: SensorDefinition, raws: RawThresholds | undefined): Thresholds {
  const names = THRESHOLD_NAMES.filter((name) => raws?.[name] !== undefined);
  if (!raws || !definition.analog || names.every((name) => raws[name] === 0)) return {};
  const values: Partial<Record<ThresholdName, number>> = {};
  for (const name of names) {
    const value = convertRaw(definition, raws[name] as number);
    if (value !== undefined) values[name] = value;
  }
  return values;
}

const isSwapped = (definition: SensorDefinition, values: Thresholds): boolean =>
  isFalling(definition) && isUpsideDown(values);

/**
 * The limits that no reading can cross: a lower one at the lowest raw reading, an upper one at the highest. Firmware
 * writes such limits for "none"; an unplugged fan header reads 0 and has lower limits of 0.
 *
 * @param raws limits in effect; those of the record unless given
 */
export function uncrossableThresholds(
  definition: SensorDefinition,
  raws: RawThresholds | undefined = readableRaws(definition),
): readonly ThresholdName[] {
  const { analogFormat } = definition;
  if (!raws || analogFormat === "none") return [];
  const ends = analogFormat === "unsigned" ? { lowest: 0x00, highest: 0xff } : { lowest: 0x80, highest: 0x7f };
  const swapped = isSwapped(definition, fieldValues(definition, raws));
  const names = THRESHOLD_NAMES.filter((name) => {
    const isLowestValue = isLower(name) !== swapped;
    return raws[name] === (isLowestValue !== isFalling(definition) ? ends.lowest : ends.highest);
  });
  return swapped ? names.map(mirroredName) : names;
}

/**
 * Where each limit that was crossed counts as crossed no more, in the unit of the reading: the last value that
 * still counts - IPMI 2.0 section 35.6. Positive hysteresis is subtracted from the raw upper limits, negative
 * added to the raw lower ones, and the sum is converted as a reading is, so that it is right on scales that
 * are not linear, too. Absent for limits without hysteresis (00h and FFh: not specified), and where the sum is
 * no reading.
 *
 * @param raws limits in effect; those of the record unless given
 */
export function rearmPoints(
  definition: SensorDefinition,
  hysteresis: Hysteresis,
  raws: RawThresholds | undefined = readableRaws(definition),
): Thresholds {
  const limits = fieldValues(definition, raws);
  const swapped = isSwapped(definition, limits);
  const falling = isFalling(definition);
  const points: Partial<Record<ThresholdName, number>> = {};
  for (const name of THRESHOLD_NAMES) {
    const [raw, limit] = [raws?.[name], limits[name]];
    const isLowerField = isLower(name);
    const counts = isLowerField ? hysteresis.negative : hysteresis.positive;
    if (raw === undefined || limit === undefined || isUnspecified(counts)) continue;
    // Back into the permitted range: up from a limit that is the lower one of the values, and down from an upper one.
    const inwards = isLowerField === swapped ? -1 : 1;
    const moved = movedRaw(definition.analogFormat, raw, (falling ? -inwards : inwards) * counts);
    const point = moved === undefined ? undefined : convertRaw(definition, moved);
    if (point !== undefined && (point - limit) * inwards > 0) points[name] = point;
  }
  return swapped ? mirrored(points) : points;
}

function readableRaws(definition: SensorDefinition): RawThresholds | undefined {
  const { thresholdRaws, readableThresholds } = definition;
  if (!thresholdRaws) return undefined;
  return Object.fromEntries(readableThresholds.map((name) => [name, thresholdRaws[name]]));
}

/** The raw byte some counts away; undefined beyond the ends of the format. */
function movedRaw(format: AnalogFormat, raw: number, counts: number): number | undefined {
  const from = signedRaw(format, raw);
  if (from === undefined) return undefined;
  const to = from + counts;
  const [least, most] = format === "unsigned" ? [0, 0xff] : format === "ones_complement" ? [-127, 127] : [-128, 127];
  if (to < least || to > most) return undefined;
  return to >= 0 ? to : format === "ones_complement" ? to + 255 : to + 256;
}

/** Raw as a signed number; undefined for the format without an analog reading. */
function signedRaw(format: AnalogFormat, raw: number): number | undefined {
  switch (format) {
    case "unsigned":
      return raw;
    case "ones_complement":
      return raw & 0x80 ? raw - 255 : raw;
    case "twos_complement":
      return raw & 0x80 ? raw - 256 : raw;
    case "none":
      return undefined;
  }
}

/** Exact, which `10 ** n` need not be; K1 and K2 together reach 16. */
const POWERS = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16] as const;

const power = (exponent: number): number => POWERS[exponent] ?? 10 ** exponent;

/** `whole` x 10^exponent, rounded once. */
function scale(whole: number, exponent: number): number {
  return exponent < 0 ? whole / power(-exponent) : whole * power(exponent);
}

const DIGITS = 12;

function linearise(linearisation: number, y: number): number | undefined {
  if (linearisation === 0) return y + 0;
  const value = FUNCTIONS[linearisation]?.(y);
  if (value === undefined || !Number.isFinite(value)) return undefined;
  return Number(value.toPrecision(DIGITS)) + 0;
}

const FUNCTIONS: readonly ((y: number) => number)[] = [
  (y) => y,
  Math.log,
  Math.log10,
  Math.log2,
  Math.exp,
  (y) => 10 ** y,
  (y) => 2 ** y,
  (y) => 1 / y,
  (y) => y ** 2,
  (y) => y ** 3,
  Math.sqrt,
  // The specification's "cube to the -1"; every decoder takes the cube root.
  Math.cbrt,
];

function scaledCounts({ factors, analogFormat }: Conversion, counts: number): number | undefined {
  if (!factors || analogFormat === "none" || factors.linearisation !== 0) return undefined;
  return scale(Math.abs(factors.m) * counts, factors.rExponent);
}

const RECIPROCAL = 7;

const isFalling = ({ factors }: Conversion): boolean =>
  factors !== undefined &&
  factors.linearisation < NON_LINEAR &&
  factors.m < 0 !== (factors.linearisation === RECIPROCAL);

const isLower = (name: ThresholdName): boolean => name.startsWith("lower_");

function isUpsideDown(values: Thresholds): boolean {
  const side = (prefix: string): number[] =>
    THRESHOLD_NAMES.flatMap((name) => (name.startsWith(prefix) ? (values[name] ?? []) : []));
  const lower = side("lower_");
  const upper = side("upper_");
  return lower.length > 0 && upper.length > 0 && Math.min(...lower) > Math.max(...upper);
}

function mirrored(values: Thresholds): Thresholds {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [mirroredName(name), value]));
}

function mirroredName(name: string): ThresholdName {
  return name.replace(/^(lower|upper)/, (side) => (side === "lower" ? "upper" : "lower")) as ThresholdName;
}
