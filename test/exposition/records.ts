import {
  FAILURE_REASONS,
  type FailureReason,
  type Fru,
  Health,
  type Host,
  type HostRecord,
  type HostSnapshot,
  type Sensor,
} from "../../src/model/index.ts";

/** Records made by hand: every family, and every way a value or a label can be awkward. */

const START = Date.UTC(2024, 4, 1, 12, 0, 0);

export const failures = (counts: Partial<Record<FailureReason, number>> = {}): Record<FailureReason, number> => ({
  ...(Object.fromEntries(FAILURE_REASONS.map((reason) => [reason, 0])) as Record<FailureReason, number>),
  ...counts,
});

export const host = (name: string, more: Partial<Host> = {}): Host => ({
  name,
  address: `${name}.sp.example.org`,
  port: 623,
  module: "default",
  auth: "default",
  place: {},
  labels: {},
  ...more,
});

export const sensor = (id: string, more: Partial<Sensor> = {}): Sensor => ({
  name: `S ${id}`,
  id,
  entity: "7.1",
  kind: "temperature",
  states: [],
  ...more,
});

export const fru = (name: string, id: number, more: Partial<Fru> = {}): Fru => ({ name, id, problems: [], ...more });

export const snapshot = (name: string, more: Partial<HostSnapshot> = {}): HostSnapshot => ({
  host: name,
  startedAt: START,
  durationMs: 812.5,
  up: true,
  protocol: "ipmi",
  parts: [],
  quirks: [],
  ...more,
});

export const record = (of: HostSnapshot, more: Partial<HostRecord> = {}): HostRecord => ({
  host: host(of.host),
  snapshot: of,
  lastSuccessAt: of.startedAt + of.durationMs,
  failures: failures(),
  polls: 1,
  ...more,
});

const sensors: readonly Sensor[] = [
  sensor("20/0/01", {
    name: "Inlet Temp",
    entity: "64.1",
    role: "inlet",
    quantity: "temperature",
    value: -12.5,
    thresholds: { lower_critical: -20, upper_non_critical: 38, upper_critical: 42 },
    health: Health.Ok,
  }),
  // Two sensors of one name: only the id tells them apart.
  sensor("20/0/02", {
    name: "Temp",
    entity: "3.1",
    role: "cpu",
    quantity: "temperature",
    value: 61,
    health: Health.Ok,
  }),
  sensor("20/0/03", {
    name: "Temp",
    entity: "3.2",
    role: "cpu",
    quantity: "temperature",
    value: 97,
    health: Health.Critical,
    states: ["upper_critical"],
  }),
  // Thresholds are known while there is no reading.
  sensor("20/0/04", {
    name: "DIMM A1",
    entity: "32.1",
    quantity: "temperature",
    noReading: "scanning_disabled",
    thresholds: { upper_critical: 85 },
  }),
  sensor("20/0/10", {
    name: "Fan 1",
    entity: "29.1",
    kind: "fan",
    quantity: "fan_speed",
    value: 0,
    thresholds: { lower_critical: 600 },
    health: Health.Critical,
  }),
  sensor("20/0/11", {
    name: "Fan 2",
    entity: "29.2",
    kind: "fan",
    quantity: "fan_ratio",
    value: 0.352,
    health: Health.Ok,
  }),
  sensor("20/0/12", {
    name: "Fan Redundancy",
    entity: "30.1",
    kind: "fan",
    health: Health.Warning,
    states: ["redundancy_degraded"],
  }),
  sensor("20/0/20", {
    name: "-12V",
    kind: "voltage",
    quantity: "voltage",
    value: -12.096,
    thresholds: { lower_non_critical: -13, upper_non_critical: -11 },
    health: Health.Ok,
  }),
  sensor("20/0/21", { name: "PSU1 Iout", kind: "current", quantity: "current", value: 1.25e-7, health: Health.Ok }),
  sensor("20/0/22", { name: "PSU1 Pin", kind: "power_supply", role: "psu", quantity: "power", value: 320 }),
  sensor("20/0/23", { name: "Energy", kind: "energy", quantity: "energy", value: 123456789012 }),
  sensor("20/0/24", { name: "Humidity", kind: "humidity", quantity: "humidity", value: 0.45 }),
  sensor("20/0/25", { name: "Airflow", kind: "airflow", quantity: "airflow", value: 0.03 }),
  sensor("20/0/26", {
    name: "CPU Usage",
    kind: "processor",
    quantity: "other",
    unit: "percent",
    value: 17,
    thresholds: { upper_non_critical: 101 },
  }),
  sensor("20/0/30", {
    name: "PSU1 Status",
    entity: "10.1",
    kind: "power_supply",
    role: "psu",
    health: Health.Critical,
    states: ["presence_detected", "input_lost", "input_lost"],
  }),
  sensor("20/0/31", {
    name: "PS Redundancy",
    entity: "10.0",
    kind: "power_unit",
    health: Health.Critical,
    states: ["redundancy_lost"],
  }),
  sensor("20/0/40", {
    name: "Drive 0",
    entity: "26.1",
    kind: "drive_slot",
    health: Health.Ok,
    states: ["presence_detected"],
  }),
  sensor("20/0/50", { name: "SEL", entity: "7.1", kind: "event_logging_disabled", health: Health.Ok }),
];

/** A host that tells everything. */
export const full: HostRecord = record(
  snapshot("node017", {
    parts: [
      { part: "power", ok: true, durationMs: 12, readAt: START },
      { part: "sensors", ok: true, durationMs: 700.25, readAt: START },
      {
        part: "dcmi",
        ok: false,
        durationMs: 3,
        readAt: START,
        failure: { stage: "dcmi", reason: "unsupported", message: "refused" },
      },
    ],
    controller: {
      manufacturer: "Dell Inc.",
      manufacturerId: 674,
      productId: 256,
      firmware: "6.00",
      ipmiVersion: "2.0",
      guid: "44454c4c3400104a8034b3c04f333033",
      selfTest: { results: ["bmc_fru_corrupted", "sel_corrupted"], health: Health.Warning },
      lan: { channel: 1, addressSource: "dhcp", mac: "02:00:5e:10:53:01", vlan: 310, vlanPriority: 5 },
      tlsCertificateExpiry: Date.UTC(2030, 0, 1),
    },
    chassis: {
      powerOn: true,
      faults: {
        power: false,
        power_control: false,
        overload: false,
        interlock: false,
        cooling: false,
        drive: true,
        intrusion: true,
      },
    },
    sensors,
    consumption: {
      source: "dcmi",
      currentWatts: 312,
      minimumWatts: 4,
      maximumWatts: 640,
      averageWatts: 298,
      limitWatts: 500,
    },
    eventLog: {
      entries: 512,
      capacityEntries: 1024,
      freeBytes: 8192,
      overflow: false,
      lastAddition: START - 3_600_500,
      clockOffsetSeconds: -1.75,
      counters: {
        bySeverity: { ok: 3, warning: 2, critical: 1, non_recoverable: 0, unknown: 0 },
        records: [
          { kind: "memory", event: "correctable_ecc", direction: "asserted", count: 2 },
          { kind: "power_supply", event: "input_lost", direction: "deasserted", count: 1 },
        ],
        memoryErrors: { correctable: 2, uncorrectable: 0, logging_limit: 0 },
        dimmErrors: [{ dimm: "A1", kind: "correctable", count: 2 }],
      },
      fresh: [],
    },
    changes: { board_replaced: 0, firmware_changed: 1, sensor_appeared: 0, sensor_vanished: 2, power_changed: 4 },
    watchdog: {
      running: true,
      use: "sms_os",
      action: "hard_reset",
      preTimeoutInterrupt: "none",
      preTimeoutSeconds: 0,
      logs: true,
      initialCountdownSeconds: 300,
      presentCountdownSeconds: 287.4,
      expired: ["bios_post"],
    },
    frus: [
      fru("Builtin FRU", 0, {
        manufacturer: "Dell Inc.",
        product: "PowerEdge R640",
        partNumber: "0H28RR",
        serial: "CN7475",
      }),
      fru("PSU", 1, { manufacturer: "Dell Inc.", serial: "A", capacityWatts: 750 }),
      fru("PSU", 2, { manufacturer: "Dell Inc.", serial: "B", capacityWatts: 750 }),
      fru("Backplane", 3, { problems: ["board area: wrong checksum"] }),
      fru("Backplane", 4),
    ],
    findings: [
      { finding: "anonymous_login", present: false, severity: "info" },
      { finding: "ipmi_1_5_enabled", present: true, severity: Health.Warning },
    ],
    quirks: ["no_front_panel_byte"],
  }),
  {
    host: host("node017", {
      place: { site: "vil1", room: "1.07", row: "b", rack: "r12", position: "07" },
      labels: { vendor: "Dell", "asset-tag": "0017", rack: "not again", "2nd owner": "ops" },
    }),
    failures: failures({ timeout: 3, no_answer: 1 }),
  },
);

/** Texts as damaged memory and foreign keyboards make them. */
export const awkward: HostRecord = record(
  snapshot("node-ü", {
    controller: { manufacturerId: 10876, product: "line\nbreak", firmware: "" },
    sensors: [
      sensor('20/0/"1"', { name: 'Fan "front"', kind: "fan", quantity: "fan_speed", value: 4.2e21, health: Health.Ok }),
      sensor("20/0/02", { name: "back\\slash", quantity: "temperature", value: -0, health: Health.Ok }),
      sensor("20/0/03", { name: "Lüfter 風扇 🌀", quantity: "temperature", value: 0.1 + 0.2 }),
      sensor("20/0/04", { name: "", quantity: "temperature", value: Number.NaN }),
      sensor("20/0/05", {
        name: "NUL\0",
        quantity: "voltage",
        value: Number.POSITIVE_INFINITY,
        thresholds: { upper_critical: 3 },
      }),
      // An id twice: the first one is told.
      sensor("20/0/02", { name: "impostor", quantity: "voltage", value: 5, health: Health.Critical }),
    ],
  }),
  { host: host("node-ü", { place: { rack: 'r"1"\\' } }) },
);

/** The last poll did not reach the BMC. */
export const dead: HostRecord = record(
  snapshot("node018", {
    up: false,
    protocol: undefined,
    durationMs: 20_000,
    failure: { stage: "rakp", reason: "wrong_password", message: "node018: RAKP message 2: wrong password" },
  }),
  { lastSuccessAt: START - 86_400_000, failures: failures({ wrong_password: 1 }), polls: 1441 },
);

/** Polls stopped ending; what they had told was dropped. */
export const stale: HostRecord = {
  host: host("node019", { place: { rack: "r12" } }),
  lastSuccessAt: START - 180_000,
  failures: failures(),
  polls: 7,
};

/** In the inventory, not polled yet. */
export const unheard: HostRecord = { host: host("node020"), failures: failures(), polls: 0 };

/** A host of the size the budgets speak of: 100 sensors, limits on 60 of them. */
export function hundredSensors(name: string): HostRecord {
  const many = Array.from({ length: 100 }, (_, n): Sensor => {
    const id = `20/0/${n.toString(16).padStart(2, "0")}`;
    if (n >= 60)
      return sensor(id, { kind: "memory", entity: `32.${n}`, health: Health.Ok, states: ["presence_detected"] });
    const quantity = n < 30 ? "temperature" : n < 45 ? "fan_speed" : "voltage";
    return sensor(id, {
      name: `Sensor ${n}`,
      role: n % 3 === 0 ? "inlet" : undefined,
      quantity,
      value: 20 + n / 8,
      health: Health.Ok,
      thresholds: { lower_critical: 1, upper_non_critical: 80, upper_critical: 90 },
    });
  });
  return record(snapshot(name, { sensors: many, chassis: full.snapshot?.chassis, parts: full.snapshot?.parts ?? [] }), {
    host: host(name, { place: full.host.place }),
  });
}
