import { Health, type HostRecord, type Sensor } from "../../src/model/index.ts";
import { failures, host, record, sensor, snapshot } from "../exposition/records.ts";

/**
 * Two hours of a fleet of 72 hosts in two rooms: the cooling of a rack fails, a fan stops, a cord is pulled, a DIMM has
 * errors, a BMC becomes unreachable, a host powers off. Values are functions of host and time.
 */
export const HOSTS = 72;
export const PER_RACK = 12;

/** Hosts with a fault. */
export const WITH = { deadFan: 7, pulledCord: 20, badDimm: 33, silent: 41, off: 50, locked: 66 } as const;

export const nameOf = (index: number): string => `node${String(index + 1).padStart(3, "0")}`;

/** Racks r1 to r6, three in each room. A host every third unit, from the lowest unit up. */
export const placeOf = (index: number): Record<"site" | "room" | "row" | "rack" | "position", string> => {
  const rack = Math.floor(index / PER_RACK);
  const unit = (index % PER_RACK) * 3 + 1;
  return {
    site: "vil1",
    room: rack < 3 ? "1.07" : "1.08",
    row: "b",
    rack: `r${rack + 1}`,
    position: String(unit).padStart(2, "0"),
  };
};

const limits = { upper_non_critical: 85, upper_critical: 95 };

function sensorsOf(index: number, minute: number): readonly Sensor[] {
  const rack = Math.floor(index / PER_RACK);
  const wave = Math.sin((minute + index * 7) / 15);
  const wedge = rack === 4 ? Math.max(0, minute - 60) / 5 : 0;
  const inlet = Math.round(21 + (index % PER_RACK) / 3 + wave + wedge);
  const off = index === WITH.off && minute >= 80;
  const pulled = index === WITH.pulledCord && minute >= 45;
  const stopped = index === WITH.deadFan && minute >= 30;
  const temperature = (id: string, name: string, role: string, value: number, top = 95): Sensor =>
    sensor(id, {
      name,
      role,
      quantity: "temperature",
      value,
      thresholds: { ...limits, upper_critical: top },
      health: value >= top ? Health.Critical : Health.Ok,
      states: [],
    });
  const list: Sensor[] = [
    temperature("20/0/01", "Inlet Temp", "inlet", inlet, 42),
    temperature("20/0/02", "Exhaust Temp", "exhaust", inlet + 14, 75),
    temperature("20/0/03", "Temp", "cpu", inlet + 35),
    temperature("20/0/04", "Temp", "cpu", inlet + 33),
    sensor("20/0/05", { name: "CPU1 Margin", role: "margin", quantity: "temperature", value: -40, health: Health.Ok }),
    sensor("20/0/20", {
      name: "12V",
      kind: "voltage",
      quantity: "voltage",
      value: off ? 0 : 12.1 + wave / 20,
      thresholds: { lower_critical: 10.8, upper_critical: 13.2 },
      health: Health.Ok,
    }),
    sensor("20/0/21", {
      name: "PSU1 Pin",
      kind: "power_supply",
      role: "psu",
      quantity: "power",
      value: 160 + 20 * wave,
    }),
  ];
  for (const fan of [1, 2, 3])
    list.push(
      sensor(`20/0/1${fan}`, {
        name: `Fan ${fan}`,
        kind: "fan",
        role: "fan",
        quantity: "fan_speed",
        value: off || (stopped && fan === 2) ? 0 : 6000 + 40 * fan + Math.round(300 * wave),
        thresholds: { lower_critical: 600 },
        health: stopped && fan === 2 ? Health.Critical : Health.Ok,
        states: stopped && fan === 2 ? ["lower_critical"] : [],
      }),
    );
  if (index % 2 === 0)
    list.push(
      sensor("20/0/19", { name: "Fan 9", kind: "fan", role: "fan", quantity: "fan_ratio", value: 0.4, health: 0 }),
    );
  for (const psu of [1, 2]) {
    const lost = pulled && psu === 2;
    list.push(
      sensor(`20/0/3${psu}`, {
        name: "Status",
        entity: `10.${psu}`,
        kind: "power_supply",
        role: "psu",
        health: lost ? Health.Critical : Health.Ok,
        states: lost ? ["presence_detected", "input_lost"] : ["presence_detected"],
      }),
    );
  }
  list.push(
    sensor("20/0/33", {
      name: "PS Redundancy",
      entity: "10.0",
      kind: "power_unit",
      health: pulled ? Health.Critical : Health.Ok,
      states: [pulled ? "redundancy_lost" : "fully_redundant"],
    }),
  );
  return list;
}

/** Record of a host in the store, at a minute of the two hours that start at `start` (epoch ms). */
export function recordOf(index: number, minute: number, start: number): HostRecord {
  const name = nameOf(index);
  const at = start + minute * 60_000;
  const who = host(name, {
    place: placeOf(index),
    labels: { vendor: index % 3 === 0 ? "Dell" : "Supermicro", role: "compute" },
  });
  const silentSince = index === WITH.silent ? 70 : index === WITH.locked ? 0 : Number.POSITIVE_INFINITY;
  if (minute >= silentSince) {
    const failure =
      index === WITH.silent
        ? ({ stage: "open_session", reason: "no_answer", message: "" } as const)
        : ({ stage: "rakp", reason: "wrong_password", message: "" } as const);
    return record(snapshot(name, { up: false, protocol: undefined, durationMs: 20_000, startedAt: at, failure }), {
      host: who,
      lastSuccessAt: start + Math.max(0, silentSince - 1) * 60_000,
      failures: failures({ [failure.reason]: failure.reason === "no_answer" ? minute - silentSince : 1 }),
    });
  }
  const errors = index === WITH.badDimm ? Math.floor(minute / 4) : 0;
  const off = index === WITH.off && minute >= 80;
  const dell = index % 3 === 0;
  return record(
    snapshot(name, {
      startedAt: at,
      durationMs: 600 + (index % 9) * 80 + (minute % 7) * 20,
      controller: {
        manufacturer: dell ? "Dell Inc." : "Super Micro Computer Inc.",
        product: dell ? "PowerEdge R640" : "X11DPU",
        firmware: index % 8 === 0 ? "1.73" : "1.74",
        ipmiVersion: "2.0",
        guid: String(index).padStart(32, "0"),
      },
      parts: [
        { part: "power", ok: true, durationMs: 12, readAt: at },
        { part: "sensors", ok: true, durationMs: 500 + (index % 9) * 70, readAt: at },
        { part: "dcmi", ok: index !== WITH.deadFan, durationMs: 30, readAt: at },
      ],
      chassis: {
        powerOn: !off,
        faults: {
          power: false,
          power_control: false,
          overload: false,
          interlock: false,
          cooling: index === WITH.deadFan && minute >= 30,
          drive: false,
          intrusion: index === WITH.deadFan,
        },
      },
      sensors: sensorsOf(index, minute),
      consumption: {
        source: "dcmi",
        currentWatts: off ? 12 : 300 + Math.round(40 * Math.sin((minute + index) / 20)),
        minimumWatts: 12,
        maximumWatts: 520,
        averageWatts: 300,
        limitWatts: 600,
      },
      eventLog: {
        entries: 100 + errors,
        capacityEntries: 512,
        freeBytes: 6000,
        overflow: false,
        lastAddition: at,
        clockOffsetSeconds: index / 10,
        counters: {
          bySeverity: {
            ok: 10,
            warning: errors,
            critical: index === WITH.deadFan && minute >= 30 ? 1 : 0,
            non_recoverable: 0,
            unknown: 0,
          },
          records: [{ kind: "memory", event: "correctable_ecc", direction: "asserted", count: 1 + errors }],
          memoryErrors: { correctable: errors, uncorrectable: 0, logging_limit: 0 },
          dimmErrors: errors > 0 ? [{ dimm: "A1", kind: "correctable", count: errors }] : [],
        },
        fresh: [],
      },
      frus: [
        {
          name: "Builtin FRU",
          id: 0,
          manufacturer: dell ? "Dell Inc." : "Supermicro",
          product: "R640",
          serial: `S${index}`,
          partNumber: "0H28RR",
          assetTag: `A${index}`,
          problems: [],
        },
        { name: "PSU 1", id: 1, serial: `P${index}`, capacityWatts: 750, problems: [] },
      ],
      watchdog: {
        running: true,
        use: "sms_os",
        action: "hard_reset",
        preTimeoutInterrupt: "none",
        preTimeoutSeconds: 0,
        logs: true,
        initialCountdownSeconds: 300,
        expired: index === WITH.deadFan ? ["bios_post"] : [],
      },
      findings: [{ finding: "anonymous_login", present: index === WITH.deadFan, severity: Health.Warning }],
      quirks: index % 3 === 0 ? [] : ["no_front_panel_byte"],
    }),
    { host: who, lastSuccessAt: at },
  );
}
