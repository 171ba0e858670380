import { columns } from "./columns.ts";
import { lines, type Tile, table } from "./panels.ts";
import { grownInADay, of } from "./queries.ts";

/** Records of the event log. */
export const records: readonly Tile[] = [
  lines({
    title: "Memory errors",
    description:
      "Memory errors per day by kind. Investigate 10 correctable errors per day; replace the DIMM at more than 24.",
    unit: "none",
    width: 12,
    height: 8,
    min: 0,
    decimals: 0,
    empty: "the event log was not read",
    queries: [{ expr: `increase(bmc_memory_errors_total${of()}[1d])`, legend: "{{kind}}" }],
  }),
  table({
    title: "Memory errors by DIMM",
    description: "Memory errors counted since the host was added, and those of the last 24 hours.",
    unit: "none",
    width: 12,
    height: 8,
    empty: "no DIMM had an error",
    queries: [
      { expr: `sum by (dimm) (bmc_dimm_errors_total${of('kind="correctable"')})` },
      { expr: `sum by (dimm) (bmc_dimm_errors_total${of('kind="uncorrectable"')})` },
      { expr: `sum by (dimm) (${grownInADay(`bmc_dimm_errors_total${of()}`)})` },
    ],
    ...columns(
      [
        { field: "dimm", title: "DIMM", width: 140 },
        { field: "Value #A", title: "Correctable", width: 110, unit: "none", decimals: 0 },
        { field: "Value #B", title: "Uncorrectable", width: 120, unit: "none", decimals: 0 },
        { field: "Value #C", title: "Last 24 h", width: 100, unit: "none", decimals: 0 },
      ],
      { joined: "dimm", sort: { by: "Value #C", descending: true } },
    ),
  }),
  table({
    title: "Events by kind",
    description:
      "Event log records by kind of sensor and event since the host was added, sorted by those of the last 24 hours.",
    unit: "none",
    width: 12,
    height: 9,
    empty: "the event log is empty",
    queries: [
      { expr: `sort_desc(${grownInADay(`bmc_sel_records_total${of('direction="asserted"')}`)})` },
      { expr: `bmc_sel_records_total${of('direction="asserted"')}` },
    ].map(({ expr }) => ({ expr: `sum by (what) (label_join(${expr}, "what", " / ", "kind", "event"))` })),
    ...columns(
      [
        { field: "what", title: "Kind / event", width: 320 },
        { field: "Value #A", title: "Last 24 h", width: 100, unit: "none", decimals: 0 },
        { field: "Value #B", title: "Total", width: 100, unit: "none", decimals: 0 },
      ],
      { joined: "what", sort: { by: "Value #A", descending: true } },
    ),
  }),
  lines({
    title: "Event log",
    description: "Entries in the event log. The dashed line is its capacity.",
    unit: "none",
    width: 12,
    height: 9,
    min: 0,
    decimals: 0,
    empty: "the event log was not read",
    queries: [
      { expr: `bmc_sel_entries${of()}`, legend: "entries" },
      { expr: `bmc_sel_capacity_entries${of()}`, legend: "capacity" },
    ],
    overrides: [{ query: "B", set: [{ id: "custom.lineStyle", value: { fill: "dash", dash: [8, 6] } }] }],
  }),
];

/** Polls of the BMC. */
export const polls: readonly Tile[] = [
  lines({
    title: "Poll duration",
    description: "Duration of the poll, and of the last reading of each part. The default timeout is 20 s.",
    unit: "s",
    width: 8,
    height: 8,
    min: 0,
    queries: [
      { expr: `bmc_poll_duration_seconds${of()}`, legend: "whole" },
      { expr: `bmc_part_duration_seconds${of()}`, legend: "{{part}}" },
    ],
  }),
  lines({
    title: "Failed polls",
    description: "Polls per hour that did not reach the BMC, by reason.",
    unit: "none",
    width: 8,
    height: 8,
    min: 0,
    empty: "no poll failed",
    queries: [{ expr: `increase(bmc_poll_failures_total${of()}[1h]) > 0`, legend: "{{reason}}" }],
  }),
  lines({
    title: "Clock of the BMC",
    description:
      "How far the clock of the BMC is ahead. If it is off by minutes, the timestamps of events are unreliable.",
    unit: "s",
    width: 8,
    height: 8,
    empty: "the BMC does not report its time",
    queries: [{ expr: `bmc_clock_offset_seconds${of()}`, legend: "ahead" }],
  }),
];
