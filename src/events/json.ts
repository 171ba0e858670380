import type { HostEvent, SelEvent } from "../model/index.ts";

const iso = (epochMs: number | undefined): string | undefined =>
  epochMs === undefined ? undefined : new Date(epochMs).toISOString();

/** An event as one line of JSON, without the end of the line. Keys without a value are omitted. */
export function eventJson(event: HostEvent): string {
  const { id, host, place, seenAt, severity, text, type } = event;
  const { site, room, row, rack, position } = place;
  const common = { id, seen: iso(seenAt), type, host, site, room, row, rack, position, severity };
  if (event.type === "sel") return JSON.stringify({ ...common, ...recordFields(event), text, ...identityOf(event) });
  if (event.type === "trap") {
    const { trap, entry, entity } = event;
    const { kind, event: what, direction, sensor, sensorNumber } = entry ?? {};
    const fields = { kind, event: what, direction, sensor: sensor || undefined, sensor_number: sensorNumber, entity };
    const variables =
      trap.variables.length === 0 ? undefined : trap.variables.map(({ oid, value }) => `${oid} = ${value}`);
    const own = { confirmed: false, trap: trap.kind, oid: trap.oid, received: iso(trap.receivedAt), variables };
    return JSON.stringify({ ...common, ...own, ...fields, text });
  }
  const { change, from, to, sensors, sensorCount } = event;
  return JSON.stringify({ ...common, event: change, from, to, sensors, sensor_count: sensorCount, text });
}

function recordFields({ entry, timeStatus, clockOffsetSeconds, historical }: SelEvent) {
  const { time, relativeSeconds, kind, event, direction, sensor, sensorNumber, dimm } = entry;
  return {
    time: iso(time),
    time_status: timeStatus,
    seconds_since_start: relativeSeconds,
    clock_offset_seconds: clockOffsetSeconds,
    kind,
    event,
    direction,
    sensor: sensor === "" ? undefined : sensor,
    sensor_number: sensorNumber,
    dimm,
    historical: historical || undefined,
  };
}

/** A record id of IPMI stays a number. That of Redfish may be any text, so it has a key of its own. */
function identityOf({ entry: { id, raw } }: SelEvent) {
  return raw === undefined ? { entry_id: id } : { record_id: Number(id), raw };
}
