import { bits } from "../../wire/bytes.ts";

const UNIT_SECONDS = [1, 60, 3600, 86400] as const;

/** Seconds of a rolling average period: 7:6 unit (0 s, 1 min, 2 h, 3 d), 5:0 duration. */
export function rollingPeriodSeconds(period: number): number {
  return bits(period, 5, 0) * (UNIT_SECONDS[bits(period, 7, 6)] as number);
}
