import { EVENT_SEVERITIES, MEMORY_ERROR_KINDS, type MemoryErrorKind } from "../../model/index.ts";
import { family, flag, known } from "../family.ts";

const INFO = "IPMI Get SEL Info; Redfish LogService";
const COUNTED = "records of the event log, each counted once; the counters outlive a clear of the log";

const seconds = (epochMs: number | undefined): number | undefined =>
  epochMs === undefined ? undefined : epochMs / 1000;

export const eventLog = [
  family({
    name: "bmc_sel_entries",
    type: "gauge",
    help: "Records the event log holds.",
    source: INFO,
    samples: ({ snapshot }) => known(snapshot?.eventLog?.entries),
  }),
  family({
    name: "bmc_sel_capacity_entries",
    type: "gauge",
    help: "Records the event log can hold.",
    source: "IPMI Get SEL Allocation Info, or what is used and free; Redfish MaxNumberOfRecords",
    samples: ({ snapshot }) => known(snapshot?.eventLog?.capacityEntries),
  }),
  family({
    name: "bmc_sel_free_bytes",
    type: "gauge",
    help: "Space left in the event log.",
    unit: "bytes",
    source: "IPMI Get SEL Info",
    samples: ({ snapshot }) => known(snapshot?.eventLog?.freeBytes),
  }),
  family({
    name: "bmc_sel_overflow",
    type: "gauge",
    help: "1 if events were lost because the event log was full, else 0.",
    source: INFO,
    *samples({ snapshot }) {
      if (snapshot?.eventLog !== undefined) yield { value: flag(snapshot.eventLog.overflow) };
    },
  }),
  family({
    name: "bmc_sel_last_addition_timestamp_seconds",
    type: "gauge",
    help: "When a record was last added to the event log, by the clock of the BMC, seconds since 1970.",
    unit: "seconds",
    source: INFO,
    samples: ({ snapshot }) => known(seconds(snapshot?.eventLog?.lastAddition)),
  }),
  family({
    name: "bmc_clock_offset_seconds",
    type: "gauge",
    help: "Clock of the BMC minus clock of the exporter; positive if the BMC is ahead.",
    unit: "seconds",
    source: "IPMI Get SEL Time; Redfish Manager DateTime",
    samples: ({ snapshot }) => known(snapshot?.eventLog?.clockOffsetSeconds),
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
  }),
];
