import { type FailureReason, failureText, PLACE_LABELS, spaced, span, valueText } from "../model/index.ts";
import type { HostData, SensorData } from "../web/index.ts";
import { escapeControls, textTable } from "./text-table.ts";

/** Newest events of a summary. */
const EVENTS = 5;

/** A host for a person: state, what is wrong and what to do, the sensors that are not ok, the newest events. */
export function hostSummary(data: HostData, nowMs: number): string {
  const sections = [head(data), ...failure(data), ...faults(data, nowMs), ...badSensors(data), ...events(data)];
  return `${sections.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function head(data: HostData): string[] {
  const { host, condition, place, address, port, identity, protocol, power, power_watts: watts } = data;
  const where = PLACE_LABELS.flatMap((label) => (place[label] ? `${label} ${place[label]}` : []));
  const maker = [identity?.manufacturer, identity?.product].filter((word) => word).join(" ");
  const facts = [
    `BMC ${address} port ${port}`,
    maker,
    identity?.firmware && `firmware ${identity.firmware}`,
    protocol,
  ].filter((fact) => fact);
  const lines = [`${host}: ${condition}${where.length > 0 ? ` (${where.join(", ")})` : ""}`, facts.join(", ")];
  if (power !== undefined) lines.push(`power ${power}${watts === undefined ? "" : `, ${watts} W`}`);
  if (data.last_known && data.age_seconds !== undefined)
    lines.push(`last known facts, read ${span(data.age_seconds * 1000)} ago`);
  return lines.map(escapeControls);
}

function failure({ failure: reason }: HostData): string[][] {
  if (reason === undefined) return [];
  const text = failureText(reason.reason as FailureReason);
  return [[`${spaced(reason.reason)} at ${spaced(reason.stage)}: ${reason.message}`, text].map(escapeControls)];
}

function faults({ faults: all, up }: HostData, nowMs: number): string[][] {
  if (!up) return [];
  if (all.length === 0) return [["nothing is wrong that is known"]];
  const rows = all.map(({ severity, text, since, alert }) => [
    `  ${spaced(severity)}`,
    text,
    since === undefined ? "" : `since ${span(Math.max(0, nowMs - Date.parse(since)))}`,
    `runbook ${alert}`,
  ]);
  return [["What is wrong", ...textTable(rows)]];
}

function badSensors({ sensors = [], up }: HostData): string[][] {
  const bad = sensors.filter(({ health }) => health !== undefined && health !== "ok");
  const count = sensors.length === 1 ? "1 sensor" : `${sensors.length} sensors`;
  if (sensors.length === 0) return up ? [["the BMC reports no sensor"]] : [];
  if (bad.length === 0) return [[`${count}, none beyond a limit or in a bad state`]];
  return [[`${count}, not ok:`, ...sensorTable(bad).map((line) => `  ${line}`)]];
}

function events({ event_log: log }: HostData): string[][] {
  const newest = (log?.events ?? []).slice(0, EVENTS);
  if (newest.length === 0) return [];
  const rows = newest.map(({ time, severity, sensor, text, direction }) => [
    `  ${time ?? "no time"}`,
    spaced(severity),
    // The text of many records begins with the sensor.
    `${text.startsWith(`${sensor}:`) ? "" : `${sensor}: `}${text}${direction === "deasserted" ? " (deasserted)" : ""}`,
  ]);
  return [["Newest events", ...textTable(rows)]];
}

/** Sensors as lines: name, reading, health, states, limits. */
export function sensorTable(sensors: readonly SensorData[], host?: string): string[] {
  const rows = sensors.map((sensor) => {
    const { name, kind, role, health, states } = sensor;
    const cells = [
      name,
      role ?? kind,
      readingOf(sensor),
      health ?? "",
      states.map(spaced).join(", "),
      limitsOf(sensor),
    ];
    return host === undefined ? cells : [host, ...cells];
  });
  return textTable(rows);
}

function readingOf({ value, no_reading: none, quantity, unit }: SensorData): string {
  if (value !== undefined) return valueText(value, { quantity, unit });
  return none === undefined || none === "not_analog" ? "" : spaced(none);
}

const SHORT: Readonly<Record<string, string>> = {
  lower_non_recoverable: "lnr",
  lower_critical: "lc",
  lower_non_critical: "lnc",
  upper_non_critical: "unc",
  upper_critical: "uc",
  upper_non_recoverable: "unr",
};

function limitsOf({ thresholds = {}, quantity, unit }: SensorData): string {
  return Object.entries(thresholds)
    .map(([name, value]) => `${SHORT[name] ?? name} ${valueText(value, { quantity, unit })}`)
    .join(", ");
}
