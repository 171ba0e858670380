import { type StateTable, states } from "./state-row.ts";

/**
 * Events of threshold sensors, class 01h - IPMI 2.0 table 42-2. Severities are FreeIPMI's, with
 * "non-recoverable" for what has just gone past a non-recoverable limit. Live readings are graded by
 * `thresholdHealth`.
 */
export const THRESHOLD_EVENTS: StateTable = states(
  [0x0, "lower_non_critical_going_low", "Lower Non-critical - going low", "W"],
  [0x1, "lower_non_critical_going_high", "Lower Non-critical - going high", "N"],
  [0x2, "lower_critical_going_low", "Lower Critical - going low", "C/W"],
  [0x3, "lower_critical_going_high", "Lower Critical - going high", "W/W"],
  [0x4, "lower_non_recoverable_going_low", "Lower Non-recoverable - going low", "R/C"],
  [0x5, "lower_non_recoverable_going_high", "Lower Non-recoverable - going high", "C/C"],
  [0x6, "upper_non_critical_going_low", "Upper Non-critical - going low", "N"],
  [0x7, "upper_non_critical_going_high", "Upper Non-critical - going high", "W"],
  [0x8, "upper_critical_going_low", "Upper Critical - going low", "W/W"],
  [0x9, "upper_critical_going_high", "Upper Critical - going high", "C/W"],
  [0xa, "upper_non_recoverable_going_low", "Upper Non-recoverable - going low", "C/C"],
  [0xb, "upper_non_recoverable_going_high", "Upper Non-recoverable - going high", "R/C"],
);
