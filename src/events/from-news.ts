import { createHash } from "node:crypto";
import type {
  EventSeverity,
  Host,
  HostChange,
  HostEvent,
  HostNews,
  LogEntry,
  TimeStatus,
  TrapFacts,
} from "../model/index.ts";

/** A record cannot be later than the clock that stamped it. This much is tolerated, because both are read one after the other. */
const AHEAD_MS = 5 * 60_000;
/** IPMI 2.0 was published on this day. An older date comes from a clock that lost its battery. */
const EARLIEST = Date.UTC(2004, 1, 12);

/** The events of one poll of a host, oldest first. */
export function eventsOf(host: Pick<Host, "name" | "place">, news: HostNews): readonly HostEvent[] {
  const { seenAt, clockOffsetSeconds, historical, source, recordsBefore, changesBefore } = news;
  const common = { host: host.name, place: host.place, seenAt };
  const records = news.entries.map((entry, i): HostEvent => {
    const { severity, text } = entry;
    const timeStatus = timeStatusOf(entry, news);
    return {
      id: idOf([source, "sel", recordsBefore + i, entry.raw ?? [entry.id, entry.time, text]]),
      ...common,
      type: "sel",
      severity,
      text,
      entry,
      timeStatus,
      clockOffsetSeconds,
      historical: i < historical,
    };
  });
  const changes = news.changes.map((change, i): HostEvent => {
    const { change: kind, from, to, sensors, sensorCount } = change;
    const id = idOf([source, "change", changesBefore + i, kind, from, to]);
    const details = { change: kind, from, to, sensors, sensorCount };
    return { id, ...common, type: "change", severity: severityOf(change), text: sentenceOf(change), ...details };
  });
  return [...records, ...changes];
}

/** The event of a trap that no record confirmed. */
export function trapEvent(
  host: Pick<Host, "name" | "place">,
  trap: TrapFacts,
  entry: LogEntry | undefined,
  entity: string | undefined,
): HostEvent {
  const what = entry?.text ?? `trap ${trap.oid}${trap.variables.map(({ value }) => ` ${value}`).join("")}`;
  return {
    id: idOf([host.name, "trap", trap, entry?.raw]),
    host: host.name,
    place: host.place,
    seenAt: trap.receivedAt,
    type: "trap",
    severity: entry?.severity ?? "unknown",
    text: `Not confirmed by the event log: ${what}`,
    trap,
    ...(entry && { entry }),
    ...(entity !== undefined && { entity }),
  };
}

/** 132 bits of a digest. */
function idOf(parts: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64url").slice(0, 22);
}

function timeStatusOf({ time, relativeTime }: LogEntry, { seenAt, clockOffsetSeconds = 0 }: HostNews): TimeStatus {
  if (relativeTime) return "pre_init";
  if (time === undefined) return "unspecified";
  const now = seenAt + clockOffsetSeconds * 1000;
  return time < EARLIEST || time > now + AHEAD_MS ? "implausible" : "wall_clock";
}

function severityOf({ change }: HostChange): EventSeverity {
  return change === "board_replaced" || change === "sensor_vanished" ? "warning" : "ok";
}

function sentenceOf({ change, from, to, sensors = [], sensorCount = sensors.length }: HostChange): string {
  const more = sensorCount > sensors.length ? ` and ${sensorCount - sensors.length} more` : "";
  const names = `${sensorCount} ${sensorCount === 1 ? "sensor" : "sensors"}: ${sensors.join(", ")}${more}`;
  switch (change) {
    case "board_replaced":
      return `Board replaced: was ${from}, is ${to}`;
    case "firmware_changed":
      return `Firmware of the BMC changed from ${from} to ${to}`;
    case "power_changed":
      return `Power switched ${to}`;
    case "sensor_appeared":
      return `The BMC has new sensors; ${names}`;
    case "sensor_vanished":
      return `The BMC has lost sensors; ${names}`;
  }
}
