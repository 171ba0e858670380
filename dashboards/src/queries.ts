/** The place labels of a rack, outermost first. */
export const RACK = "site, room, row, rack";

const PLACE = 'site=~"$site", room=~"$room", row=~"$row", rack=~"$rack"';

/** A selector for the chosen places: `at('role="inlet"')`. */
export const at = (more = ""): string => `{${more === "" ? "" : `${more}, `}${PLACE}}`;

/** The same for places that are in a rack, and not just anywhere. */
export const atRack = (more = ""): string => at(`${more === "" ? "" : `${more}, `}rack!=""`);

/** A selector for the chosen host. */
export const of = (more = ""): string => `{${more === "" ? "" : `${more}, `}host="$host"}`;

/** A selector for the chosen exporters. */
export const self = (more = ""): string => `{${more === "" ? "" : `${more}, `}job=~"$job", instance=~"$instance"}`;

/** Values of the label `component` of the rules in alerts/. Other alerts are not shown. */
export const COMPONENTS = ["exporter", "fan", "health", "memory", "power", "reach", "sel", "thermal"] as const;

/** Matchers for alerts of these rules that fire now. */
export const FIRING = `alertstate="firing", severity!="none", component=~"${COMPONENTS.join("|")}"`;

/** Always fires if the rules are loaded. */
export const WATCHDOG = `ALERTS{alertname="BmcMonitoringWatchdog", alertstate="firing"}`;

type Selector = (more?: string) => string;

/**
 * The worst state of each host as a number: -1 off, 0 ok, 0.5 not known, 1 warning, 2 critical, 3 non-recoverable,
 * 4 unreachable. The order matters: the last health of an unreachable host is exported until it is stale.
 */
export function worstState(select: Selector): string {
  const health = `bmc_health${select('component="system"')}`;
  return [
    `(bmc_up${select()} == 0) + 4`,
    `${health} > 0`,
    `(bmc_power_on${select()} == 0) - 1`,
    health,
    `bmc_up${select()} * 0 + 0.5`,
  ].join(" or on (host) ");
}

/** A row with the value -1 that says that nothing is known, if the chosen host has none of these series. */
export const notKnownUnless = (series: string, label: string): string =>
  `label_replace((bmc_up${of()} unless on (host) ${series}) * 0 - 1 or absent(bmc_up${of()}) * -1, "${label}", "not known", "", "")`;

/** Severity of each alert that fires: 1 info, 2 warning, 3 critical. */
export function alertRank(select: Selector): string {
  const fires = (severity: string): string =>
    `ALERTS${select(`alertstate="firing", severity="${severity}", component=~"${COMPONENTS.join("|")}"`)}`;
  return `max by (alertname) (${fires("critical")} * 3 or ${fires("warning")} * 2 or ${fires("info")})`;
}

/** Sensors that are not ok, one series for each of their states; the value is the health. */
export function notOk(select: Selector, kinds = ".+"): string {
  const health = `bmc_sensor_health${select(`kind=~"${kinds}"`)} >= 1`;
  const states = `bmc_sensor_state${select(`kind=~"${kinds}", state!~"${PRESENT}"`)}`;
  return `${states} * on (host, id) group_left () (${health}) or on (host, id) ${health}`;
}

/** States that only say that a part is present. */
const PRESENT = "presence_detected|device_present|drive_present";

/** The same as `shareOfLimit`, without the rules: quick enough for one host. */
export function shareOfLimitOfHost(select: Selector): string {
  const limits = `bmc_temperature_threshold_celsius${select('threshold="upper_critical"')} > 0`;
  return `bmc_temperature_celsius${select('role!="margin"')} / on (host, id) group_left () (${limits})`;
}

/** The temperature of each host that is closest to its upper critical limit, recorded by alerts/thermal.yml. */
export const shareOfLimit = (select: Selector): string => `host:bmc_temperature_celsius:highest_limit_ratio${select()}`;

/** Increase of a counter within a day. Counts series that are younger, too. */
export const increaseInADay = (series: string): string => `${series} - (${series} offset 24h or ${series} * 0)`;

/**
 * Adds the label `order`, by which r2 comes before r10: the number in the name of the rack is padded with zeros.
 * Prometheus sorts series by their labels, and "order" comes before "place", "rack" and "room".
 */
export function inNaturalOrder(series: string): string {
  const split = (label: string, group: string, from: string): string =>
    `label_replace(${from}, "${label}", "${group}", "rack", "(.*[^0-9]|)([0-9]+)")`;
  const padded = (zeros: string, digits: string, from: string): string =>
    `label_replace(${from}, "number", "${zeros}$1", "number", "(${digits})")`;
  const parts = split("number", "$2", split("prefix", "$1", series));
  return `label_join(${padded("0", "[0-9][0-9]", padded("00", "[0-9]", parts))}, "order", " ", "room", "row", "prefix", "number", "rack")`;
}

/** The hottest inlet of each place, from the first rack to the last. */
export const inletByPlace = (...labels: readonly string[]): string =>
  `max by (order, position, place) (label_join(${inNaturalOrder(`bmc_temperature_celsius${atRack('role="inlet"')}`)}, "place", " ", ${labels.map((label) => `"${label}"`).join(", ")}))`;
