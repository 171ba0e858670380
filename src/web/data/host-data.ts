import {
  type Fru,
  HEALTH_WORDS,
  type HostRecord,
  type HostSnapshot,
  type HostTrail,
  type OngoingFault,
  ongoingFaults,
  type PastEvent,
  type Sensor,
  THRESHOLD_NAMES,
} from "../../model/index.ts";
import { viewOf } from "../pages/condition.ts";

/** Parts of a host that are returned on request, besides its summary. */
export const DATA_PARTS = ["identity", "sensors", "events", "inventory", "polls"] as const;
export type DataPart = (typeof DATA_PARTS)[number];

/** What is needed of a host besides its record. */
export interface HostDataOptions {
  readonly parts: ReadonlySet<DataPart>;
  readonly nowMs: number;
  readonly trail?: HostTrail;
}

const iso = (epochMs: number | undefined): string | undefined =>
  epochMs === undefined ? undefined : new Date(epochMs).toISOString();

/**
 * A host as JSON; what is unknown is absent. Of a host that is down, the parts are those of its last successful poll and
 * `last_known` is true. docs/http.md has the schema.
 */
export function hostData(record: HostRecord, options: HostDataOptions) {
  const { host, snapshot, lastSuccessAt, lastKnown, polls } = record;
  const { condition, health } = viewOf(record);
  const facts = snapshot?.up === true || lastKnown === undefined ? snapshot : lastKnown;
  const isOld = facts !== undefined && facts === lastKnown;
  const readAt = facts?.up === true ? facts.startedAt + facts.durationMs : undefined;
  return {
    host: host.name,
    address: host.address,
    port: host.port,
    module: host.module,
    auth: host.auth,
    place: host.place,
    labels: host.labels,
    condition,
    health: health === undefined ? undefined : HEALTH_WORDS[health],
    up: snapshot?.up ?? false,
    polls,
    protocol: facts?.protocol,
    failure: snapshot?.failure && failureData(snapshot.failure),
    last_success: iso(lastSuccessAt),
    read_at: iso(readAt),
    age_seconds: readAt === undefined ? undefined : Math.max(0, Math.round((options.nowMs - readAt) / 100) / 10),
    last_known: isOld ? true : undefined,
    power: facts?.chassis && (facts.chassis.powerOn ? "on" : "off"),
    power_watts: facts?.consumption?.currentWatts,
    faults: ongoingFaults(record).map(faultData),
    ...partsData(facts, options),
  };
}

export type HostData = ReturnType<typeof hostData>;

function partsData(facts: HostSnapshot | undefined, { parts, trail }: HostDataOptions) {
  return {
    identity: parts.has("identity") ? identityData(facts) : undefined,
    parts: parts.has("polls") ? facts?.parts.map(outcomeData) : undefined,
    sensors: parts.has("sensors") ? (facts?.sensors ?? []).map(sensorData) : undefined,
    event_log: parts.has("events") ? eventLogData(facts, trail?.events ?? []) : undefined,
    inventory: parts.has("inventory") ? (facts?.frus ?? []).map(fruData) : undefined,
    recent_polls: parts.has("polls")
      ? trail?.polls.map(({ startedAt, durationMs, failure, failedParts }) => ({
          time: iso(startedAt),
          duration_seconds: durationMs / 1000,
          failure,
          failed_parts: failedParts,
        }))
      : undefined,
  };
}

export const faultData = ({ severity, subject, sensorId, text, since, alert }: OngoingFault) => ({
  severity,
  subject,
  sensor_id: sensorId,
  text,
  since: iso(since),
  alert,
});

const failureData = ({ stage, reason, message }: NonNullable<HostSnapshot["failure"]>) => ({ stage, reason, message });

const outcomeData = ({ part, ok, durationMs, readAt, failure }: HostSnapshot["parts"][number]) => ({
  part,
  ok,
  read_at: iso(readAt),
  duration_seconds: durationMs / 1000,
  failure: failure && failureData(failure),
});

function identityData(facts: HostSnapshot | undefined) {
  const { controller } = facts ?? {};
  return {
    manufacturer: controller?.manufacturer,
    manufacturer_id: controller?.manufacturerId,
    product: controller?.product,
    product_id: controller?.productId,
    firmware: controller?.firmware,
    system_firmware: controller?.systemFirmware,
    ipmi_version: controller?.ipmiVersion,
    redfish_version: controller?.redfishVersion,
    guid: controller?.guid,
    mac: controller?.lan?.mac,
    quirks: facts?.quirks,
  };
}

/** A sensor in base units; `thresholds` has only those that the BMC reports. */
export type SensorData = ReturnType<typeof sensorData>;

export function sensorData({ name, id, entity, kind, role, quantity, unit, ...more }: Sensor) {
  const { value, noReading, thresholds = {}, health, states } = more;
  const limits = THRESHOLD_NAMES.flatMap((limit) =>
    thresholds[limit] === undefined ? [] : [[limit, thresholds[limit]]],
  );
  return {
    name,
    id,
    entity,
    kind,
    role,
    quantity,
    unit: unitOf(quantity, unit),
    value,
    no_reading: value === undefined ? noReading : undefined,
    health: health === undefined ? undefined : HEALTH_WORDS[health],
    states,
    thresholds: limits.length > 0 ? (Object.fromEntries(limits) as Record<string, number>) : undefined,
  };
}

const BASE_UNITS: Readonly<Record<string, string>> = {
  temperature: "celsius",
  fan_speed: "rpm",
  fan_ratio: "ratio",
  voltage: "volts",
  current: "amperes",
  power: "watts",
  energy: "joules",
  humidity: "ratio",
  airflow: "cubic metres per second",
};

const unitOf = (quantity: string | undefined, unit: string | undefined): string | undefined =>
  (quantity && BASE_UNITS[quantity]) ?? unit;

function eventLogData(facts: HostSnapshot | undefined, past: readonly PastEvent[]) {
  const log = facts?.eventLog;
  const fresh = log?.fresh ?? [];
  // The first poll reads the whole log, which is more than is kept afterwards.
  const known = fresh.length > past.length ? [...fresh].reverse() : past;
  return {
    entries: log?.entries,
    capacity_entries: log?.capacityEntries,
    free_bytes: log?.freeBytes,
    overflow: log?.overflow,
    events: known.map(eventData),
  };
}

export const eventData = ({ time, relativeTime, sensor, direction, severity, text }: PastEvent) => ({
  time: relativeTime ? undefined : iso(time),
  seconds_after_start: relativeTime && time !== undefined ? time / 1000 : undefined,
  severity,
  sensor,
  direction,
  text,
});

const fruData = ({
  name,
  id,
  manufacturer,
  product,
  partNumber,
  serial,
  assetTag,
  version,
  capacityWatts,
  problems,
}: Fru) => ({
  name,
  id,
  manufacturer,
  product,
  part_number: partNumber,
  serial,
  asset_tag: assetTag,
  version,
  capacity_watts: capacityWatts,
  problems: problems.length > 0 ? problems : undefined,
});
