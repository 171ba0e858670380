import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { board } from "./board.ts";
import {
  ALERT,
  COLOURS,
  CRITICAL_IF_ANY,
  HEALTH,
  PLAIN,
  SHARE,
  STATE,
  steps,
  TEMPERATURE,
  WARNING_IF_ANY,
} from "./colours.ts";
import { columns } from "./columns.ts";
import { toBoard, toHost, toRack, UID } from "./links.ts";
import { bars, heatmap, history, lines, type Spec, stat, type Tile, table, tiles, timeline } from "./panels.ts";
import {
  alertRank,
  at,
  atRack,
  FIRING,
  grownInADay,
  inletByPlace,
  notOk,
  RACK,
  shareOfLimit,
  worstState,
} from "./queries.ts";
import { place } from "./variables.ts";

const HOST_COLUMNS = [
  { field: "host", title: "Host", width: 150, links: [toHost("row")] },
  { field: "rack", title: "Rack", width: 80, links: [toRack("row")] },
  { field: "position", title: "Unit", width: 60 },
] as const;

/** Host and place, for the queries of tables. */
const H = `${RACK}, position, host`;

const count = (title: string, description: string, expr: string, more: Partial<Spec>): Tile =>
  stat({ title, description, unit: "none", width: 4, height: 4, queries: [{ expr, legend: title }], ...more });

const counts = [
  count("Hosts", "Hosts of the inventory in the selected places.", `count(bmc_up${at()})`, {
    links: [toBoard(UID.rack, "Racks")],
  }),
  count(
    "Unreachable",
    "BMCs that the last poll did not reach. Their sensors have no current values.",
    `sum(bmc_up${at()} == bool 0)`,
    { steps: steps(COLOURS.ok, [1, COLOURS.unreachable]) },
  ),
  count("Powered off", "Hosts whose chassis power is off.", `sum(bmc_power_on${at()} == bool 0)`, {
    steps: steps(COLOURS.ok, [1, COLOURS.off]),
  }),
  count(
    "Warning",
    "Hosts whose worst sensor has the health warning.",
    `sum(bmc_health${at('component="system"')} == bool 1)`,
    {
      steps: WARNING_IF_ANY,
    },
  ),
  count(
    "Critical",
    "Hosts whose worst sensor is critical or non-recoverable.",
    `sum(bmc_health${at('component="system"')} >= bool 2)`,
    { steps: CRITICAL_IF_ANY },
  ),
  count(
    "Alerts",
    "Alerts that are firing. Needs the rules of alerts/ in this Prometheus.",
    `count(ALERTS${at(FIRING)}) or vector(0)`,
    { steps: WARNING_IF_ANY },
  ),
];

const racks = tiles({
  title: "Racks by worst state",
  description:
    "One tile per rack with the worst state of its hosts, worst rack first. Unreachable is worse than any health, powered off is the least.",
  unit: "none",
  width: 24,
  height: 7,
  queries: [{ expr: `sort_desc(max by (${RACK}) (${worstState(atRack)}))`, legend: "{{room}} {{rack}}" }],
  mappings: STATE,
  links: [toRack("series")],
});

/** Hosts that are not ok, or have a firing alert above severity info. */
const SICK = `(${worstState(at)}) > 0 or on (host) ALERTS${at(`${FIRING}, severity=~"critical|warning", host!=""`)}`;

const attention = table({
  title: "Hosts needing attention",
  description:
    "Hosts that are unreachable or not ok, or have a firing alert above severity info, with the reason and the critical events of the last 24 hours.",
  unit: "none",
  width: 24,
  height: 10,
  empty: "all hosts are well",
  queries: [
    { expr: `max by (${H}) (bmc_up${at()} and on (host) (${SICK}))` },
    { expr: `max by (host) ((${worstState(at)}) and on (host) (${SICK}))` },
    { expr: `max by (host, stage, reason) (bmc_failure${at()})` },
    { expr: `count by (host) (ALERTS${at(`${FIRING}, host!=""`)} and on (host) (${SICK}))` },
    {
      expr: `sum by (host) (increase(bmc_sel_events_total${at('severity=~"critical|non_recoverable"')}[24h]) and on (host) (${SICK}))`,
    },
  ],
  ...columns(
    [
      ...HOST_COLUMNS,
      { field: "room", title: "Room", width: 100 },
      { field: "Value #B", title: "State", width: 160, unit: "none", mappings: STATE },
      { field: "stage", title: "Fails at", width: 160 },
      { field: "reason", title: "Reason", width: 160 },
      { field: "Value #D", title: "Alerts", width: 80, unit: "none", decimals: 0 },
      { field: "Value #E", title: "Critical events", width: 130, unit: "none", decimals: 0 },
    ],
    { joined: "host", hide: ["site", "row", "Value #A", "Value #C"], sort: { by: "Value #B", descending: true } },
  ),
});

const thermal = [
  history({
    title: "Inlet by rack",
    description: "95th percentile of the inlet temperatures of each rack.",
    unit: "celsius",
    width: 12,
    height: 10,
    queries: [
      {
        expr: `quantile by (${RACK}) (0.95, bmc_temperature_celsius${atRack('role="inlet"')})`,
        legend: "{{room}} {{rack}}",
      },
    ],
    decimals: 1,
    steps: TEMPERATURE,
    links: [toRack("series")],
  }),
  bars({
    title: "Closest to their limit",
    description:
      "The ten temperatures closest to the upper critical limit of their board, as a share of it; 100 % is critical.",
    unit: "percentunit",
    width: 12,
    height: 10,
    queries: [{ expr: `sort_desc(topk(10, ${shareOfLimit(at)}))`, legend: "{{host}} {{sensor}}" }],
    decimals: 0,
    min: 0,
    max: 1,
    steps: SHARE,
    links: [toHost("series")],
  }),
  heatmap({
    title: "Inlet by place over time",
    description:
      "Each row is a place in a rack. A cooling fault appears as a bright wedge that begins in one place and spreads.",
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
      "Power consumption of each rack as a share of its budget in the configuration; 80 % is the usual limit for continuous load.",
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
    description: "Sum of the power consumption that the hosts of each rack report.",
    unit: "watt",
    width: 12,
    height: 8,
    queries: [{ expr: `rack:bmc_power_consumption_watts:sum${at()}`, legend: "{{room}} {{rack}}" }],
    min: 0,
    links: [toRack("series")],
  }),
];

const notOkTable = (title: string, description: string, kinds: string, empty: string): Tile =>
  table({
    title,
    description,
    unit: "none",
    width: 8,
    height: 9,
    empty,
    queries: [{ expr: notOk(at, kinds) }],
    ...columns(
      [
        ...HOST_COLUMNS,
        { field: "sensor", title: "Sensor", width: 150 },
        { field: "state", title: "State", width: 160 },
        { field: "Value", title: "Health", width: 140, unit: "none", mappings: HEALTH },
      ],
      { hide: ["site", "room", "row", "id", "entity", "role", "kind"], sort: { by: "Value", descending: true } },
    ),
  });

const parts = [
  table({
    title: "DIMMs with errors",
    description:
      "Memory errors of the last 24 hours by DIMM. A record often means that a threshold was crossed, not a single error.",
    unit: "none",
    width: 8,
    height: 9,
    empty: "no memory errors",
    queries: [{ expr: `${grownInADay(`bmc_dimm_errors_total${at()}`)} > 0` }],
    ...columns(
      [
        ...HOST_COLUMNS,
        { field: "dimm", title: "DIMM", width: 100 },
        { field: "kind", title: "Kind", width: 120 },
        { field: "Value", title: "Errors", width: 80, unit: "none", decimals: 0 },
      ],
      { hide: ["site", "room", "row"], sort: { by: "Value", descending: true } },
    ),
  }),
  notOkTable(
    "Power supplies not ok",
    "Power supplies whose health is not ok, with the states that the BMC reports.",
    "power_supply|power_unit",
    "all power supplies are well",
  ),
  notOkTable(
    "Fans not ok",
    "Fans whose health is not ok. Fans without a state are below their limit.",
    "fan|cooling_device",
    "all fans are well",
  ),
];

/** dashboards/bmc-fleet.json: which racks and hosts need attention? */
export const fleet = (): Dashboard =>
  board({
    uid: UID.fleet,
    title: "BMC / Fleet",
    description: "Which racks and hosts need attention? Links lead to racks and hosts.",
    variables: place(),
    sections: [
      { question: "How many hosts have a problem?", tiles: counts },
      { question: "Which racks are affected?", tiles: [racks] },
      { question: "Which hosts are affected?", tiles: [attention] },
      { question: "Where is it hot?", tiles: thermal },
      { question: "Where is power close to its budget?", tiles: power },
      { question: "Which parts need replacing?", tiles: parts },
      {
        question: "Which alerts have been firing?",
        tiles: [
          timeline({
            title: "Alerts over time",
            description:
              "Each alert while it is firing for at least one host, rack or site. Needs the rules of alerts/.",
            unit: "none",
            width: 24,
            height: 9,
            empty: "nothing fires",
            queries: [{ expr: alertRank(at), legend: "{{alertname}}" }],
            mappings: ALERT,
          }),
        ],
      },
      {
        question: "Which firmware is installed?",
        tiles: [
          table({
            title: "Firmware by model",
            description:
              "Number of hosts by model and firmware version. Hosts that missed an update are rows with few hosts of a common model.",
            unit: "none",
            width: 24,
            height: 9,
            steps: PLAIN,
            queries: [{ expr: `count by (manufacturer, product, firmware) (bmc_info${at()})` }],
            ...columns(
              [
                { field: "manufacturer", title: "Manufacturer", width: 250 },
                { field: "product", title: "Product", width: 300 },
                { field: "firmware", title: "Firmware", width: 160 },
                { field: "Value", title: "Hosts", width: 100, unit: "none", decimals: 0 },
              ],
              { sort: { by: "product", descending: false } },
            ),
          }),
        ],
      },
    ],
  });
