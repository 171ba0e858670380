import type { Layout } from "../../commands/command.ts";
import { bits } from "../../wire/bytes.ts";
import { coarseFlag, currentUnit } from "./dc-output.ts";

/**
 * DC load, multirecord type 02h, and extended DC load, type 0Ah - FRU storage definition
 * sections 18.3 and 18.3a: what a device requires of an output.
 *
 *   [0]     3:0 output number; extended: 4 current unit, 0 = 10 mA, 1 = 100 mA
 *   [1-2]   nominal voltage, 10 mV, signed
 *   [3-4]   lowest voltage the load accepts, 10 mV, signed
 *   [5-6]   highest voltage the load accepts, 10 mV, signed
 *   [7-8]   ripple and noise, peak to peak, mV
 *   [9-10]  minimum current, mA (extended: in the unit of [0])
 *   [11-12] maximum current
 */
export interface DcLoad {
  readonly output: number;
  readonly nominalMillivolts: number;
  readonly minimumMillivolts: number;
  readonly maximumMillivolts: number;
  readonly rippleMillivolts: number;
  readonly minimumMilliamperes: number;
  readonly maximumMilliamperes: number;
}

const layout = (extended: boolean): Layout<DcLoad> => ({
  decode(from) {
    const first = from.u8();
    const unit = currentUnit(extended, first);
    return {
      output: bits(first, 3, 0),
      nominalMillivolts: from.i16() * 10,
      minimumMillivolts: from.i16() * 10,
      maximumMillivolts: from.i16() * 10,
      rippleMillivolts: from.u16(),
      minimumMilliamperes: from.u16() * unit,
      maximumMilliamperes: from.u16() * unit,
    };
  },
  encode(to, l) {
    const first = l.output | coarseFlag(extended, l.minimumMilliamperes, l.maximumMilliamperes);
    const unit = currentUnit(extended, first);
    to.u8(first);
    to.u16(Math.round(l.nominalMillivolts / 10));
    to.u16(Math.round(l.minimumMillivolts / 10));
    to.u16(Math.round(l.maximumMillivolts / 10));
    to.u16(l.rippleMillivolts);
    to.u16(Math.round(l.minimumMilliamperes / unit)).u16(Math.round(l.maximumMilliamperes / unit));
  },
});

export const dcLoad = layout(false);
export const extendedDcLoad = layout(true);
