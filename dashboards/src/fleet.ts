import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { board } from "./board.ts";
import {
  ALERT,
  COLOURS,
  CRITICAL_IF_ANY,
  FREE_UNIT,
  HEALTH,
  NO_DATA,
  PLAIN,
  SHARE,
  STATE,
  STATE_SIGN,
  steps,
  TEMPERATURE,
  WARNING_IF_ANY,
} from "./colours.ts";
import { columns, joined, LARGEST } from "./columns.ts";
import { toBoard, toHost, toRack, toRackOfColumn, UID } from "./links.ts";
import { rackMatrix, valueByPlace } from "./matrix.ts";
import { bars, heatmap, history, lines, type Spec, stat, type Tile, table, tiles, timeline } from "./panels.ts";
import {
  alertRank,
  at,
  atRack,
  FIRING,
  increaseInADay,
  inletByPlace,
  inNaturalOrder,
  notOk,
  RACK,
  shareOfLimit,
  WATCHDOG,
  worstState,
} from "./queries.ts";
import { place } from "./variables.ts";

const HOST_COLUMNS = [
  { field: "host", title: "Host", width: 110, links: [toHost("row")] },
  { field: "rack", title: "Rack", width: 60, links: [toRack("row")] },
  { field: "position", title: "Position", width: 75 },
] as const;

/** Host and place, for the queries of tables. */
const H = `${RACK}, position, host`;

const count = (title: string, description: string, expr: string, more: Partial<Spec>): Tile =>
  stat({ title, description, unit: "none", width: 4, height: 4, queries: [{ expr, legend: title }], ...more });

const counts = [
  count("Hosts", "Hosts of the inventory in the chosen places.", `count(bmc_up${at()})`, {
    links: [toBoard(UID.rack, "Racks")],
  }),
  count(
    "Unreachable",
    "Hosts whose BMC was unreachable in the last poll. Their hardware is not monitored.",
    `sum(bmc_up${at()} == bool 0)`,
    { steps: steps(COLOURS.ok, [1, COLOURS.unreachable]) },
  ),
  count("Powered off", "Hosts whose chassis power is off.", `sum(bmc_power_on${at()} == bool 0)`, {
    steps: steps(COLOURS.ok, [1, COLOURS.off]),
  }),
  count("Warning", "Hosts with the health warning.", `sum(bmc_health${at('component="system"')} == bool 1)`, {
    steps: WARNING_IF_ANY,
  }),
  count(
    "Critical",
    "Hosts with the health critical or non-recoverable.",
    `sum(bmc_health${at('component="system"')} >= bool 2)`,
    { steps: CRITICAL_IF_ANY },
  ),
  count(
    "Alerts",
    "Alerts that fire now. Needs the rules of alerts/ in this Prometheus.",
    `count(ALERTS${at(FIRING)}) or count(${WATCHDOG}) * 0`,
    { steps: WARNING_IF_ANY, empty: "rules not loaded" },
  ),
];

const racks = tiles({
  title: "Racks by worst state",
  description:
    "A tile for each rack, worst first, with the worst state of its hosts: unreachable, then health, then not known, then powered off.",
  unit: "none",
  width: 24,
  height: 7,
  queries: [{ expr: `sort_desc(max by (${RACK}) (${worstState(atRack)}))`, legend: "{{room}} {{rack}}" }],
  mappings: STATE,
  links: [toRack("series")],
});

/** Hosts that are not ok, or for which an alert fires that is not only information. */
const SICK = `(${worstState(at)}) > 0 or on (host) ALERTS${at(`${FIRING}, severity=~"critical|warning", host!=""`)}`;

const attention = table({
  title: "Hosts needing attention",
  description:
    "Hosts that are unreachable, not ok or in an unknown state, and hosts with a critical or warning alert: with the reason why the last poll failed, the worst sensor, the alerts, and the critical events of the last 24 hours.",
  unit: "none",
  width: 24,
  height: 12,
  empty: "none",
  queries: [
    { expr: `max by (${H}) (bmc_up${at()} and on (host) (${SICK})) or absent(bmc_up${at()}) * -1` },
    { expr: `max by (host) ((${worstState(at)}) and on (host) (${SICK}))` },
    { expr: `max by (host, reason) (bmc_failure${at()})` },
    { expr: `max by (host, sensor) (host:bmc_sensor_health:worst${at()})` },
    { expr: `max by (host, alertname) (ALERTS${at(`${FIRING}, host!=""`)} and on (host) (${SICK}))` },
    {
      expr: `sum by (host) (increase(bmc_sel_events_total${at('severity=~"critical|non_recoverable"')}[24h]) and on (host) (${SICK}))`,
    },
  ],
  ...columns(
    [
      ...HOST_COLUMNS,
      { field: "Value #B", title: "State", width: 140, unit: "none", mappings: STATE },
      { field: "reason", title: "Reason", width: 120 },
      { field: "sensor", title: "Worst sensor", width: 140 },
      { field: joined("alertname"), title: "Firing alerts", width: 210 },
      { field: "Value #F", title: "Events", width: 65, unit: "none", decimals: 0 },
    ],
    {
      rows: { by: ["host"], label: "alertname", query: "E" },
      joinedBy: "host",
      hide: ["site", "room", "row", "Value #A", "Value #C", "Value #D"],
      sort: { by: "Value #B", descending: true },
    },
  ),
});

const floorOf = (spec: Pick<Spec, "title" | "description" | "unit" | "steps" | "mappings">, series: string): Tile =>
  table({
    ...spec,
    width: 24,
    height: 24,
    decimals: 0,
    empty: "no hosts in racks",
    repeat: "room",
    queries: [{ expr: valueByPlace(series) }],
    mappings: [FREE_UNIT, ...(spec.mappings ?? [NO_DATA])],
    links: [toRackOfColumn],
    ...rackMatrix,
  });

const floor = [
  floorOf(
    {
      title: "Floor $room: state",
      description:
        "Racks side by side, top unit first, with the worst state of each host: ▲ warning, ■ critical, × unreachable, – off, ? not known. Empty: no host has its lowest unit here. A click opens the rack.",
      unit: "none",
      mappings: STATE_SIGN,
    },
    `(${worstState(atRack)})`,
  ),
  floorOf(
    {
      title: "Floor $room: inlet air",
      description:
        "Racks side by side, top unit first, with the inlet air of each host in °C. A dash: no inlet sensor. Hot at the top is recirculation, hot over a whole column is the supply air of that rack.",
      unit: "none",
      steps: TEMPERATURE,
    },
    `bmc_temperature_celsius${atRack('role="inlet"')}`,
  ),
];

const thermal = [
  history({
    title: "Inlet air by rack",
    description: "95th percentile of the inlet air of each rack: 95% of its hosts have this temperature or less.",
    unit: "celsius",
    width: 12,
    height: 18,
    queries: [
      {
        expr: inNaturalOrder(`quantile by (${RACK}) (0.95, bmc_temperature_celsius${atRack('role="inlet"')})`),
        legend: "{{room}} {{rack}}",
      },
    ],
    decimals: 1,
    steps: TEMPERATURE,
    links: [toRack("series")],
  }),
  bars({
    title: "Nearest to their limit",
    description:
      "The ten hosts with a temperature closest to its upper critical limit, as a share of it. Needs the rules of alerts/.",
    unit: "percentunit",
    width: 12,
    height: 18,
    queries: [{ expr: `sort_desc(topk(10, ${shareOfLimit(at)}))`, legend: "{{host}} {{sensor}}" }],
    decimals: 0,
    min: 0,
    max: 1,
    steps: SHARE,
    links: [toHost("series")],
  }),
  heatmap({
    title: "Inlet air by place over time",
    description:
      "Each row is a host, by rack and position. A cooling failure looks like a bright wedge: it starts in one place and spreads.",
    unit: "celsius",
    width: 24,
    height: 14,
    queries: [{ expr: inletByPlace("room", "rack", "position"), legend: "{{place}}" }],
    decimals: 1,
    min: 15,
    max: 40,
  }),
];

const power = [
  bars({
    title: "Power against budget",
    description:
      "Power of each rack as a share of its configured budget. 80% is the usual rule for continuous load. Needs the rules of alerts/.",
    unit: "percentunit",
    width: 12,
    height: 8,
    empty: "no budgets are configured",
    queries: [{ expr: `sort_desc(rack:bmc_power_consumption:budget_ratio${at()})`, legend: "{{room}} {{rack}}" }],
    decimals: 0,
    min: 0,
    max: 1,
    steps: steps(COLOURS.ok, [0.8, COLOURS.warning], [0.95, COLOURS.critical]),
    links: [toRack("series")],
  }),
  lines({
    title: "Power by rack",
    description: "Sum of the power that the hosts of each rack report. Needs the rules of alerts/.",
    unit: "watt",
    width: 12,
    height: 8,
    queries: [{ expr: `rack:bmc_power_consumption_watts:sum${at()}`, legend: "{{room}} {{rack}}" }],
    min: 0,
    links: [toRack("series")],
  }),
];

const parts = [
  table({
    title: "Parts not ok",
    description: "Power supplies, fans, drives and memory that are not ok, one row per sensor with all its states.",
    unit: "none",
    width: 24,
    height: 9,
    empty: "none reported",
    queries: [{ expr: notOk(at, "power_supply|power_unit|fan|cooling_device|drive|memory") }],
    ...columns(
      [
        ...HOST_COLUMNS,
        { field: "sensor", title: "Sensor", width: 160 },
        { field: "kind", title: "Kind", width: 120 },
        { field: joined("state"), title: "States", width: 255 },
        { field: LARGEST, title: "Health", width: 140, unit: "none", mappings: HEALTH },
      ],
      {
        rows: { by: ["host", "rack", "position", "sensor", "id", "kind"], label: "state" },
        hide: ["id"],
        sort: { by: LARGEST, descending: true },
      },
    ),
  }),
  table({
    title: "DIMMs with errors",
    description:
      "Memory errors of the last 24 hours by DIMM. One record often stands for a limit that was exceeded, not for one error.",
    unit: "none",
    width: 12,
    height: 9,
    empty: "none reported",
    queries: [{ expr: `${increaseInADay(`bmc_dimm_errors_total${at()}`)} > 0` }],
    ...columns(
      [
        ...HOST_COLUMNS,
        { field: "dimm", title: "DIMM", width: 70 },
        { field: "kind", title: "Kind", width: 75 },
        { field: "Value", title: "Errors", width: 60, unit: "none", decimals: 0 },
      ],
      { hide: ["site", "room", "row"], sort: { by: "Value", descending: true } },
    ),
  }),
  table({
    title: "Firmware by model",
    description: "Number of hosts by manufacturer, product and firmware, as the BMC reports them.",
    unit: "none",
    width: 12,
    height: 9,
    steps: PLAIN,
    queries: [{ expr: `count by (manufacturer, product, firmware) (bmc_info${at()})` }],
    ...columns(
      [
        { field: "manufacturer", title: "Manufacturer", width: 140 },
        { field: "product", title: "Product", width: 150 },
        { field: "firmware", title: "Firmware", width: 100 },
        { field: "Value", title: "Hosts", width: 60, unit: "none", decimals: 0 },
      ],
      { sort: { by: "product", descending: false } },
    ),
  }),
];

/** dashboards/bmc-fleet.json: which hosts need attention? */
export const fleet = (): Dashboard =>
  board({
    uid: UID.fleet,
    title: "BMC / Fleet",
    description: "The state of all hosts. Links lead to racks and hosts.",
    variables: place(),
    sections: [
      { question: "How many hosts are not ok?", tiles: counts },
      { question: "Which racks?", tiles: [racks] },
      { question: "Which hosts?", tiles: [attention] },
      { question: "Where on the floor?", tiles: floor },
      { question: "Where is it hot?", tiles: thermal },
      { question: "Where is power scarce?", tiles: power },
      { question: "Which parts need to be replaced, and which firmware runs?", tiles: parts },
      {
        question: "Which alerts have fired?",
        tiles: [
          timeline({
            title: "Alerts over time",
            description: "Each alert while it fires for at least one host, rack or site. Needs the rules of alerts/.",
            unit: "none",
            width: 24,
            height: 9,
            empty: "no alerts reported in this time range",
            queries: [{ expr: alertRank(at), legend: "{{alertname}}" }],
            mappings: ALERT,
          }),
        ],
      },
    ],
  });
