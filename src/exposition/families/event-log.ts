import { EVENT_SEVERITIES, type HostRecord, MEMORY_ERROR_KINDS, type MemoryErrorKind } from "../../model/index.ts";
import { family, optionalFlag, seconds, valueFamily } from "../family.ts";

const INFO = "IPMI Get SEL Info";
const COUNTED = "SEL records or Redfish LogEntry, each counted once; clearing the log does not reset the counters";

/** The counters stay the same object while no event is counted. */
const ofCounters = ({ snapshot }: HostRecord): readonly unknown[] => [snapshot?.eventLog?.counters];

export const eventLog = [
  valueFamily({
    name: "bmc_sel_entries",
    type: "gauge",
    help: "Records in the system event log (SEL).",
    source: `${INFO}; Redfish LogEntryCollection`,
    value: ({ snapshot }) => snapshot?.eventLog?.entries,
  }),
  valueFamily({
    name: "bmc_sel_capacity_entries",
    type: "gauge",
    help: "Capacity of the SEL in records.",
    source:
      "IPMI Get SEL Allocation Info; without it, the sum of used and free space; Redfish LogService MaxNumberOfRecords, unless the log overwrites its oldest records",
    value: ({ snapshot }) => snapshot?.eventLog?.capacityEntries,
  }),
  valueFamily({
    name: "bmc_sel_free_bytes",
    type: "gauge",
    help: "Free space in the SEL.",
    unit: "bytes",
    source: "IPMI Get SEL Info",
    value: ({ snapshot }) => snapshot?.eventLog?.freeBytes,
  }),
  valueFamily({
    name: "bmc_sel_overflow",
    type: "gauge",
    help: "1 if the SEL was full and events were lost, else 0.",
    source: `${INFO}; Redfish LogService, unless it overwrites its oldest records`,
    value: ({ snapshot }) => optionalFlag(snapshot?.eventLog?.overflow),
  }),
  valueFamily({
    name: "bmc_sel_last_addition_timestamp_seconds",
    type: "gauge",
    help: "Unix time of the last addition to the SEL, by the clock of the BMC.",
    unit: "seconds",
    source: `${INFO}; Redfish LogEntry`,
    value: ({ snapshot }) => seconds(snapshot?.eventLog?.lastAddition),
  }),
  valueFamily({
    name: "bmc_clock_offset_seconds",
    type: "gauge",
    help: "Clock of the BMC minus clock of the exporter. Positive if the BMC is ahead.",
    unit: "seconds",
    source: "IPMI Get SEL Time; Redfish Manager DateTime",
    value: ({ snapshot }) => snapshot?.eventLog?.clockOffsetSeconds,
  }),
  family({
    name: "bmc_sel_events_total",
    type: "counter",
    help: "Asserted SEL events by severity. Every severity starts at 0.",
    labels: ["severity"],
    source: COUNTED,
    *samples({ snapshot }) {
      const counters = snapshot?.eventLog?.counters;
      if (counters === undefined) return;
      for (const severity of EVENT_SEVERITIES) yield { labels: [severity], value: counters.bySeverity[severity] };
    },
    madeOf: ofCounters,
  }),
  family({
    name: "bmc_sel_records_total",
    type: "counter",
    help: "SEL records by kind of sensor, event and direction (asserted or deasserted). Only combinations that occurred are present.",
    labels: ["kind", "event", "direction"],
    source: COUNTED,
    *samples({ snapshot }) {
      for (const { kind, event, direction, count } of snapshot?.eventLog?.counters?.records ?? [])
        yield { labels: [kind, event, direction], value: count };
    },
    madeOf: ofCounters,
  }),
  family({
    name: "bmc_memory_errors_total",
    type: "counter",
    help: "Memory errors in the SEL by kind. Every kind starts at 0. A BMC may log one record for many errors.",
    labels: ["kind"],
    source: COUNTED,
    *samples({ snapshot }) {
      const counters = snapshot?.eventLog?.counters;
      if (counters === undefined) return;
      for (const kind of MEMORY_ERROR_KINDS) yield { labels: [kind], value: counters.memoryErrors[kind] };
    },
    madeOf: ofCounters,
  }),
  family({
    name: "bmc_dimm_errors_total",
    type: "counter",
    help: "Memory errors in the SEL by DIMM and kind, if the record identifies the DIMM. All kinds appear with the first error of a DIMM.",
    labels: ["dimm", "kind"],
    source: COUNTED,
    *samples({ snapshot }) {
      const dimms = new Map<string, Map<MemoryErrorKind, number>>();
      for (const { dimm, kind, count } of snapshot?.eventLog?.counters?.dimmErrors ?? []) {
        const kinds = dimms.get(dimm) ?? new Map<MemoryErrorKind, number>();
        dimms.set(dimm, kinds.set(kind, count));
      }
      for (const [dimm, kinds] of dimms)
        for (const kind of MEMORY_ERROR_KINDS) yield { labels: [dimm, kind], value: kinds.get(kind) ?? 0 };
    },
    madeOf: ofCounters,
  }),
];
