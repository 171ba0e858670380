import { COLOURS, FAULT, SHARE } from "./colours.ts";
import { bars, lines, type Override, type Query, type Tile, timeline } from "./panels.ts";
import { of, shareOfLimitOfHost } from "./queries.ts";

const fixed = (colour: string): { id: string; value: unknown } => ({
  id: "color",
  value: { mode: "fixed", fixedColor: colour },
});

/** Limits: dashed, and not in the legend. */
const dashed: Override = {
  query: "B",
  set: [
    { id: "custom.lineStyle", value: { fill: "dash", dash: [8, 6] } },
    { id: "custom.hideFrom", value: { legend: true, tooltip: false, viz: false } },
    fixed(COLOURS.critical),
  ],
};

interface Graph {
  readonly title: string;
  readonly description: string;
  readonly unit: string;
  readonly queries: readonly Query[];
  readonly overrides?: readonly Override[];
  readonly min?: number;
  readonly decimals?: number;
  readonly empty?: string;
}

const graph = (of: Graph): Tile => lines({ width: 12, height: 9, ...of });

/** Readings of a family, with the limits of the board. */
const withLimits = (of: Omit<Graph, "queries">, reading: string, limit: string): Tile =>
  graph({
    ...of,
    queries: [
      { expr: reading, legend: "{{sensor}} {{id}}" },
      { expr: limit, legend: "{{sensor}} {{id}} {{threshold}}" },
    ],
    overrides: [dashed],
  });

export const temperatures: readonly Tile[] = [
  withLimits(
    {
      title: "Temperatures",
      description: "All temperatures. Dashed: the upper critical limits of the board.",
      unit: "celsius",
      decimals: 1,
    },
    `bmc_temperature_celsius${of('role!="margin"')}`,
    `bmc_temperature_threshold_celsius${of('role!="margin", threshold="upper_critical"')}`,
  ),
  bars({
    title: "Share of the limit",
    description: "Each temperature as a share of its upper critical limit. 100% is critical.",
    unit: "percentunit",
    width: 12,
    height: 9,
    decimals: 0,
    min: 0,
    max: 1,
    steps: SHARE,
    queries: [{ expr: `sort_desc(${shareOfLimitOfHost(of)})`, legend: "{{sensor}} {{id}}" }],
  }),
];

/** Quantile over all hosts with the same product. */
const siblings = (share: string, series: string): string =>
  `quantile(${share}, max by (host) (${series}) and on (host) (bmc_info and on (manufacturer, product) bmc_info${of()}))`;

const against = (title: string, unit: string, family: string, matcher: string): Tile =>
  graph({
    title,
    description: "This host, and in grey the range of 90% of the hosts of the same model.",
    unit,
    queries: [
      { expr: siblings("0.95", `${family}{${matcher}}`), legend: "95 % of the model" },
      { expr: siblings("0.05", `${family}{${matcher}}`), legend: "5 % of the model" },
      { expr: `max by (host) (${family}${of(matcher)})`, legend: "{{host}}" },
    ],
    overrides: [
      {
        name: "95 % of the model",
        set: [
          fixed(COLOURS.off),
          { id: "custom.lineWidth", value: 0 },
          { id: "custom.fillBelowTo", value: "5 % of the model" },
          { id: "custom.fillOpacity", value: 25 },
        ],
      },
      { name: "5 % of the model", set: [fixed(COLOURS.off), { id: "custom.lineWidth", value: 0 }] },
      { query: "C", set: [{ id: "custom.lineWidth", value: 2 }, fixed(COLOURS.ok)] },
    ],
  });

export const model: readonly Tile[] = [
  against("Hottest processor", "celsius", "bmc_temperature_celsius", 'role="cpu"'),
  against("Power drawn", "watt", "bmc_power_consumption_watts", 'statistic="current"'),
];

export const fans: readonly Tile[] = [
  withLimits(
    {
      title: "Fan speeds",
      description: "Fans that report rpm. Dashed: the lower critical limits of the board.",
      unit: "rotrpm",
      min: 0,
      empty: "not reported",
    },
    `bmc_fan_speed_rpm${of()}`,
    `bmc_fan_speed_threshold_rpm${of('threshold="lower_critical"')}`,
  ),
  graph({
    title: "Fan speeds as a share",
    description: "Fans that report a share of their full speed.",
    unit: "percentunit",
    min: 0,
    empty: "not reported",
    queries: [{ expr: `bmc_fan_speed_ratio${of()}`, legend: "{{sensor}} {{id}}" }],
  }),
];

const upper = `bmc_voltage_threshold_volts${of('threshold="upper_critical"')}`;
const lower = `ignoring (threshold) bmc_voltage_threshold_volts${of('threshold="lower_critical"')}`;
const one = "on (host, id) group_left ()";

export const power: readonly Tile[] = [
  graph({
    title: "Power of the host",
    description: "Power of the whole host. Dashed: its power limit, if one is active.",
    unit: "watt",
    min: 0,
    empty: "not reported",
    queries: [
      { expr: `bmc_power_consumption_watts${of()}`, legend: "{{statistic}}" },
      { expr: `bmc_power_limit_watts${of()}`, legend: "limit" },
    ],
    overrides: [dashed],
  }),
  graph({
    title: "Power by sensor",
    description: "Power sensors, usually of the power supplies. Dashed: the capacity of each power supply.",
    unit: "watt",
    min: 0,
    empty: "not reported",
    queries: [
      { expr: `bmc_power_watts${of()}`, legend: "{{sensor}} {{id}}" },
      { expr: `bmc_psu_capacity_watts${of()}`, legend: "{{psu}} capacity" },
    ],
    overrides: [dashed],
  }),
  graph({
    title: "Voltages between their limits",
    description:
      "0% is the middle between the lower and the upper critical limit, 100% is the upper and -100% the lower limit. Voltages without both limits are not shown.",
    unit: "percentunit",
    decimals: 0,
    empty: "not reported",
    queries: [
      {
        expr: `2 * (bmc_voltage_volts${of()} - ${one} ((${upper} + ${lower}) / 2)) / ${one} ((${upper} - ${lower}) > 0)`,
        legend: "{{sensor}} {{id}}",
      },
    ],
  }),
  timeline({
    title: "Power supplies",
    description:
      "Fault: the sensor reports a failure, a predicted failure or no valid input, or is not ok. A gap: not known.",
    unit: "none",
    width: 12,
    height: 9,
    empty: "not reported",
    queries: [
      {
        expr: `max without (state) (bmc_sensor_state${of('kind="power_supply", state=~"failure_detected|predictive_failure|input_.*"')}) or (bmc_sensor_health${of('kind="power_supply"')} >= bool 1)`,
        legend: "{{sensor}} {{id}}",
      },
    ],
    mappings: FAULT,
  }),
];
