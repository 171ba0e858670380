import type { SensorFactors } from "../../ipmi/records/sdr/full-sensor.ts";
import type { AnalogFormat } from "../../ipmi/records/sdr/sensor-record.ts";

/** Conversion between values and raw readings: value = base + step x count, count in 0-255 or -128-127. */
export interface Scale {
  readonly analogFormat: AnalogFormat;
  readonly factors: SensorFactors;
  readonly step: number;
  readonly base: number;
  readonly lowest: number;
  readonly highest: number;
}

/** K2 in the order that gives factors as firmware has them: 12 x 10 rather than 120 only where 120 does not fit. */
const R_EXPONENTS: readonly number[] = [0, -1, -2, -3, -4, -5, 1, 2, 3];
const LARGEST_M = 511;
const LARGEST_B = 511;

/**
 * M, B and the exponents for a range and a resolution - IPMI 2.0 section 36.3. Two's complement where
 * the range goes below zero and fits, else unsigned readings above an offset B.
 *
 * @throws RangeError when 256 readings do not reach, or the numbers have no exact factors
 */
export function scaleFor(low: number, high: number, resolution: number): Scale {
  const what = `${low} to ${high} in steps of ${resolution}`;
  const rExponent = R_EXPONENTS.find((e) => isFactor(resolution / 10 ** e));
  if (rExponent === undefined) throw new RangeError(`no M for ${what}`);
  const m = Math.round(resolution / 10 ** rExponent);
  const isSigned = low < 0 && low >= -128 * resolution && high <= 127 * resolution;
  const isPlain = low >= 0 && high <= 255 * resolution;
  const offset = isSigned || isPlain ? 0 : Math.round(low / 10 ** rExponent);
  if (!isSigned && !isPlain && high - low > 255 * resolution) throw new RangeError(`256 readings do not reach ${what}`);
  const [b, bExponent] = factorB(offset, what);
  return {
    analogFormat: isSigned ? "twos_complement" : "unsigned",
    factors: { linearisation: 0, m, tolerance: 0, b, accuracy: 0, accuracyExponent: 0, rExponent, bExponent },
    step: resolution,
    base: b * 10 ** (bExponent + rExponent),
    lowest: isSigned ? -128 : 0,
    highest: isSigned ? 127 : 255,
  };
}

const isFactor = (m: number): boolean => m >= 0.999 && m <= LARGEST_M && Math.abs(m - Math.round(m)) < 1e-6;

function factorB(offset: number, what: string): readonly [b: number, exponent: number] {
  let b = offset;
  for (let exponent = 0; exponent <= 7; exponent++) {
    if (Number.isInteger(b) && Math.abs(b) <= LARGEST_B) return [b, exponent];
    b /= 10;
  }
  throw new RangeError(`no B for ${what}`);
}

/** The raw reading nearest to a value, as a byte. */
export function rawOf(scale: Scale, value: number): number {
  return countOf(scale, value) & 0xff;
}

/** The same as a signed or unsigned count. */
export function countOf(scale: Scale, value: number): number {
  const count = Math.round((value - scale.base) / scale.step);
  return Math.max(scale.lowest, Math.min(scale.highest, count));
}
