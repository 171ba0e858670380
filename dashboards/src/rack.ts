import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { board } from "./board.ts";
import { COLOURS, NO_DATA, POWER, SHARE, STATE, steps, TEMPERATURE, WARNING_IF_ANY } from "./colours.ts";
import { CELL, columns } from "./columns.ts";
import { toHost, UID } from "./links.ts";
import { bars, heatmap, lines, table, timeline } from "./panels.ts";
import { at, atRack, FIRING, inletByPlace, RACK, shareOfLimit, worstState } from "./queries.ts";
import { place } from "./variables.ts";

/** Height of a rack in units; hosts above it are shown, too. */
const UNITS = 42;

/** One series per rack unit. PromQL can only create constant series one by one. */
const everyUnit = Array.from(
  { length: UNITS },
  (_, index) => `label_replace(vector(0), "position", "${String(index + 1).padStart(2, "0")}", "", "")`,
).join(" or ");

/** Adds the label `unit`, the row of the elevation. Several hosts may share a position, e.g. in a twin chassis. */
const row = (series: string): string => `label_join(${series}, "unit", "/", "position", "host")`;
const cell = (series: string): string => `max by (unit) (${row(series)})`;

const elevation = table({
  title: "$rack",
  description:
    "The elevation of the rack, one row per unit, top first. A host is in the row of its lowest unit. A row without a host is free, or part of the host below.",
  unit: "none",
  width: 12,
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
    { expr: `count by (unit) (${row(`bmc_sensor_health${at()} >= 1`)})` },
    { expr: `count by (unit) (${row(`ALERTS${at(`${FIRING}, host!=""`)}`)})` },
  ],
  ...columns(
    [
      { field: "position", title: "Unit", width: 45 },
      { field: "host", title: "Host", width: 120, links: [toHost("row")] },
      { field: "Value #B", title: "State", width: 130, unit: "none", mappings: STATE },
      { field: "Value #C", title: "Inlet", width: 70, unit: "celsius", decimals: 0, steps: TEMPERATURE },
      { field: "Value #D", title: "Power", width: 75, unit: "watt", decimals: 0 },
      { field: "Value #E", title: "Of limit", width: 70, unit: "percentunit", decimals: 0, steps: SHARE },
      { field: "Value #F", title: "Not ok", width: 60, unit: "none", decimals: 0, steps: WARNING_IF_ANY },
      { field: "Value #G", title: "Alerts", width: 60, unit: "none", decimals: 0, steps: WARNING_IF_ANY },
    ],
    { joined: "unit", hide: ["unit", "Value #A"], sort: { by: "unit", descending: true } },
  ),
});

const matrix = table({
  title: "Inlets, racks side by side",
  description:
    "Inlet temperature by unit and rack. High values at the top indicate recirculation, a hot column indicates the air supply of that rack.",
  unit: "celsius",
  width: 12,
  height: 18,
  decimals: 0,
  steps: TEMPERATURE,
  queries: [{ expr: `max by (rack, position) (bmc_temperature_celsius${atRack('role="inlet"')})` }],
  transformations: [
    {
      id: "groupingToMatrix",
      options: { columnField: "rack", rowField: "position", valueField: "Value", emptyValue: "null" },
    },
    { id: "sortBy", options: { fields: {}, sort: [{ field: "position\\rack", desc: true }] } },
  ],
  overrides: [
    { pattern: "/.*/", set: [CELL, { id: "custom.width", value: 75 }] },
    {
      name: "position\\rack",
      set: [
        { id: "custom.cellOptions", value: { type: "auto" } },
        { id: "custom.width", value: 60 },
        { id: "displayName", value: "Unit" },
        { id: "unit", value: "string" },
      ],
    },
  ],
  mappings: [NO_DATA],
});

const overTime = heatmap({
  title: "Inlets over time",
  description:
    "Each row is a place, by rack and unit. A cooling fault appears as a bright wedge that begins in one place and spreads.",
  unit: "celsius",
  width: 12,
  height: 18,
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
    title: "Spread of the inlets",
    description:
      "95th, 50th and 5th percentile of all inlets chosen. A band that widens is air that does not reach everybody.",
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
    description: "Hosts with the hottest inlets.",
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
    description: "Hosts with the coldest inlets. Much colder than the others means wasted air or a faulty sensor.",
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
      "Sum of the power consumption that the hosts of each rack report. The dashed line is the budget in the configuration.",
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
    description: "80 % is the usual limit for continuous load on a branch circuit; at 95 % the breaker may trip.",
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

/** dashboards/bmc-rack.json: the elevation, temperatures and power of racks. */
export const rack = (): Dashboard =>
  board({
    uid: UID.rack,
    title: "BMC / Racks",
    description: "Elevation, temperatures and power of racks. Select only a few racks: each has its own elevation.",
    variables: place(),
    sections: [
      { question: "Which hosts are in the rack, and in which state?", tiles: [elevation] },
      { question: "Where is it hot?", tiles: [matrix, overTime] },
      { question: "How even are the inlet temperatures?", tiles: spread },
      { question: "How much power is left?", tiles: power },
      {
        question: "Which hosts were powered off?",
        tiles: [
          timeline({
            title: "Power of the hosts",
            description: "Chassis power of each host. A gap means that the BMC did not report it.",
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
