import { FAILURE_REASONS, type HostRecord, type Sensor } from "../../src/model/index.ts";
import { failures, full, host, record, sensor, snapshot } from "../exposition/records.ts";
import { unpolled } from "./rig.ts";

const pad = (number: number, digits: number): string => String(number).padStart(digits, "0");

/** A rack-shaped fleet: most hosts are well, some are not. Deterministic. */
export function fleet(count: number, nowMs = Date.now()): HostRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `node${pad(index + 1, count > 999 ? 5 : 3)}`;
    const place = { room: "vil1", rack: `r${pad(Math.floor(index / 40) + 1, 2)}`, position: pad((index % 40) + 1, 2) };
    if (index % 67 === 5) return unpolled(name, { place });
    const at = { startedAt: nowMs - 1000 * (5 + (index % 50)) };
    if (index % 29 === 3) {
      const reason = FAILURE_REASONS[(index * 5) % FAILURE_REASONS.length] ?? "no_answer";
      const failure = {
        stage: "open_session",
        reason,
        message: `${name}: Open Session: no answer after 4 tries`,
      } as const;
      const down = snapshot(name, { ...at, up: false, failure });
      return {
        ...record(down),
        host: host(name, { place }),
        failures: failures({ [reason]: 3 }),
        lastSuccessAt: nowMs - 3_700_000,
      };
    }
    const health = index % 41 === 7 ? 2 : index % 23 === 4 ? 1 : 0;
    const sensors: Sensor[] = (full.snapshot?.sensors ?? []).map((each) =>
      each.health === undefined ? each : { ...each, health: each.id === "20/0/03" ? health : 0 },
    );
    const chassis = full.snapshot?.chassis;
    const well = chassis && { ...chassis, faults: { ...chassis.faults, drive: false, intrusion: false } };
    const up = snapshot(name, { ...full.snapshot, host: name, ...at, chassis: well, sensors });
    return { ...record(up), host: host(name, { place }) };
  });
}

/** A host whose every text tries to break out of the page. */
export function hostile(): HostRecord {
  const evil = `"><script>alert('x')</script>\u202e&amp;\u0000`;
  const bad = sensor("20/0/01", {
    name: evil,
    id: evil,
    entity: evil,
    kind: evil,
    role: evil,
    states: [evil],
    value: 1,
    health: 2,
    quantity: "other",
    unit: evil,
  });
  const at = Date.UTC(2024, 4, 1);
  const of = snapshot(evil, {
    sensors: [bad],
    quirks: [evil],
    controller: { manufacturer: evil, product: evil, firmware: evil },
    frus: [{ name: evil, id: 0, manufacturer: evil, serial: evil, problems: [evil] }],
    parts: [
      {
        part: "sel",
        ok: false,
        durationMs: 1,
        readAt: at,
        failure: { stage: "sel", reason: "timeout", message: evil },
      },
    ],
    eventLog: {
      entries: 1,
      overflow: true,
      fresh: [
        {
          id: "1",
          time: at,
          relativeTime: false,
          kind: evil,
          sensor: evil,
          event: evil,
          direction: "asserted",
          severity: "critical",
          text: evil,
          raw: "00",
        },
      ],
    },
  });
  return {
    ...record(of),
    host: host(evil, {
      address: evil,
      module: evil,
      auth: evil,
      place: { rack: evil, room: evil },
      labels: { [evil]: evil },
    }),
  };
}
