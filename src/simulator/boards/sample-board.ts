import type { DeviceId } from "../../ipmi/commands/index.ts";
import { encodeFru } from "../../ipmi/records/fru/index.ts";
import {
  type CompactSensorRecord,
  type EventOnlySensorRecord,
  encodeSdr,
  type FullSensorRecord,
  type SdrRecord,
} from "../../ipmi/records/sdr/index.ts";
import { SensorType } from "../../ipmi/tables/sensor-type.ts";
import { THRESHOLD_NAMES, type ThresholdName } from "../../ipmi/tables/threshold.ts";
import { Unit } from "../../ipmi/tables/unit.ts";
import type { BoardDescription, InitialReading } from "./board.ts";

/*
 * A plain two-socket server of no vendor, for tests: 57 sensors, two supplies, and an ME behind the BMC.
 */

const SDR_VERSION = 0x51;
const BMC = 0x20;
const ME = 0x2c;
const ME_CHANNEL = 6;
const THRESHOLD = 0x01;
const SENSOR_SPECIFIC = 0x6f;
const REDUNDANCY = 0x0b;

type Limits = Readonly<Partial<Record<ThresholdName, number>>>;

/** A temperature, fan, voltage ...: value = m x raw x 10^rExponent. */
interface Analog {
  readonly number: number;
  readonly name: string;
  readonly type: number;
  readonly unit: number;
  readonly entity: readonly [id: number, instance: number];
  readonly raw: number;
  /** Raw. */
  readonly limits: Limits;
  readonly m?: number;
  readonly rExponent?: number;
  readonly signed?: boolean;
  readonly owner?: number;
}

interface Discrete {
  readonly number: number;
  readonly name: string;
  readonly type: number;
  readonly eventType?: number;
  readonly entity: readonly [id: number, instance: number];
  readonly mask: number;
  readonly states: number;
  /** Sensors behind this record, numbered on; names get 1, 2, 3 ... */
  readonly share?: number;
}

const upper = (critical: number): Limits => ({
  upper_non_critical: critical - 5,
  upper_critical: critical,
  upper_non_recoverable: critical + 5,
});
const around = (nominal: number): Limits => ({
  lower_critical: Math.round(nominal * 0.9),
  lower_non_critical: Math.round(nominal * 0.95),
  upper_non_critical: Math.round(nominal * 1.05),
  upper_critical: Math.round(nominal * 1.1),
});
const fanLimits: Limits = { lower_critical: 5, lower_non_critical: 8 };

const temperature = { type: SensorType.Temperature, unit: Unit.DegreeCelsius } as const;
const fan = { type: SensorType.Fan, unit: Unit.Rpm, m: 100, limits: fanLimits } as const;
const voltage = { type: SensorType.Voltage, unit: Unit.Volt } as const;
const watts = { type: SensorType.OtherUnits, unit: Unit.Watt, m: 8, limits: {} } as const;

const numbered = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i + 1));

// biome-ignore format: a table
const ANALOG: readonly Analog[] = [
  { ...temperature, number: 0x01, name: "Inlet Temp", entity: [0x37, 1], raw: 22, signed: true, limits: { lower_critical: 0xf9, lower_non_critical: 3, upper_non_critical: 38, upper_critical: 42 } },
  { ...temperature, number: 0x02, name: "Exhaust Temp", entity: [0x1d, 1], raw: 38, limits: upper(75) },
  { ...temperature, number: 0x03, name: "CPU1 Temp", entity: [3, 1], raw: 54, limits: upper(95) },
  { ...temperature, number: 0x04, name: "CPU2 Temp", entity: [3, 2], raw: 57, limits: upper(95) },
  { ...temperature, number: 0x05, name: "System Board", entity: [7, 1], raw: 33, limits: upper(80) },
  { ...temperature, number: 0x06, name: "PCH Temp", entity: [7, 2], raw: 46, limits: upper(90) },
  { ...temperature, number: 0x07, name: "VRM CPU1", entity: [0x14, 1], raw: 49, limits: upper(105) },
  { ...temperature, number: 0x08, name: "VRM CPU2", entity: [0x14, 2], raw: 51, limits: upper(105) },
  ...numbered(8, (n) => ({ ...temperature, number: 0x10 + n, name: `DIMM ${n} Temp`, entity: [0x20, n] as const, raw: 34 + n, limits: upper(85) })),
  ...numbered(6, (n) => ({ ...fan, number: 0x30 + n, name: `Fan ${n}`, entity: [0x1d, n] as const, raw: 70 + n })),
  { ...voltage, number: 0x40, name: "12V", entity: [7, 1], m: 6, rExponent: -2, raw: 200, limits: around(200) },
  { ...voltage, number: 0x41, name: "5V", entity: [7, 1], m: 25, rExponent: -3, raw: 201, limits: around(200) },
  { ...voltage, number: 0x42, name: "3.3V", entity: [7, 1], m: 16, rExponent: -3, raw: 206, limits: around(206) },
  { ...voltage, number: 0x43, name: "VBAT", entity: [0x28, 1], m: 16, rExponent: -3, raw: 190, limits: { lower_critical: 160, lower_non_critical: 170 } },
  { ...voltage, number: 0x44, name: "Vcore CPU1", entity: [3, 1], m: 1, rExponent: -2, raw: 178, limits: {} },
  { ...voltage, number: 0x45, name: "Vcore CPU2", entity: [3, 2], m: 1, rExponent: -2, raw: 179, limits: {} },
  { ...watts, number: 0x50, name: "System Power", entity: [0x13, 1], raw: 41 },
  { ...watts, number: 0x51, name: "PS1 Input Power", entity: [10, 1], raw: 22 },
  { ...watts, number: 0x52, name: "PS2 Input Power", entity: [10, 2], raw: 21 },
  { ...temperature, number: 0x08, name: "ME Temp", entity: [0x2e, 1], raw: 48, limits: upper(98), owner: ME },
];

// biome-ignore format: a table
const DISCRETE: readonly Discrete[] = [
  { number: 0x60, name: "PS1 Status", type: SensorType.PowerSupply, entity: [10, 1], mask: 0x7f, states: 0x01 },
  { number: 0x61, name: "PS2 Status", type: SensorType.PowerSupply, entity: [10, 2], mask: 0x7f, states: 0x01 },
  { number: 0x62, name: "PS Redundancy", type: SensorType.PowerSupply, eventType: REDUNDANCY, entity: [10, 0x60], mask: 0xff, states: 0x01 },
  { number: 0x63, name: "CPU1 Status", type: SensorType.Processor, entity: [3, 1], mask: 0x7ff, states: 0x80 },
  { number: 0x64, name: "CPU2 Status", type: SensorType.Processor, entity: [3, 2], mask: 0x7ff, states: 0x80 },
  { number: 0x65, name: "Intrusion", type: SensorType.PhysicalSecurity, entity: [0x17, 1], mask: 0x7f, states: 0 },
  { number: 0x66, name: "ACPI State", type: SensorType.AcpiPowerState, entity: [7, 1], mask: 0x7fff, states: 0x01 },
  { number: 0x67, name: "Watchdog", type: SensorType.Watchdog2, entity: [7, 1], mask: 0x10f, states: 0 },
  { number: 0x68, name: "Battery", type: SensorType.Battery, entity: [0x28, 1], mask: 0x07, states: 0 },
  { number: 0x69, name: "Event Log", type: SensorType.EventLogging, entity: [7, 1], mask: 0x3f, states: 0 },
  { number: 0x70, name: "Drive ", type: SensorType.DriveSlot, entity: [4, 1], mask: 0x1ff, states: 0x01, share: 4 },
  { number: 0x80, name: "DIMM ECC ", type: SensorType.Memory, entity: [0x20, 1], mask: 0x3ff, states: 0x40, share: 8 },
];

const capabilities = {
  ignoreIfAbsent: false,
  autoRearm: true,
  hysteresis: "readable",
  thresholdAccess: "readable",
  eventControl: "per_state",
} as const;

const INITIALISED = 0x7f;

function thresholdMasks(limits: Limits): FullSensorRecord["masks"] {
  const readable = THRESHOLD_NAMES.reduce((mask, name, n) => (limits[name] === undefined ? mask : mask | (1 << n)), 0);
  // Crossing a lower limit going low, an upper one going high: offsets 0, 2, 4 and 7, 9, 11.
  const events = [0, 2, 4, 7, 9, 11].reduce((mask, o, n) => ((readable >> n) & 1 ? mask | (1 << o) : mask), 0);
  return {
    assertion: ((readable & 7) << 12) | events,
    deassertion: (((readable >> 3) & 7) << 12) | events,
    reading: readable,
  };
}

function fullRecord(id: number, a: Analog): FullSensorRecord {
  const limit = (name: ThresholdName): number => a.limits[name] ?? 0;
  const thresholds = {
    upper_non_recoverable: limit("upper_non_recoverable"),
    upper_critical: limit("upper_critical"),
    upper_non_critical: limit("upper_non_critical"),
    lower_non_recoverable: limit("lower_non_recoverable"),
    lower_critical: limit("lower_critical"),
    lower_non_critical: limit("lower_non_critical"),
  };
  const has = Object.keys(a.limits).length > 0;
  return {
    type: "full",
    id,
    version: SDR_VERSION,
    ...keyOf(a),
    initialisation: INITIALISED,
    capabilities: {
      ...capabilities,
      thresholdAccess: has ? "readable" : "none",
      hysteresis: has ? "readable" : "none",
    },
    sensorType: a.type,
    eventType: THRESHOLD,
    masks: thresholdMasks(a.limits),
    analogFormat: a.signed ? "twos_complement" : "unsigned",
    units: { rate: 0, modifierUse: 0, percentage: false, base: a.unit, modifier: 0 },
    factors: {
      linearisation: 0,
      m: a.m ?? 1,
      tolerance: 0,
      b: 0,
      accuracy: 0,
      accuracyExponent: 0,
      rExponent: a.rExponent ?? 0,
      bExponent: 0,
    },
    direction: 1,
    specified: { nominalReading: true, normalMaximum: false, normalMinimum: false },
    nominalReading: a.raw,
    normalMaximum: 0,
    normalMinimum: 0,
    sensorMaximum: a.signed ? 0x7f : 0xff,
    sensorMinimum: a.signed ? 0x80 : 0,
    thresholds,
    positiveHysteresis: has ? 2 : 0,
    negativeHysteresis: has ? 2 : 0,
    reserved: 0,
    oem: 0,
    name: a.name,
  };
}

function keyOf(s: Pick<Analog, "owner" | "number" | "entity">) {
  return {
    ownerId: s.owner ?? BMC,
    channel: s.owner === undefined ? 0 : ME_CHANNEL,
    fruOwnerLun: 0,
    ownerLun: 0,
    number: s.number,
    entityId: s.entity[0],
    entityInstance: s.entity[1],
  };
}

function compactRecord(id: number, d: Discrete): CompactSensorRecord {
  return {
    type: "compact",
    id,
    version: SDR_VERSION,
    ...keyOf(d),
    initialisation: INITIALISED,
    capabilities: { ...capabilities, thresholdAccess: "none", hysteresis: "none" },
    sensorType: d.type,
    eventType: d.eventType ?? SENSOR_SPECIFIC,
    masks: { assertion: d.mask, deassertion: d.mask, reading: d.mask },
    analogFormat: "none",
    units: { rate: 0, modifierUse: 0, percentage: false, base: 0, modifier: 0 },
    shared: {
      count: d.share ?? 1,
      modifierType: 0,
      modifierOffset: d.share ? 1 : 0,
      incrementsEntityInstance: d.share !== undefined,
      direction: 0,
    },
    positiveHysteresis: 0,
    negativeHysteresis: 0,
    reserved: 0,
    oem: 0,
    name: d.name,
    // The trailing space in the name of a shared record is only possible in 8-bit text.
    idString: { typeLength: 0xc0 | d.name.length, bytes: Buffer.from(d.name, "latin1") },
  };
}

const systemEvent = (id: number): EventOnlySensorRecord => ({
  type: "event_only",
  id,
  version: SDR_VERSION,
  ...keyOf({ number: 0x90, entity: [7, 1] }),
  sensorType: SensorType.SystemEvent,
  eventType: SENSOR_SPECIFIC,
  shared: { count: 1, modifierType: 0, modifierOffset: 0, incrementsEntityInstance: false, direction: 0 },
  reserved: 0,
  oem: 0,
  name: "System Event",
});

const fruLocator = (id: number, deviceId: number, name: string, entityInstance: number): SdrRecord => ({
  type: "fru_device_locator",
  id,
  version: SDR_VERSION,
  accessAddress: BMC,
  logical: true,
  deviceId,
  lun: 0,
  bus: 0,
  channel: 0,
  reserved: 0,
  deviceType: 0x10,
  deviceTypeModifier: 0,
  entityId: 10,
  entityInstance,
  oem: 0,
  name,
});

function sampleSdr(): readonly Buffer[] {
  let id = 0;
  const records: SdrRecord[] = [
    ...ANALOG.map((a) => fullRecord(++id, a)),
    ...DISCRETE.map((d) => compactRecord(++id, d)),
    systemEvent(++id),
    fruLocator(++id, 1, "PS1", 1),
    fruLocator(++id, 2, "PS2", 2),
  ];
  return records.map(encodeSdr);
}

function sampleReadings(): readonly InitialReading[] {
  return [
    ...ANALOG.map(({ owner, number, raw }) => ({ owner, number, raw })),
    ...DISCRETE.flatMap(({ number, states, share = 1 }) =>
      Array.from({ length: share }, (_, i) => ({ number: number + i, states })),
    ),
  ];
}

/** 2026-01-01: a fan stops and recovers, a power supply loses its input. */
function sampleEvents(): readonly Uint8Array[] {
  const start = Date.UTC(2026, 0, 1, 8) / 1000;
  const event = (minutes: number, bytes: readonly number[]): Uint8Array => {
    const record = Buffer.from([0, 0, 2, 0, 0, 0, 0, BMC, 0, 4, ...bytes]);
    record.writeUInt32LE(start + minutes * 60, 3);
    return record;
  };
  return [
    event(0, [0x04, 0x33, 0x01, 0x52, 3, 5]),
    event(4, [0x04, 0x33, 0x81, 0x52, 60, 5]),
    event(30, [0x08, 0x61, 0x6f, 0x03, 0xff, 0xff]),
    event(31, [0x08, 0x61, 0xef, 0x03, 0xff, 0xff]),
    event(50, [0x0c, 0x83, 0x6f, 0xa0, 0xff, 0x03]),
  ];
}

function sampleFrus(): ReadonlyMap<number, Uint8Array> {
  const manufacturer = "Lightsout Works";
  const server = encodeFru({
    chassis: { type: 23, partNumber: "LW-CH-2U", serial: "CH0001", custom: [] },
    board: {
      language: 0,
      manufacturedMs: Date.UTC(2025, 5, 1),
      manufacturer,
      product: "Sample Board",
      serial: "SB0001",
      partNumber: "LW-SB-1",
      custom: [],
    },
    product: {
      language: 0,
      manufacturer,
      product: "Sample Server",
      partNumber: "LW-SS-1",
      version: "A",
      serial: "SS0001",
      assetTag: "asset-1",
      custom: [],
    },
    multiRecords: [],
  });
  const supply = (n: number): Buffer =>
    encodeFru({
      product: {
        language: 0,
        manufacturer,
        product: "PSU 800 W",
        partNumber: "LW-PS-800",
        version: "B",
        serial: `PS000${n}`,
        custom: [],
      },
      multiRecords: [],
    });
  return new Map([
    [0, server],
    [1, supply(1)],
    [2, supply(2)],
  ]);
}

const device: DeviceId = {
  deviceId: 0x20,
  deviceRevision: 1,
  providesDeviceSdrs: false,
  updateInProgress: false,
  firmwareMajor: 2,
  firmwareMinor: 0x31,
  ipmiVersion: "2.0",
  support: {
    sensorDevice: true,
    sdrRepository: true,
    sel: true,
    fruInventory: true,
    eventReceiver: true,
    eventGenerator: false,
    bridge: true,
    chassis: true,
  },
  // Not assigned to any vendor.
  manufacturerId: 0x0fffe,
  productId: 1,
  auxiliaryFirmware: Uint8Array.from([0, 0, 0, 7]),
};

/** The board's description; spread it to change something. User "monitor" with password "sesame", user privilege; "admin". */
export function sampleBoard(): BoardDescription {
  return {
    name: "sample",
    device,
    guid: Buffer.from("6c696768747300ae4f75742d73616d70", "hex"),
    systemFirmware: "2.19.1 of 2024-05-06, signed",
    sdr: sampleSdr(),
    readings: sampleReadings(),
    frus: sampleFrus(),
    sel: { capacity: 512, records: sampleEvents() },
    dcmi: { powerManagement: true, assetTag: "asset-1", controllerId: "bmc-sample" },
    users: [
      { id: 2, name: "monitor", password: Buffer.from("sesame"), privilege: 2 },
      { id: 3, name: "admin", password: Buffer.from("open sesame"), privilege: 4 },
    ],
    satellites: [{ address: ME, channel: ME_CHANNEL, device: { ...device, deviceId: 0x50 }, nodeManager: true }],
  };
}
