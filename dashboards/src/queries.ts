/** The place labels of a rack, outermost first. */
export const RACK = "site, room, row, rack";

const PLACE = 'site=~"$site", room=~"$room", row=~"$row", rack=~"$rack"';

/** A selector for the selected places: `at('role="inlet"')`. */
export const at = (more = ""): string => `{${more === "" ? "" : `${more}, `}${PLACE}}`;

/** The same, only for hosts that are in a rack. */
export const atRack = (more = ""): string => at(`${more === "" ? "" : `${more}, `}rack!=""`);

/** A selector for the selected host. */
export const of = (more = ""): string => `{${more === "" ? "" : `${more}, `}host="$host"}`;

/** A selector for the selected exporters. */
export const self = (more = ""): string => `{${more === "" ? "" : `${more}, `}job=~"$job", instance=~"$instance"}`;

/** Values of the label `component` in our rules. Other alerts are not shown. */
export const COMPONENTS = ["exporter", "fan", "health", "memory", "power", "reach", "sel", "thermal"] as const;

/** Matchers for our firing alerts. */
export const FIRING = `alertstate="firing", severity!="none", component=~"${COMPONENTS.join("|")}"`;

type Selector = (more?: string) => string;

/**
 * The worst state of each host in one number: -1 off, 0 ok, 1 warning, 2 critical, 3 non-recoverable,
 * 4 unreachable. The order of the `or` operators matters: a silent host keeps its last health until it is stale.
 */
export function worstState(select: Selector): string {
  const health = `bmc_health${select('component="system"')}`;
  return [`(bmc_up${select()} == 0) + 4`, `${health} > 0`, `(bmc_power_on${select()} == 0) - 1`, health].join(
    " or on (host) ",
  );
}

/** The worst of our firing alerts: 1 info, 2 warning, 3 critical. */
export function alertRank(select: Selector): string {
  const fires = (severity: string): string =>
    `ALERTS${select(`alertstate="firing", severity="${severity}", component=~"${COMPONENTS.join("|")}"`)}`;
  return `max by (alertname) (${fires("critical")} * 3 or ${fires("warning")} * 2 or ${fires("info")})`;
}

/** Sensors of some kinds whose health is not ok, one series per state; the value is the health. */
export function notOk(select: Selector, kinds: string): string {
  const health = `bmc_sensor_health${select(`kind=~"${kinds}"`)} >= 1`;
  const states = `bmc_sensor_state${select(`kind=~"${kinds}", state!~"presen.*"`)}`;
  return `${states} * on (host, id) group_left () (${health}) or on (host, id) ${health}`;
}

/** Each temperature as a share of its upper critical limit. Sensors with the role margin measure the distance to a limit. */
export function shareOfLimit(select: Selector): string {
  const limits = `bmc_temperature_threshold_celsius${select('threshold="upper_critical"')} > 0`;
  return `bmc_temperature_celsius${select('role!="margin"')} / on (host, id) group_left () (${limits})`;
}

/** Growth of a counter over a day; also counts series that are younger than a day. */
export const grownInADay = (series: string): string => `${series} - (${series} offset 24h or ${series} * 0)`;

/**
 * The hottest inlet of each place, with one combined label. Grafana sorts series by label name, and sorting by `position`
 * before `rack` would mix the racks in a heatmap.
 */
export const inletByPlace = (...labels: readonly string[]): string =>
  `max by (place) (label_join(bmc_temperature_celsius${atRack('role="inlet"')}, "place", " ", ${labels.map((label) => `"${label}"`).join(", ")}))`;
