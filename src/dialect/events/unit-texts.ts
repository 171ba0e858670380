import type { UnitCodes } from "../../model/index.ts";

/** Abbreviations by unit code (IPMI 2.0 table 43-15) as FreeIPMI 1.6.10 prints them. */
// biome-ignore format: a table
const UNITS: readonly string[] = [
  "unspecified", "C", "F", "K", "V", "A", "W", "J", "C", "VA",
  "nits", "lm", "lux", "cd", "KPA", "PSI", "N", "CFM", "RPM", "Hz",
  "us", "ms", "s", "min", "hr", "day", "wk", "mil", "in", "ft",
  "cu in", "cu feet", "mm", "cm", "m", "cu cm", "cu m", "L", "fl oz", "rad",
  "sr", "rev", "c", "g", "oz", "lb", "ft lB", "oz in", "G", "Gi",
  "H", "mH", "F", "uF", "ohms", "S", "mol", "Bq", "PPM", "Reserved",
  "dB", "DbA", "DbC", "Gy", "Sv", "color temp deg K", "b", "Kb", "Mb", "Gb",
  "B", "KB", "MB", "GB", "word", "dword", "qword", "line", "hit", "miss",
  "retry", "reset", "overrun / overflow", "underrun", "collision", "pkts", "msgs", "chars", "err", "correctable err",
  "uncorrectable err", "fatal err", "g",
];
const RATES: readonly string[] = ["", "per uS", "per ms", "per s", "per minute", "per hour", "per day"];
const UNSPECIFIED = "unspecified";

/** The unit after a value: "C", "RPM per s", "% W". */
export function unitText({ base, modifier, modifierUse, rate, percentage }: UnitCodes): string {
  if (percentage && base === 0) return "%";
  const name = (code: number): string => UNITS[code] ?? UNSPECIFIED;
  const joint = modifierUse === 1 ? " / " : modifierUse === 2 ? " * " : "";
  const unit = joint === "" ? name(base) : `${name(base)}${joint}${name(modifier)}`;
  const per = RATES[rate];
  return `${percentage ? "% " : ""}${unit}${per ? ` ${per}` : ""}`;
}
