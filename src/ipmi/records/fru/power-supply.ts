import type { Layout } from "../../commands/command.ts";
import { bit, bits, flag } from "../../wire/bytes.ts";

/** Lowest and highest input voltage of a range, millivolts. */
export interface InputRange {
  readonly lowMillivolts: number;
  readonly highMillivolts: number;
}

/**
 * Power supply information, multirecord type 00h - FRU storage definition section 18.1.
 *
 *   [0-1]   11:0 overall capacity, W
 *   [2-3]   peak VA, FFFFh unspecified
 *   [4]     inrush current, A, FFh unspecified
 *   [5]     inrush interval, ms
 *   [6-9]   low and high end of input voltage range 1, 10 mV, signed
 *   [10-13] the same of range 2; 0 where there is only one
 *   [14-15] low and high end of the input frequency, Hz
 *   [16]    input dropout tolerance, ms
 *   [17]    0 predictive fail, 1 power factor correction, 2 autoswitch, 3 hot swap,
 *           4 tachometer pulses or polarity of the predictive fail signal
 *   [18-19] 15:12 hold-up time of the peak, s, 11:0 peak wattage; FFFFh unspecified (Dell)
 *   [20]    combined outputs: 7:4 and 3:0 voltage codes
 *   [21-22] combined wattage, 0 when nothing is combined
 *   [23]    tachometer's lower limit for predictive fail, revolutions per second
 */
export interface PowerSupplyInfo {
  readonly capacityWatts: number;
  readonly peakVoltAmperes?: number;
  readonly inrushAmperes?: number;
  readonly inrushIntervalMs: number;
  readonly inputRange1: InputRange;
  readonly inputRange2: InputRange;
  readonly lowHertz: number;
  readonly highHertz: number;
  readonly dropoutMs: number;
  readonly predictiveFail: boolean;
  readonly powerFactorCorrection: boolean;
  readonly autoswitch: boolean;
  readonly hotSwap: boolean;
  readonly tachometerFlag: boolean;
  readonly peakHoldUpSeconds?: number;
  readonly peakWatts?: number;
  /** Codes 0 to 3; see `COMBINED_MILLIVOLTS`. */
  readonly combinedVoltage1: number;
  readonly combinedVoltage2: number;
  readonly combinedWatts: number;
  readonly predictiveFailRevolutionsPerSecond: number;
}

/** Millivolts by combined voltage code. */
export const COMBINED_MILLIVOLTS: readonly number[] = [12_000, -12_000, 5_000, 3_300];

export const powerSupplyInfo: Layout<PowerSupplyInfo> = {
  decode(from) {
    const capacityWatts = bits(from.u16(), 11, 0);
    const peak = from.u16();
    const inrush = from.u8();
    const inrushIntervalMs = from.u8();
    const range = (): InputRange => ({ lowMillivolts: from.i16() * 10, highMillivolts: from.i16() * 10 });
    const inputRange1 = range();
    const inputRange2 = range();
    const lowHertz = from.u8();
    const highHertz = from.u8();
    const dropoutMs = from.u8();
    const flags = from.u8();
    const peakWattage = from.u16();
    const combined = from.u8();
    return {
      capacityWatts,
      peakVoltAmperes: peak === 0xffff ? undefined : peak,
      inrushAmperes: inrush === 0xff ? undefined : inrush,
      inrushIntervalMs,
      inputRange1,
      inputRange2,
      lowHertz,
      highHertz,
      dropoutMs,
      predictiveFail: bit(flags, 0),
      powerFactorCorrection: bit(flags, 1),
      autoswitch: bit(flags, 2),
      hotSwap: bit(flags, 3),
      tachometerFlag: bit(flags, 4),
      ...(peakWattage === 0xffff
        ? undefined
        : { peakHoldUpSeconds: bits(peakWattage, 15, 12), peakWatts: bits(peakWattage, 11, 0) }),
      combinedVoltage1: bits(combined, 7, 4),
      combinedVoltage2: bits(combined, 3, 0),
      combinedWatts: from.u16(),
      predictiveFailRevolutionsPerSecond: from.u8(),
    };
  },
  encode(to, s) {
    to.u16(s.capacityWatts & 0xfff).u16(s.peakVoltAmperes ?? 0xffff);
    to.u8(s.inrushAmperes ?? 0xff).u8(s.inrushIntervalMs);
    for (const range of [s.inputRange1, s.inputRange2]) {
      to.u16(Math.round(range.lowMillivolts / 10)).u16(Math.round(range.highMillivolts / 10));
    }
    to.u8(s.lowHertz).u8(s.highHertz).u8(s.dropoutMs);
    to.u8(
      flag(s.predictiveFail, 0) |
        flag(s.powerFactorCorrection, 1) |
        flag(s.autoswitch, 2) |
        flag(s.hotSwap, 3) |
        flag(s.tachometerFlag, 4),
    );
    to.u16(s.peakWatts === undefined ? 0xffff : ((s.peakHoldUpSeconds ?? 0) << 12) | (s.peakWatts & 0xfff));
    to.u8((s.combinedVoltage1 << 4) | s.combinedVoltage2);
    to.u16(s.combinedWatts).u8(s.predictiveFailRevolutionsPerSecond);
  },
};
