import { ALERT, COLOURS, HEALTH, POWER, REACH, REDUNDANCY, STATE, steps, WARNING_IF_ANY } from "./colours.ts";
import { columns } from "./columns.ts";
import { toRack } from "./links.ts";
import { stat, type Tile, table, tiles, timeline } from "./panels.ts";
import { alertRank, COMPONENTS, of, RACK, worstState } from "./queries.ts";
import { filled } from "./variables.ts";

/** Identity of the host, from the inventory and the BMC. */
export const identity: readonly Tile[] = [
  table({
    title: "Host",
    description:
      "Identity that the BMC reports, and place in the inventory. The address links to the web page of the BMC.",
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
        { field: "host", title: "Host", width: 140 },
        { field: "manufacturer", title: "Manufacturer", width: 170 },
        { field: "product", title: "Product", width: 200 },
        { field: "firmware", title: "Firmware", width: 90 },
        { field: "protocol", title: "Protocol", width: 80 },
        { field: "ipmi_version", title: "IPMI", width: 60 },
        {
          field: "address",
          title: "BMC",
          width: 220,
          links: [{ title: "Web page of the BMC", url: `https://${filled("__data.fields.address")}/` }],
        },
        { field: "site", title: "Site", width: 80 },
        { field: "room", title: "Room", width: 80 },
        { field: "row", title: "Row", width: 60 },
        { field: "rack", title: "Rack", width: 80, links: [toRack("row")] },
        { field: "position", title: "Unit", width: 60 },
      ],
      { joined: "host", hide: ["Value #A", "Value #B", "Value #C"] },
    ),
  }),
];

/** Current state of the host. */
export const now: readonly Tile[] = [
  stat({
    title: "State",
    description: "Worst known state of the host.",
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
    description: "Whether the last poll reached the BMC.",
    unit: "none",
    width: 4,
    height: 4,
    queries: [{ expr: `bmc_up${of()}`, legend: "BMC" }],
    mappings: REACH,
  }),
  stat({
    title: "Last reached",
    description: "Time since the last poll that reached the BMC: the age of all values on this dashboard.",
    unit: "s",
    width: 4,
    height: 4,
    decimals: 0,
    steps: steps(COLOURS.ok, [300, COLOURS.warning], [900, COLOURS.critical]),
    queries: [{ expr: `time() - bmc_last_success_timestamp_seconds${of()}`, legend: "Last reached" }],
  }),
  tiles({
    title: "Redundancy",
    description: "Whether the host survives the failure of another power supply or fan.",
    unit: "none",
    width: 5,
    height: 4,
    empty: "not reported",
    queries: [{ expr: `bmc_redundancy${of()}`, legend: "{{subject}}" }],
    mappings: REDUNDANCY,
  }),
  stat({
    title: "Event log",
    description: "Used share of the event log. A full log drops new events.",
    unit: "percentunit",
    width: 3,
    height: 4,
    decimals: 0,
    steps: steps(COLOURS.ok, [0.8, COLOURS.warning], [1, COLOURS.critical]),
    queries: [{ expr: `bmc_sel_entries${of()} / bmc_sel_capacity_entries${of()}`, legend: "Event log" }],
  }),
  tiles({
    title: "Health by component",
    description: "Worst health of the sensors of each component.",
    unit: "none",
    width: 24,
    height: 4,
    queries: [{ expr: `bmc_health${of('component!="system"')}`, legend: "{{component}}" }],
    mappings: HEALTH,
  }),
];

/** Problems of the host, as the BMC reports them. */
export const wrong: readonly Tile[] = [
  table({
    title: "Sensors not ok",
    description: "Sensors whose health is not ok, one row per state. Sensors without a state have crossed a limit.",
    unit: "none",
    width: 12,
    height: 8,
    empty: "all sensors are ok",
    queries: [
      {
        expr: `bmc_sensor_state${of()} * on (host, id) group_left () (bmc_sensor_health${of()} >= 1) or on (host, id) bmc_sensor_health${of()} >= 1`,
      },
    ],
    ...columns(
      [
        { field: "sensor", title: "Sensor", width: 180 },
        { field: "id", title: "Id", width: 90 },
        { field: "kind", title: "Kind", width: 130 },
        { field: "state", title: "State", width: 180 },
        { field: "Value", title: "Health", width: 140, unit: "none", mappings: HEALTH },
      ],
      {
        hide: ["host", "site", "room", "row", "rack", "position", "entity", "role"],
        sort: { by: "Value", descending: true },
      },
    ),
  }),
  table({
    title: "Faults and findings",
    description: "Chassis faults, security findings, and quirks of the BMC that the exporter works around.",
    unit: "none",
    width: 6,
    height: 8,
    empty: "none",
    queries: [
      {
        expr: `bmc_chassis_fault${of()} == 1 or bmc_security_finding${of()} == 1 or bmc_quirk_active${of()} or bmc_watchdog_expired${of()} == 1`,
      },
    ],
    ...columns(
      [
        { field: "fault", title: "Fault", width: 100 },
        { field: "finding", title: "Finding", width: 150 },
        { field: "quirk", title: "Quirk", width: 150 },
        { field: "use", title: "Watchdog expired", width: 130 },
      ],
      { hide: ["host", "site", "room", "row", "rack", "position", "Value"] },
    ),
  }),
  table({
    title: "Failed parts of the poll",
    description:
      "Parts that could not be read in the last attempt. Their series are absent, and alerts on them cannot fire.",
    unit: "none",
    width: 6,
    height: 8,
    empty: "no part fails",
    queries: [{ expr: `bmc_failure${of()} or bmc_part_up${of()} == 0` }],
    ...columns(
      [
        { field: "part", title: "Part", width: 100 },
        { field: "stage", title: "Fails at", width: 130 },
        { field: "reason", title: "Reason", width: 130 },
      ],
      { hide: ["host", "site", "room", "row", "rack", "position", "Value"] },
    ),
  }),
];

/** Earlier states of the host. */
export const before: readonly Tile[] = [
  timeline({
    title: "State over time",
    description: "Worst known state of the host.",
    unit: "none",
    width: 12,
    height: 6,
    queries: [{ expr: worstState(of), legend: "State" }],
    mappings: STATE,
  }),
  timeline({
    title: "Alerts over time",
    description: "Alerts of this host while they are firing. Needs the rules of alerts/.",
    unit: "none",
    width: 12,
    height: 6,
    empty: "no alert is firing",
    queries: [{ expr: alertRank(of), legend: "{{alertname}}" }],
    mappings: ALERT,
  }),
];

/** Parts of the host. */
export const inside: readonly Tile[] = [
  table({
    title: "Parts",
    description: "Replaceable parts (FRUs) with part and serial numbers, for tickets.",
    unit: "none",
    width: 16,
    height: 8,
    empty: "no part reports its identity",
    queries: [{ expr: `bmc_fru_info${of()}` }],
    ...columns(
      [
        { field: "fru", title: "Part", width: 180 },
        { field: "manufacturer", title: "Manufacturer", width: 150 },
        { field: "product", title: "Product", width: 200 },
        { field: "part_number", title: "Part number", width: 140 },
        { field: "serial", title: "Serial", width: 160 },
        { field: "asset_tag", title: "Asset tag", width: 100 },
      ],
      { hide: ["host", "site", "room", "row", "rack", "position", "Value"], sort: { by: "fru", descending: false } },
    ),
  }),
  stat({
    title: "Firing alerts",
    description: "Alerts of this host that are firing.",
    unit: "none",
    width: 8,
    height: 8,
    steps: WARNING_IF_ANY,
    queries: [
      {
        expr: `count(ALERTS${of(`alertstate="firing", component=~"${COMPONENTS.join("|")}"`)}) or vector(0)`,
        legend: "Alerts",
      },
    ],
  }),
];
