import { columns } from "./columns.ts";
import { lines, type Tile, table } from "./panels.ts";
import { increaseInADay, of } from "./queries.ts";

/** Memory errors and the event log. */
export const records: readonly Tile[] = [
  lines({
    title: "Memory errors",
    description:
      "Increase within a day, by kind. From 10 correctable errors a day EccCorrectableHigh fires, above 24 EccCorrectableVeryHigh.",
    unit: "none",
    width: 12,
    height: 8,
    min: 0,
    decimals: 0,
    empty: "not reported",
    queries: [{ expr: `increase(bmc_memory_errors_total${of()}[1d])`, legend: "{{kind}}" }],
  }),
  table({
    title: "Memory errors by DIMM",
    description: "All errors since the first poll of the host, and those of the last 24 hours.",
    unit: "none",
    width: 12,
    height: 8,
    empty: "none reported",
    queries: [
      { expr: `sum by (dimm) (bmc_dimm_errors_total${of('kind="correctable"')})` },
      { expr: `sum by (dimm) (bmc_dimm_errors_total${of('kind="uncorrectable"')})` },
      { expr: `sum by (dimm) (${increaseInADay(`bmc_dimm_errors_total${of()}`)})` },
    ],
    ...columns(
      [
        { field: "dimm", title: "DIMM", width: 120 },
        { field: "Value #A", title: "Correctable", width: 105, unit: "none", decimals: 0 },
        { field: "Value #B", title: "Uncorrectable", width: 120, unit: "none", decimals: 0 },
        { field: "Value #C", title: "Last 24 h", width: 100, unit: "none", decimals: 0 },
      ],
      { joinedBy: "dimm", sort: { by: "Value #C", descending: true } },
    ),
  }),
  table({
    title: "Events by what happened",
    description: "Records of the event log since the first poll of the host, by kind of sensor and event.",
    unit: "none",
    width: 12,
    height: 9,
    empty: "none reported",
    queries: [
      { expr: `sort_desc(${increaseInADay(`bmc_sel_records_total${of('direction="asserted"')}`)})` },
      { expr: `bmc_sel_records_total${of('direction="asserted"')}` },
    ].map(({ expr }) => ({ expr: `sum by (what) (label_join(${expr}, "what", " / ", "kind", "event"))` })),
    ...columns(
      [
        { field: "what", title: "Kind / event", width: 250 },
        { field: "Value #A", title: "Last 24 h", width: 100, unit: "none", decimals: 0 },
        { field: "Value #B", title: "Total", width: 100, unit: "none", decimals: 0 },
      ],
      { joinedBy: "what", sort: { by: "Value #A", descending: true } },
    ),
  }),
  lines({
    title: "Event log",
    description: "Entries in the event log. Dashed: its capacity.",
    unit: "none",
    width: 12,
    height: 9,
    min: 0,
    decimals: 0,
    empty: "not reported",
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
    title: "Duration of the poll",
    description: "Duration of the whole poll, and of each part when it was last read. The default timeout is 20 s.",
    unit: "s",
    width: 8,
    height: 8,
    min: 0,
    queries: [
      { expr: `bmc_poll_duration_seconds${of()}`, legend: "poll" },
      { expr: `bmc_part_duration_seconds${of()}`, legend: "{{part}}" },
    ],
  }),
  lines({
    title: "Failed polls",
    description: "Failed polls per hour, by reason.",
    unit: "none",
    width: 8,
    height: 8,
    min: 0,
    empty: "none reported",
    queries: [{ expr: `increase(bmc_poll_failures_total${of()}[1h]) > 0`, legend: "{{reason}}" }],
  }),
  lines({
    title: "Clock of the BMC",
    description: "Offset of the clock of the BMC. With more than 5 minutes, the times of its events are wrong.",
    unit: "s",
    width: 8,
    height: 8,
    empty: "not reported",
    queries: [{ expr: `bmc_clock_offset_seconds${of()}`, legend: "offset" }],
  }),
];
