import type { Dashboard, Threshold, ValueMapping } from "@grafana/grafana-foundation-sdk/dashboard";
import { board } from "./board.ts";
import { COLOURS, FREE_UNIT, NO_DATA, POWER, SHARE, STATE, steps, TEMPERATURE, WARNING_IF_ANY } from "./colours.ts";
import { columns } from "./columns.ts";
import { toHost, UID } from "./links.ts";
import { rackMatrix, valueByPlace } from "./matrix.ts";
import { bars, heatmap, lines, table, timeline } from "./panels.ts";
import { at, atRack, FIRING, inletByPlace, RACK, shareOfLimit, WATCHDOG, worstState } from "./queries.ts";
import { chosenRacks } from "./variables.ts";

/** Height of a rack. Hosts above it are shown, too. */
const UNITS = 42;

/** A series for each rack unit. PromQL can only create series one by one. */
const everyUnit = Array.from(
  { length: UNITS },
  (_, index) => `label_replace(vector(0), "position", "${String(index + 1).padStart(2, "0")}", "", "")`,
).join(" or ");

/** Adds the label `unit`, the row of the elevation. Several hosts can share a position, as in a twin chassis. */
const row = (series: string): string => `label_join(${series}, "unit", "/", "position", "host")`;
/** Value of each host; NaN if it is not known. */
const cell = (series: string): string =>
  `max by (unit) (${row(series)}) or on (unit) max by (unit) (${row(`bmc_up${at()}`)}) * NaN`;

const hosts = `max by (unit) (${row(`bmc_up${at()}`)})`;
const unknown = `${hosts} * NaN`;
/** No alerts, if the rules are loaded. */
const none = `(${hosts} * 0 and on () ${WATCHDOG}) or on (unit) ${unknown}`;

/** A number; free units are empty, and a dash stands for a value that is not known. */
const shown = (unit: string, of: readonly Threshold[]) => ({
  unit,
  decimals: 0,
  steps: of,
  mappings: [FREE_UNIT, NO_DATA],
});
const CLEAR = steps("transparent");
/** A free unit has no text. */
const BLANK: readonly ValueMapping[] = [FREE_UNIT];

const elevation = table({
  title: "$rack",
  description:
    "The rack from top to bottom, a row for each unit. A host is in the row of its lowest unit. A row without a host is free, or part of the host below. A dash: the value is not known.",
  unit: "none",
  width: 24,
  height: 42,
  repeat: "rack",
  queries: [
    {
      expr: `max by (unit, host, position) (${row(`bmc_up${at()}`)}) or ${row(`(${everyUnit}) unless on (position) bmc_up${at()}`)}`,
    },
    { expr: cell(worstState(at)) },
    { expr: cell(`bmc_temperature_celsius${at('role="inlet"')}`) },
    { expr: cell(`bmc_power_consumption_watts${at('statistic="current"')}`) },
    { expr: cell(shareOfLimit(at)) },
    { expr: `sum by (unit) (${row(`bmc_sensor_health${at()} >= bool 1`)}) or on (unit) ${unknown}` },
    { expr: `count by (unit) (${row(`ALERTS${at(`${FIRING}, host!=""`)}`)}) or on (unit) ${none}` },
  ],
  ...columns(
    [
      { field: "position", title: "Position", width: 75, mappings: BLANK },
      { field: "host", title: "Host", width: 150, links: [toHost("row")], mappings: BLANK },
      { field: "Value #B", title: "State", width: 150, unit: "none", mappings: [FREE_UNIT, ...STATE] },
      { field: "Value #C", title: "Inlet air", width: 100, ...shown("celsius", TEMPERATURE) },
      { field: "Value #D", title: "Power", width: 100, ...shown("watt", CLEAR) },
      { field: "Value #E", title: "Of limit", width: 100, ...shown("percentunit", SHARE) },
      { field: "Value #F", title: "Sensors not ok", width: 120, ...shown("none", WARNING_IF_ANY) },
      { field: "Value #G", title: "Alerts", width: 90, ...shown("none", WARNING_IF_ANY) },
    ],
    { joinedBy: "unit", hide: ["unit", "Value #A"], sort: { by: "unit", descending: true } },
  ),
});

const matrix = table({
  title: "Inlet air, racks side by side",
  description:
    "Inlet air by position and rack. Hot at the top is recirculation, hot over a whole column is the supply air of that rack.",
  unit: "celsius",
  width: 24,
  height: 14,
  decimals: 0,
  steps: TEMPERATURE,
  queries: [{ expr: valueByPlace(`bmc_temperature_celsius${atRack('role="inlet"')}`) }],
  mappings: [FREE_UNIT, NO_DATA],
  ...rackMatrix,
});

const overTime = heatmap({
  title: "Inlet air over time",
  description:
    "Each row is a host, by rack and position. A cooling failure looks like a bright wedge: it starts in one place and spreads.",
  unit: "celsius",
  width: 24,
  height: 14,
  decimals: 1,
  min: 15,
  max: 40,
  queries: [{ expr: inletByPlace("rack", "position"), legend: "{{place}}" }],
});

const inlet = `bmc_temperature_celsius${atRack('role="inlet"')}`;
const quantile = (share: string): string => `quantile(${share}, ${inlet})`;
const quiet = (colour: string): { id: string; value: unknown } => ({
  id: "color",
  value: { mode: "fixed", fixedColor: colour },
});

const spread = [
  lines({
    title: "Spread of the inlet air",
    description:
      "95th, 50th and 5th percentile of the inlet air of the chosen racks. A widening band means that some hosts get too little cold air.",
    unit: "celsius",
    width: 12,
    height: 9,
    decimals: 1,
    queries: [
      { expr: quantile("0.95"), legend: "95 %" },
      { expr: quantile("0.5"), legend: "50 %" },
      { expr: quantile("0.05"), legend: "5 %" },
    ],
    overrides: [
      {
        name: "95 %",
        set: [quiet("#d7191c"), { id: "custom.fillBelowTo", value: "5 %" }, { id: "custom.fillOpacity", value: 20 }],
      },
      { name: "50 %", set: [quiet("#767676"), { id: "custom.lineWidth", value: 2 }] },
      { name: "5 %", set: [quiet("#2c7bb6")] },
    ],
  }),
  bars({
    title: "Hottest",
    description: "Hosts with the hottest inlet air.",
    unit: "celsius",
    width: 6,
    height: 9,
    decimals: 1,
    min: 10,
    max: 45,
    steps: TEMPERATURE,
    queries: [{ expr: `sort_desc(topk(8, ${inlet}))`, legend: "{{rack}}-{{position}} {{host}}" }],
    links: [toHost("series")],
  }),
  bars({
    title: "Coldest",
    description:
      "Hosts with the coldest inlet air. Much colder than the others: cold air is wasted, or the sensor is wrong.",
    unit: "celsius",
    width: 6,
    height: 9,
    decimals: 1,
    min: 10,
    max: 45,
    steps: TEMPERATURE,
    queries: [{ expr: `sort(bottomk(8, ${inlet}))`, legend: "{{rack}}-{{position}} {{host}}" }],
    links: [toHost("series")],
  }),
];

const power = [
  lines({
    title: "Power by rack",
    description:
      "Sum of the power that the hosts of each rack report, with the configured budget as a dashed line. Needs the rules of alerts/.",
    unit: "watt",
    width: 12,
    height: 9,
    min: 0,
    queries: [
      { expr: `rack:bmc_power_consumption_watts:sum${at()}`, legend: "{{room}} {{rack}}" },
      { expr: `max by (${RACK}) (bmc_rack_power_budget_watts${at()})`, legend: "{{room}} {{rack}} budget" },
    ],
    overrides: [
      {
        query: "B",
        set: [{ id: "custom.lineStyle", value: { fill: "dash", dash: [8, 6] } }, quiet(COLOURS.critical)],
      },
    ],
  }),
  lines({
    title: "Share of the budget",
    description:
      "80% is the usual rule for the continuous load of a branch circuit. At 95% the breaker may trip. Needs the rules of alerts/.",
    unit: "percentunit",
    width: 12,
    height: 9,
    decimals: 0,
    min: 0,
    empty: "no budgets are configured",
    steps: steps("transparent", [0.8, COLOURS.warning], [0.95, COLOURS.critical]),
    queries: [{ expr: `rack:bmc_power_consumption:budget_ratio${at()}`, legend: "{{room}} {{rack}}" }],
    overrides: [{ query: "A", set: [{ id: "custom.thresholdsStyle", value: { mode: "dashed" } }] }],
  }),
];

/** dashboards/bmc-rack.json: are the hosts of a rack ok? */
export const rack = (): Dashboard =>
  board({
    uid: UID.rack,
    title: "BMC / Racks",
    description: "The hosts of a rack from top to bottom. Each chosen rack has its own panel.",
    variables: chosenRacks(),
    sections: [
      { question: "Which hosts are in the rack, and are they ok?", tiles: [elevation] },
      { question: "Where is it hot?", tiles: [matrix, overTime] },
      { question: "How even is the cooling?", tiles: spread },
      { question: "How much power is left?", tiles: power },
      {
        question: "What powered off?",
        tiles: [
          timeline({
            title: "Power of the hosts",
            description: "Chassis power of each host. A gap: not known.",
            unit: "none",
            width: 24,
            height: 14,
            queries: [
              { expr: `max by (rack, position, host) (bmc_power_on${at()})`, legend: "{{rack}}-{{position}} {{host}}" },
            ],
            mappings: POWER,
            links: [toHost("series")],
          }),
        ],
      },
    ],
  });
