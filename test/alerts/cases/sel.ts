import { type Case, host, type Series } from "../case.ts";

const log = (entries: string, overflow = 0): readonly Series[] => [
  ["bmc_sel_entries", host(), entries],
  ["bmc_sel_capacity_entries", host(), "500x90"],
  ["bmc_sel_overflow", host(), `${overflow}x90`],
];
const events = (severity: string, values: string): Series => ["bmc_sel_events_total", { ...host(), severity }, values];
const records = (kind: string, event: string, values: string): Series => [
  "bmc_sel_records_total",
  { ...host(), kind, event, direction: "asserted" },
  values,
];

export const sel: readonly Case[] = [
  { alert: "SelNearlyFull", story: "430 of 500", series: log("430x90"), at: "40m", fires: host() },
  { alert: "SelNearlyFull", story: "300 of 500", series: log("300x90"), at: "40m" },
  { alert: "SelFull", story: "500 of 500", series: log("500x90"), at: "20m", fires: host() },
  { alert: "SelFull", story: "events lost", series: log("20x90", 1), at: "20m", fires: host() },
  { alert: "SelFull", story: "one free entry", series: log("499x90"), at: "20m" },
  { alert: "SelFillingFast", story: "one a minute", series: log("20+1x90"), at: "80m", fires: host() },
  { alert: "SelFillingFast", story: "nothing new", series: log("480x90"), at: "80m" },
  {
    alert: "SelEventStorm",
    story: "two a minute",
    series: [events("warning", "0+2x60"), events("ok", "0x60"), records("memory", "correctable_ecc", "0+2x60")],
    at: "40m",
    fires: host(),
  },
  { alert: "SelEventStorm", story: "one every two minutes", series: [events("warning", "0+0.5x60")], at: "40m" },
  {
    alert: "SelCriticalEvent",
    story: "a processor; the fan event is older than an hour",
    series: [
      events("critical", "3x65 4x20"),
      records("processor", "ierr", "_x66 1x20"),
      records("fan", "lower_critical_going_low", "3x90"),
    ],
    at: "72m",
    fires: host(),
  },
  {
    alert: "SelCriticalEvent",
    story: "a warning",
    series: [events("warning", "3x65 4x20"), events("critical", "3x90")],
    at: "70m",
  },
  {
    alert: "BmcClockOffset",
    story: "seven minutes behind",
    series: [["bmc_clock_offset_seconds", host(), "-420x60"]],
    at: "40m",
    fires: host(),
  },
  {
    alert: "BmcClockOffset",
    story: "two seconds ahead",
    series: [["bmc_clock_offset_seconds", host(), "2x60"]],
    at: "40m",
  },
];
