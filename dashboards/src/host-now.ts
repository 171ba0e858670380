import type { Annotation } from "./board.ts";
import { ALERT, COLOURS, HEALTH, POWER, REACH, REDUNDANCY, STATE, steps } from "./colours.ts";
import { columns, joined, LARGEST } from "./columns.ts";
import { toRack } from "./links.ts";
import { stat, type Tile, table, tiles, timeline } from "./panels.ts";
import { alertRank, FIRING, notKnownUnless, notOk, of, RACK, WATCHDOG, worstState } from "./queries.ts";
import { filled } from "./variables.ts";

/** Identity of the host, from the inventory and the BMC. */
export const identity: readonly Tile[] = [
  table({
    title: "Host",
    description:
      "Identity as the BMC reports it, and place from the inventory. The address links to the web interface of the BMC.",
    unit: "none",
    width: 24,
    height: 4,
    queries: [
      { expr: `max by (host, manufacturer, product, firmware, ipmi_version, protocol) (bmc_info${of()})` },
      { expr: `max by (${RACK}, position, host) (bmc_up${of()})` },
      { expr: `max without (${RACK}, position, instance, job, pod, endpoint) (bmc_host_info${of()})` },
    ],
    ...columns(
      [
        { field: "host", title: "Host", width: 90 },
        { field: "manufacturer", title: "Manufacturer", width: 120 },
        { field: "product", title: "Product", width: 130 },
        { field: "firmware", title: "Firmware", width: 75 },
        { field: "protocol", title: "Protocol", width: 70 },
        { field: "ipmi_version", title: "IPMI", width: 50 },
        {
          field: "address",
          title: "BMC",
          width: 120,
          links: [{ title: "Web interface of the BMC", url: `https://${filled("__data.fields.address")}/` }],
        },
        { field: "site", title: "Site", width: 50 },
        { field: "room", title: "Room", width: 55 },
        { field: "row", title: "Row", width: 45 },
        { field: "rack", title: "Rack", width: 50, links: [toRack("row")] },
        { field: "position", title: "Position", width: 70 },
      ],
      { joinedBy: "host", hide: ["Value #A", "Value #B", "Value #C"] },
    ),
  }),
];

/** Current state. */
export const now: readonly Tile[] = [
  stat({
    title: "State",
    description: "The worst state of the host.",
    unit: "none",
    width: 5,
    height: 4,
    queries: [{ expr: worstState(of), legend: "State" }],
    mappings: STATE,
  }),
  stat({
    title: "Power",
    description: "Chassis power.",
    unit: "none",
    width: 3,
    height: 4,
    queries: [{ expr: `bmc_power_on${of()}`, legend: "Power" }],
    mappings: POWER,
  }),
  stat({
    title: "BMC",
    description: "Whether the BMC was reachable in the last poll.",
    unit: "none",
    width: 4,
    height: 4,
    queries: [{ expr: `bmc_up${of()}`, legend: "BMC" }],
    mappings: REACH,
  }),
  stat({
    title: "Last success",
    description: "Time since the last successful poll: the age of all values of this host.",
    unit: "s",
    width: 4,
    height: 4,
    decimals: 0,
    steps: steps(COLOURS.ok, [300, COLOURS.warning], [900, COLOURS.critical]),
    queries: [{ expr: `time() - bmc_last_success_timestamp_seconds${of()}`, legend: "Last success" }],
  }),
  tiles({
    title: "Redundancy",
    description: "Redundancy of power supplies and fans, as the board reports it.",
    unit: "none",
    width: 5,
    height: 4,
    empty: "not reported",
    queries: [{ expr: `bmc_redundancy${of()}`, legend: "{{subject}}" }],
    mappings: REDUNDANCY,
  }),
  stat({
    title: "Event log",
    description: "How full the event log is. Most BMCs drop new events when it is full.",
    unit: "percentunit",
    width: 3,
    height: 4,
    decimals: 0,
    steps: steps(COLOURS.ok, [0.8, COLOURS.warning], [1, COLOURS.critical]),
    queries: [{ expr: `bmc_sel_entries${of()} / bmc_sel_capacity_entries${of()}`, legend: "Event log" }],
  }),
  tiles({
    title: "Health by component",
    description: "The worst health of the sensors of each component.",
    unit: "none",
    width: 24,
    height: 4,
    empty: "not known",
    queries: [{ expr: `bmc_health${of('component!="system"')}`, legend: "{{component}}" }],
    mappings: HEALTH,
  }),
];

/** The alerts of the host, by name. */
export const firing: readonly Tile[] = [
  table({
    title: "Firing alerts",
    description: "Alerts of this host that fire now. Needs the rules of alerts/.",
    unit: "none",
    width: 12,
    height: 7,
    empty: "none",
    queries: [
      {
        expr: `max by (alertname, severity, sensor) (ALERTS${of(FIRING)} or label_replace(absent(${WATCHDOG}), "alertname", "not known: rules not loaded", "", ""))`,
      },
    ],
    ...columns(
      [
        { field: "alertname", title: "Alert", width: 200 },
        { field: "severity", title: "Severity", width: 80 },
        { field: "sensor", title: "Sensor", width: 150 },
      ],
      { hide: ["Value"], sort: { by: "severity", descending: false } },
    ),
  }),
  table({
    title: "Failed parts of the poll",
    description:
      "What the last poll could not read, at which stage and why. The series of these parts are absent, and alerts based on them cannot fire.",
    unit: "none",
    width: 12,
    height: 7,
    empty: "none",
    queries: [
      {
        expr: `bmc_failure${of()} or bmc_part_up${of()} == 0 or label_replace(absent(bmc_up${of()}), "part", "not known", "", "")`,
      },
    ],
    ...columns(
      [
        { field: "part", title: "Part", width: 130 },
        { field: "stage", title: "Stage", width: 150 },
        { field: "reason", title: "Reason", width: 150 },
      ],
      { hide: ["host", "site", "room", "row", "rack", "position", "Value"] },
    ),
  }),
];

/** One row for each series, with the value of a label as `what`. */
const what = (series: string, label: string): string => `label_replace(${series}, "what", "$1", "${label}", "(.*)")`;
const finding = (series: string, label: string, kind: string): string =>
  `label_replace(${what(series, label)}, "finding_kind", "${kind}", "", "")`;

/** What is not ok, as the BMC reports it. */
export const wrong: readonly Tile[] = [
  table({
    title: "Sensors not ok",
    description:
      "Sensors that are not ok, one row per sensor with all its states. A sensor without a state is beyond a limit.",
    unit: "none",
    width: 12,
    height: 8,
    empty: "none",
    queries: [{ expr: `${notOk(of)} or ${notKnownUnless(`bmc_sensor_health${of()}`, "sensor")}` }],
    ...columns(
      [
        { field: "sensor", title: "Sensor", width: 115 },
        { field: "kind", title: "Kind", width: 85 },
        { field: joined("state"), title: "States", width: 115 },
        { field: LARGEST, title: "Health", width: 125, unit: "none", mappings: HEALTH },
      ],
      {
        rows: { by: ["sensor", "id", "kind"], label: "state" },
        hide: ["id"],
        sort: { by: LARGEST, descending: true },
      },
    ),
  }),
  table({
    title: "Chassis faults",
    description: "Faults in the chassis status.",
    unit: "none",
    width: 4,
    height: 8,
    empty: "none",
    queries: [
      {
        expr: `max by (fault) (bmc_chassis_fault${of()} == 1 or ${notKnownUnless(`bmc_chassis_fault${of()}`, "fault")})`,
      },
    ],
    ...columns([{ field: "fault", title: "Fault", width: 110 }], { hide: ["Value"] }),
  }),
  table({
    title: "Findings",
    description: "Security findings, expired watchdogs, and quirks of the BMC that the exporter works around.",
    unit: "none",
    width: 8,
    height: 8,
    empty: "none",
    queries: [
      {
        expr: `max by (what, finding_kind) (${finding(`bmc_security_finding${of()} == 1`, "finding", "security")} or ${finding(`bmc_watchdog_expired${of()} == 1`, "use", "watchdog")} or ${finding(`bmc_quirk_active${of()}`, "quirk", "quirk")} or ${finding(notKnownUnless(`bmc_security_finding${of()}`, "finding"), "finding", "security")})`,
      },
    ],
    ...columns(
      [
        { field: "finding_kind", title: "Kind", width: 85 },
        { field: "what", title: "Finding", width: 180 },
      ],
      { hide: ["Value"], sort: { by: "finding_kind", descending: true } },
    ),
  }),
];

/** History of states and alerts. */
export const before: readonly Tile[] = [
  timeline({
    title: "State over time",
    description: "The worst state of the host.",
    unit: "none",
    width: 12,
    height: 6,
    queries: [{ expr: worstState(of), legend: "State" }],
    mappings: STATE,
  }),
  timeline({
    title: "Alerts over time",
    description: "Alerts of this host while they fire. Needs the rules of alerts/.",
    unit: "none",
    width: 12,
    height: 6,
    empty: "no alerts reported in this time range",
    queries: [{ expr: alertRank(of), legend: "{{alertname}}" }],
    mappings: ALERT,
  }),
];

/** Marks in all graphs of the host. */
export const marks: readonly Annotation[] = [
  {
    name: "Firing alerts",
    expr: `max by (alertname, severity) (ALERTS${of(FIRING)})`,
    title: "{{alertname}}",
    colour: COLOURS.critical,
  },
  {
    name: "Power switched",
    expr: `increase(bmc_changes_total${of('change="power_changed"')}[2m]) > 0`,
    title: "power switched on or off",
    colour: COLOURS.off,
  },
];

/** Replaceable parts. */
export const inside: readonly Tile[] = [
  table({
    title: "Parts",
    description: "Replaceable parts with part number and serial number, for the ticket.",
    unit: "none",
    width: 24,
    height: 8,
    empty: "none reported",
    queries: [{ expr: `bmc_fru_info${of()}` }],
    ...columns(
      [
        { field: "fru", title: "Part", width: 170 },
        { field: "manufacturer", title: "Manufacturer", width: 150 },
        { field: "product", title: "Product", width: 200 },
        { field: "part_number", title: "Part number", width: 140 },
        { field: "serial", title: "Serial", width: 160 },
        { field: "asset_tag", title: "Asset tag", width: 100 },
      ],
      { hide: ["host", "site", "room", "row", "rack", "position", "Value"], sort: { by: "fru", descending: false } },
    ),
  }),
];
