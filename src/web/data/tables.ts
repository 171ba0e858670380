import {
  type FleetEvent,
  type Host,
  type HostRecord,
  ongoingFaults,
  PLACE_LABELS,
  type Place,
  type Sensor,
  THRESHOLD_NAMES,
} from "../../model/index.ts";
import { viewOf } from "../pages/condition.ts";
import type { Cell } from "./csv.ts";
import { type DataPart, eventData, faultData, hostData, sensorData } from "./host-data.ts";

/** The CSV tables. A column is never removed or moved; new ones are added at the end. */

const placeCells = (place: Place): Cell[] => PLACE_LABELS.map((label) => place[label]);

export const HOST_COLUMNS = [
  "host",
  "address",
  ...PLACE_LABELS,
  "condition",
  "health",
  "reason",
  "power",
  "power_watts",
  "last_success",
  "faults",
  "worst_fault",
  "worst_fault_since",
];

const NO_PARTS: ReadonlySet<DataPart> = new Set();

export function hostCells(record: HostRecord, nowMs: number): Cell[] {
  const { host, address, place, condition, health, failure, power, power_watts, last_success, faults } = hostData(
    record,
    {
      parts: NO_PARTS,
      nowMs,
    },
  );
  const [worst] = faults;
  return [
    host,
    address,
    ...placeCells(place),
    condition,
    health,
    failure?.reason,
    power,
    power_watts,
    last_success,
    faults.length,
    worst?.text,
    worst?.since,
  ];
}

export const SENSOR_COLUMNS = [
  "host",
  "sensor",
  "id",
  "entity",
  "kind",
  "role",
  "value",
  "unit",
  "health",
  "states",
  ...THRESHOLD_NAMES,
];

export function sensorCells(host: string, sensor: Sensor): Cell[] {
  const { name, id, entity, kind, role, value, unit, health, states, thresholds = {} } = sensorData(sensor);
  const limits = THRESHOLD_NAMES.map((limit) => thresholds[limit]);
  return [host, name, id, entity, kind, role, value, unit, health, states.join(" "), ...limits];
}

export const FAULT_COLUMNS = ["host", ...PLACE_LABELS, "severity", "subject", "text", "since", "alert"];

/** One row for each fault of a host. */
export function* faultRows(record: HostRecord) {
  const { host } = record;
  for (const fault of ongoingFaults(record)) yield { host: host.name, place: host.place, ...faultData(fault) };
}

export type FaultRow = ReturnType<typeof faultRows> extends Generator<infer Row> ? Row : never;

export const faultCells = ({ host, place, severity, subject, text, since, alert }: FaultRow): Cell[] => [
  host,
  ...placeCells(place),
  severity,
  subject,
  text,
  since,
  alert,
];

export const EVENT_COLUMNS = [
  "host",
  ...PLACE_LABELS,
  "read_at",
  "time",
  "severity",
  "kind",
  "sensor",
  "direction",
  "text",
];

export const eventRow = (event: FleetEvent, { name, place }: Host) => ({
  host: name,
  place,
  read_at: new Date(event.readAt).toISOString(),
  kind: event.kind,
  ...eventData(event),
});

export type EventRow = ReturnType<typeof eventRow>;

export const eventCells = ({
  host,
  place,
  read_at,
  time,
  severity,
  kind,
  sensor,
  direction,
  text,
}: EventRow): Cell[] => [host, ...placeCells(place), read_at, time, severity, kind, sensor, direction, text];

export const conditionOf = (record: HostRecord) => viewOf(record).condition;
