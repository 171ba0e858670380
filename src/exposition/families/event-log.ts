import { EVENT_SEVERITIES, type HostRecord, MEMORY_ERROR_KINDS, type MemoryErrorKind } from "../../model/index.ts";
import { family, optionalFlag, seconds, valueFamily } from "../family.ts";

const INFO = "IPMI Get SEL Info; Redfish LogService";
const COUNTED = "records of the event log, each counted once; the counters outlive a clear of the log";

/** They stay the same object while no event is counted. */
const ofCounters = ({ snapshot }: HostRecord): readonly unknown[] => [snapshot?.eventLog?.counters];

export const eventLog = [
  valueFamily({
    name: "bmc_sel_entries",
    type: "gauge",
    help: "Records the event log holds.",
    source: INFO,
    value: ({ snapshot }) => snapshot?.eventLog?.entries,
  }),
  valueFamily({
    name: "bmc_sel_capacity_entries",
    type: "gauge",
    help: "Records the event log can hold.",
    source: "IPMI Get SEL Allocation Info, or what is used and free; Redfish MaxNumberOfRecords",
    value: ({ snapshot }) => snapshot?.eventLog?.capacityEntries,
  }),
  valueFamily({
    name: "bmc_sel_free_bytes",
    type: "gauge",
    help: "Space left in the event log.",
    unit: "bytes",
    source: "IPMI Get SEL Info",
    value: ({ snapshot }) => snapshot?.eventLog?.freeBytes,
  }),
  valueFamily({
    name: "bmc_sel_overflow",
    type: "gauge",
    help: "1 if events were lost because the event log was full, else 0.",
    source: INFO,
    value: ({ snapshot }) => optionalFlag(snapshot?.eventLog?.overflow),
  }),
  valueFamily({
    name: "bmc_sel_last_addition_timestamp_seconds",
    type: "gauge",
    help: "When a record was last added to the event log, by the clock of the BMC, seconds since 1970.",
    unit: "seconds",
    source: INFO,
    value: ({ snapshot }) => seconds(snapshot?.eventLog?.lastAddition),
  }),
  valueFamily({
    name: "bmc_clock_offset_seconds",
    type: "gauge",
    help: "Clock of the BMC minus clock of the exporter; positive if the BMC is ahead.",
    unit: "seconds",
    source: "IPMI Get SEL Time; Redfish Manager DateTime",
    value: ({ snapshot }) => snapshot?.eventLog?.clockOffsetSeconds,
  }),
  family({
    name: "bmc_sel_events_total",
    type: "counter",
    help: "Asserted events by severity, every severity from 0.",
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
    help: "Records by kind of sensor, what happened and whether it came or went; only what was seen.",
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
    help: "Memory errors of the host by kind, each kind from 0; one record may stand for many errors.",
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
    help: "Memory errors of a DIMM by kind, where the record tells the DIMM; each kind from 0 once the DIMM is heard of.",
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
