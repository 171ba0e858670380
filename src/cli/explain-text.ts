import type {
  AnySensorExplanation,
  HostExplanation,
  LimitExplanation,
  RedfishSensorExplanation,
  SensorExplanation,
} from "../bmc/index.ts";
import { formatDuration } from "../lib/index.ts";
import { HEALTH_WORDS, type RuleOrigin } from "../model/index.ts";

const INDENT = 18;
const line = (what: string, text: string): string => `${what.padEnd(INDENT)}${text}`;
/** A further line of the same topic. */
const more = (text: string): string => line("", text);

/** The lines about the host as a whole. */
export function hostText(host: HostExplanation): string {
  const { controller, session, quirks, problems } = host;
  const lines = [line("host", `${host.host}, BMC ${host.address} port ${host.port}, module ${host.module}`)];
  if (controller) {
    const { manufacturer, manufacturerId, productId, product, firmware, ipmiVersion, redfishVersion } = controller;
    const maker = manufacturerId === undefined ? manufacturer : `${manufacturer} (${manufacturerId})`;
    const version = ipmiVersion === undefined ? `Redfish ${redfishVersion ?? "unknown"}` : `IPMI ${ipmiVersion}`;
    lines.push(line("BMC", `${maker}, product ${productId ?? product ?? "unknown"}, firmware ${firmware}, ${version}`));
  }
  if (session) {
    const suite = session.cipherSuite === undefined ? "" : `, cipher suite ${session.cipherSuite}`;
    lines.push(line("session", `${session.protocol}${suite}, privilege ${session.privilege}`));
  }
  if (host.hostOff) lines.push(line("power", "off: stopped fans and missing voltages are not exported"));
  if (host.discrete) lines.push(line("discrete sensors", discreteText(host.discrete)));
  const names = quirks.map(({ name, meaning, because }) => `${name}: ${meaning}; ${because}`);
  const [first = "none", ...others] = names;
  lines.push(line("quirks", first), ...others.map(more));
  if (host.records > 0 || host.resources === undefined)
    lines.push(line("repository", `${host.records} records${problems.length > 0 ? ", with problems:" : ""}`));
  if (host.resources !== undefined) lines.push(line("resources", `${host.resources} read over Redfish`));
  lines.push(...problems.map(more));
  return lines.join("\n");
}

function discreteText({ policy, because, intervalMs }: NonNullable<HostExplanation["discrete"]>): string {
  if (policy === "every_poll") return `all in every poll${because === undefined ? "" : `, because ${because}`}`;
  return `all when something happened, otherwise each at least every ${formatDuration(intervalMs)}`;
}

/** One line per sensor. */
export function tableText(
  sensors: readonly AnySensorExplanation[],
  excludedBy: (sensor: AnySensorExplanation) => string | undefined,
): string {
  const rows = sensors.map((s) => [
    s.id,
    s.name,
    s.kind,
    s.role ?? "",
    valueText(s),
    s.health === undefined ? "" : HEALTH_WORDS[s.health],
    s.states.map(({ state }) => state).join(" ") || (excludedBy(s) ?? s.noReading ?? ""),
  ]);
  const all = [["ID", "SENSOR", "KIND", "ROLE", "VALUE", "HEALTH", "STATES, OR WHY NO VALUE"], ...rows];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  return all
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function valueText({ value, unit }: AnySensorExplanation): string {
  return value === undefined ? "" : `${value} ${unit ?? ""}`.trim();
}

interface SensorTextOptions {
  readonly where: (origin: RuleOrigin) => string;
  readonly excludedBy?: string;
}

/** All details of one sensor. */
export function sensorText(sensor: AnySensorExplanation, options: SensorTextOptions): string {
  return "resource" in sensor ? redfishSensorText(sensor, options) : ipmiSensorText(sensor, options);
}

function ipmiSensorText(sensor: SensorExplanation, { where, excludedBy }: SensorTextOptions): string {
  const hexNumber = sensor.number.toString(16).padStart(2, "0");
  const lines = [
    line("sensor", `${sensor.name} (${sensor.id})`),
    line("record", `${sensor.record.id}, ${sensor.record.type}: ${sensor.record.bytes ?? "unknown"}`),
    line("owner", `${sensor.owner}, LUN ${sensor.lun}, sensor number ${hexNumber}h`),
    line("entity", `${sensor.entity} (${sensor.entityName})`),
    line("kind", `${sensor.kind}: sensor type ${sensor.sensorType}, event/reading type ${sensor.eventType}`),
    line("role", roleText(sensor, where)),
    ...sensor.exchanges.map(({ command, response, error }) =>
      line("command", `${command}: ${response ?? ""}${error === undefined ? "" : ` ${error}`}`),
    ),
  ];
  if (sensor.reading) {
    const { raw, eventMessagesEnabled, scanningEnabled, unavailable, stateBits } = sensor.reading;
    const flags = [
      `event messages ${eventMessagesEnabled ? "on" : "off"}`,
      `scanning ${scanningEnabled ? "on" : "off"}`,
      `reading ${unavailable ? "unavailable" : "available"}`,
    ];
    lines.push(line("reading", `raw ${raw} (0x${raw.toString(16).padStart(2, "0")}), ${flags.join(", ")}`));
    lines.push(line("state bits", stateBits));
  }
  lines.push(...conversionLines(sensor));
  lines.push(line("value", sensor.noReading === undefined ? valueText(sensor) || "none: discrete" : "none"));
  if (sensor.noReading !== undefined) lines.push(line("no sample", excludedBy ?? sensor.noReading));
  lines.push(...limitLines(sensor));
  for (const { state, severity, rule } of sensor.states)
    lines.push(line("state", `${state}: ${severity} (${rule ? where(rule) : "built in"})`));
  const health = sensor.health === undefined ? "" : `${sensor.health} ${HEALTH_WORDS[sensor.health]}: `;
  lines.push(line("health", `${health}${sensor.healthWhy}`));
  return lines.join("\n");
}

/** The element of the resource as received, with its limits and what follows from them. */
function redfishSensorText(sensor: RedfishSensorExplanation, { where, excludedBy }: SensorTextOptions): string {
  const { uri, pointer, fragment } = sensor.resource;
  const json = fragment === undefined ? ["not found"] : JSON.stringify(fragment, undefined, 2).split("\n");
  const lines = [
    line("sensor", `${sensor.name} (${sensor.id})`),
    line("resource", pointer === "" ? uri : `${uri}#${pointer}`),
    ...json.slice(0, MOST_JSON_LINES).map((text, i) => (i === 0 ? line("JSON", text) : more(text))),
    ...(json.length > MOST_JSON_LINES
      ? [more(`... (${json.length - MOST_JSON_LINES} more lines; --json prints all)`)]
      : []),
    line("entity", `${sensor.entity} (${sensor.entityName})`),
    line("kind", sensor.kind),
    line("role", roleText(sensor, where)),
    line("value", sensor.noReading === undefined ? valueText(sensor) || "none: discrete" : "none"),
  ];
  const noSample = excludedBy ?? sensor.noReading;
  if (noSample !== undefined) lines.push(line("no sample", noSample));
  for (const { name, value, property, received } of sensor.limits) {
    const source = property === undefined ? "" : `, from ${property}${received === value ? "" : ` ${received}`}`;
    lines.push(line("limit", `${name} ${value} ${sensor.unit ?? ""}`.trimEnd() + source));
  }
  for (const { state } of sensor.states) lines.push(line("state", state));
  const health = sensor.health === undefined ? "" : `${sensor.health} ${HEALTH_WORDS[sensor.health]}: `;
  lines.push(line("health", `${health}${sensor.healthWhy}`));
  return lines.join("\n");
}

const MOST_JSON_LINES = 60;

function roleText({ role, roleRule }: AnySensorExplanation, where: SensorTextOptions["where"]): string {
  return `${role ?? "none"} (${roleRule ? where(roleRule) : "no rule matches"})`;
}

function conversionLines({ conversion }: SensorExplanation): string[] {
  if (!conversion) return [];
  const { format, m, b, bExponent, rExponent, linearisation, formula, unit, base } = conversion;
  const factors = `M ${m}, B ${b}, B exponent ${bExponent}, R exponent ${rExponent}`;
  const lines = [line("conversion", `${factors}, ${linearisation}, raw is ${format.replaceAll("_", " ")}`)];
  if (formula !== undefined) lines.push(more(`${formula} ${unit}`));
  if (base !== undefined) lines.push(more(`in the base unit: ${base}`));
  return lines;
}

function limitLines({ limits, hysteresis, unit }: SensorExplanation): string[] {
  const lines = limits.map((limit) => line("limit", limitText(limit, unit)));
  if (hysteresis) {
    const { support, positive, negative, from } = hysteresis;
    lines.push(
      line("hysteresis", `${support}, positive ${positive}, negative ${negative} raw, from ${fromText(from)}`),
    );
  }
  return lines;
}

function limitText({ name, raw, value, from, rearm }: LimitExplanation, unit: string | undefined): string {
  const rawText = raw === undefined ? "" : ` (raw ${raw}h)`;
  const hysteresis = rearm === undefined ? "" : `; once crossed, until ${rearm}`;
  return `${name} ${value} ${unit ?? ""}${rawText}, from ${fromText(from)}${hysteresis}`;
}

const fromText = (from: string): string => (from === "record" ? "the record" : from);
