import { type Case, host, type Series } from "../case.ts";

const errors = (kind: string, values: string): readonly Series[] => [
  ["bmc_memory_errors_total", { ...host(), kind }, values],
  ["bmc_dimm_errors_total", { ...host(), dimm: "DIMM_A1", kind }, values],
  ["bmc_dimm_errors_total", { ...host(), dimm: "DIMM_B1", kind }, "0x1600"],
];
const of = (kind: string) => ({ ...host(), kind });

export const memory: readonly Case[] = [
  {
    alert: "EccUncorrectable",
    story: "one error",
    series: errors("uncorrectable", "0x5 1x20"),
    at: "15m",
    fires: of("uncorrectable"),
  },
  {
    alert: "EccUncorrectable",
    story: "logged before the first poll",
    series: errors("uncorrectable", "_x5 1x20"),
    at: "15m",
  },
  { alert: "EccUncorrectable", story: "a correctable error", series: errors("correctable", "0x5 1x20"), at: "15m" },
  {
    alert: "EccLoggingLimitReached",
    story: "the board stopped logging",
    series: errors("logging_limit", "0x5 1x20"),
    at: "15m",
    fires: of("logging_limit"),
  },
  { alert: "EccLoggingLimitReached", story: "no errors", series: errors("logging_limit", "0x30"), at: "15m" },
  {
    alert: "EccCorrectableHigh",
    story: "12 in a day",
    series: errors("correctable", "0x5 12x60"),
    at: "1h",
    fires: of("correctable"),
  },
  { alert: "EccCorrectableHigh", story: "3 in a day", series: errors("correctable", "0x5 3x60"), at: "1h" },
  {
    alert: "EccCorrectableVeryHigh",
    story: "30 in a day",
    series: errors("correctable", "0x5 30x60"),
    at: "1h",
    fires: of("correctable"),
  },
  { alert: "EccCorrectableVeryHigh", story: "24 in a day", series: errors("correctable", "0x5 24x60"), at: "1h" },
  {
    alert: "EccCorrectableRecurring",
    story: "errors on three days",
    step: "1h",
    series: errors("correctable", "0x144 1x575 2x575 3x300"),
    at: "130h",
    fires: of("correctable"),
  },
  {
    alert: "EccCorrectableRecurring",
    story: "many errors on one day",
    step: "1h",
    series: errors("correctable", "0x144 40x1450"),
    at: "130h",
  },
];
