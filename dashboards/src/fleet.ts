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
  count("Hosts", "Hosts of the inventory in the chosen places.", `count(bmc_up${at()})`, {
    links: [toBoard(UID.rack, "Racks")],
  }),
  count(
    "Unreachable",
    "BMCs that the last poll did not reach. Their sensors say nothing.",
    `sum(bmc_up${at()} == bool 0)`,
    { steps: steps(COLOURS.ok, [1, COLOURS.unreachable]) },
  ),
  count("Powered off", "Hosts whose chassis power is off.", `sum(bmc_power_on${at()} == bool 0)`, {
    steps: steps(COLOURS.ok, [1, COLOURS.off]),
  }),
  count("Warning", "Hosts whose worst sensor is at warning.", `sum(bmc_health${at('component="system"')} == bool 1)`, {
    steps: WARNING_IF_ANY,
  }),
  count(
    "Critical",
    "Hosts whose worst sensor is critical or worse.",
    `sum(bmc_health${at('component="system"')} >= bool 2)`,
    { steps: CRITICAL_IF_ANY },
  ),
  count(
    "Alerts",
    "Alerts that fire now. Needs the rules of alerts/ in this Prometheus.",
    `count(ALERTS${at(FIRING)}) or vector(0)`,
    { steps: WARNING_IF_ANY },
  ),
];

const racks = tiles({
  title: "Racks by worst state",
  description:
    "A tile for each rack, the worst first, with the worst state of its hosts: unreachable before health before powered off.",
  unit: "none",
  width: 24,
  height: 7,
  queries: [{ expr: `sort_desc(max by (${RACK}) (${worstState(atRack)}))`, legend: "{{room}} {{rack}}" }],
  mappings: STATE,
  links: [toRack("series")],
});

/** Hosts that are not well, or of which an alert that is more than information fires. */
const SICK = `(${worstState(at)}) > 0 or on (host) ALERTS${at(`${FIRING}, severity=~"critical|warning", host!=""`)}`;

const attention = table({
  title: "Hosts needing attention",
  description:
    "Hosts that are unreachable or not ok, or have an alert that is more than information; why, and the critical events of the last 24 hours.",
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
    description: "95th percentile of the inlets of each rack: what all but the hottest of its hosts breathe.",
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
    title: "Nearest to their limit",
    description:
      "Ten temperatures as a share of the upper critical limit the board itself publishes; 100 % is critical.",
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
      "Each row is a place in a rack. A cooling fault is a bright wedge: it begins in one place and spreads.",
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
    description: "What each rack draws of the budget in the configuration; 80 % is the usual rule for continuous load.",
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
    description: "Sum of what the hosts of each rack say they draw, by DCMI or Redfish.",
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
        { field: "state", title: "Says", width: 160 },
        { field: "Value", title: "Health", width: 140, unit: "none", mappings: HEALTH },
      ],
      { hide: ["site", "room", "row", "id", "entity", "role", "kind"], sort: { by: "Value", descending: true } },
    ),
  });

const parts = [
  table({
    title: "DIMMs with errors",
    description:
      "Memory errors of the last 24 hours by DIMM. One record often stands for a crossed threshold, not for one error.",
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
    "Power supplies that are not well, in the words of the BMC.",
    "power_supply|power_unit",
    "all power supplies are well",
  ),
  notOkTable(
    "Fans not ok",
    "Fans that are not well; analog ones without a word are below their limit.",
    "fan|cooling_device",
    "all fans are well",
  ),
];

/** dashboards/bmc-fleet.json: where do I look? */
export const fleet = (): Dashboard =>
  board({
    uid: UID.fleet,
    title: "BMC / Fleet",
    description: "Where do I look? From here down to racks and hosts.",
    variables: place(),
    sections: [
      { question: "How many hosts are not well?", tiles: counts },
      { question: "Which racks?", tiles: [racks] },
      { question: "Which hosts?", tiles: [attention] },
      { question: "Where is it hot?", tiles: thermal },
      { question: "Where does power run short?", tiles: power },
      { question: "Which parts need hands?", tiles: parts },
      {
        question: "What has been firing?",
        tiles: [
          timeline({
            title: "Alerts over time",
            description: "Each alert while it fires for at least one host, rack or site. Needs the rules of alerts/.",
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
        question: "Which firmware runs?",
        tiles: [
          table({
            title: "Firmware by model",
            description: "Hosts by what the BMC says it is: stragglers of an update are short rows of a long model.",
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
