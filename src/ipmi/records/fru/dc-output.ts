import type { Layout } from "../../commands/command.ts";
import { bit, bits, flag } from "../../wire/bytes.ts";

/**
 * DC output, multirecord type 01h, and extended DC output, type 09h - FRU storage definition
 * sections 18.2 and 18.2a.
 *
 *   [0]     7 standby, 3:0 output number; extended: 4 current unit, 0 = 10 mA, 1 = 100 mA
 *   [1-2]   nominal voltage, 10 mV, signed
 *   [3-4]   maximum negative deviation, 10 mV, signed
 *   [5-6]   maximum positive deviation, 10 mV, signed
 *   [7-8]   ripple and noise, peak to peak, mV
 *   [9-10]  minimum current draw, mA (extended: in the unit of [0])
 *   [11-12] maximum current draw
 */
export interface DcOutput {
  readonly output: number;
  readonly standby: boolean;
  readonly nominalMillivolts: number;
  readonly maximumNegativeDeviationMillivolts: number;
  readonly maximumPositiveDeviationMillivolts: number;
  readonly rippleMillivolts: number;
  readonly minimumMilliamperes: number;
  readonly maximumMilliamperes: number;
}

/** Current units of an extended record, mA. */
const COARSE_MA = 100;
const FINE_MA = 10;
const COARSE_UNIT_BIT = 4;

const layout = (extended: boolean): Layout<DcOutput> => ({
  decode(from) {
    const first = from.u8();
    const unit = currentUnit(extended, first);
    return {
      output: bits(first, 3, 0),
      standby: bit(first, 7),
      nominalMillivolts: from.i16() * 10,
      maximumNegativeDeviationMillivolts: from.i16() * 10,
      maximumPositiveDeviationMillivolts: from.i16() * 10,
      rippleMillivolts: from.u16(),
      minimumMilliamperes: from.u16() * unit,
      maximumMilliamperes: from.u16() * unit,
    };
  },
  encode(to, o) {
    const first = flag(o.standby, 7) | o.output | coarseFlag(extended, o.minimumMilliamperes, o.maximumMilliamperes);
    const unit = currentUnit(extended, first);
    to.u8(first);
    to.u16(Math.round(o.nominalMillivolts / 10));
    to.u16(Math.round(o.maximumNegativeDeviationMillivolts / 10));
    to.u16(Math.round(o.maximumPositiveDeviationMillivolts / 10));
    to.u16(o.rippleMillivolts);
    to.u16(Math.round(o.minimumMilliamperes / unit)).u16(Math.round(o.maximumMilliamperes / unit));
  },
});

/** Milliamperes per count of a record whose first byte is `first`. */
export function currentUnit(extended: boolean, first: number): number {
  if (!extended) return 1;
  return bit(first, COARSE_UNIT_BIT) ? COARSE_MA : FINE_MA;
}

/** The bit for the coarse unit, if the currents exceed the range of the fine one. */
export function coarseFlag(extended: boolean, ...milliamperes: number[]): number {
  const needed = milliamperes.some((ma) => ma / FINE_MA > 0xffff);
  return flag(extended && needed, COARSE_UNIT_BIT);
}

export const dcOutput = layout(false);
export const extendedDcOutput = layout(true);
