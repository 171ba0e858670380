/**
 * A small SDR encoder of the rig's own, so that the encoder under src/ is never the only witness of
 * our decoder: what it writes is read by ipmitool and FreeIPMI before anybody else relies on it.
 * Layouts: IPMI 2.0 section 43. Record ids are left 0000h, the simulator hands them out.
 */

/** Raw threshold bytes; a threshold that is not given is not readable. */
export interface RawThresholds {
  readonly unr?: number;
  readonly uc?: number;
  readonly unc?: number;
  readonly lnr?: number;
  readonly lc?: number;
  readonly lnc?: number;
}

interface RecordBase {
  readonly number: number;
  readonly name: string;
  /** Entity id and instance. */
  readonly entity: readonly [number, number];
  readonly sensorType: number;
  readonly lun?: number;
}

export interface FullRecord extends RecordBase {
  /** 01h threshold; another class makes it the discrete-with-a-value kind. */
  readonly eventType?: number;
  readonly format?: "unsigned" | "ones" | "twos" | "none";
  readonly percentage?: boolean;
  /** Sensor unit codes, IPMI 2.0 table 43-15. */
  readonly baseUnit: number;
  readonly modifierUnit?: number;
  readonly modifier?: "divide" | "multiply";
  /** 3 per second, 4 per minute ... */
  readonly rate?: number;
  readonly linearisation?: number;
  /** y = (m * raw + b * 10^bExponent) * 10^rExponent */
  readonly m?: number;
  readonly b?: number;
  readonly bExponent?: number;
  readonly rExponent?: number;
  readonly thresholds?: RawThresholds;
  /** Positive and negative hysteresis, raw. */
  readonly hysteresis?: readonly [number, number];
  /** Nominal, normal maximum and normal minimum, raw. */
  readonly normal?: readonly [number, number, number];
}

export interface CompactRecord extends RecordBase {
  readonly eventType: number;
  /** The states it can report, bit n for state n. */
  readonly stateMask?: number;
  /** How many sensors share the record, numbers counting up from `number`. */
  readonly share?: number;
  /** How the names of the sharing sensors are made. */
  readonly instances?: { readonly kind: "numeric" | "alpha"; readonly offset: number; readonly entityCounts?: boolean };
}

const RECORD_VERSION = 0x51;
const BMC_ADDRESS = 0x20;

/** Order of the threshold bytes in a full record and of the readable bits, from bit 5 down. */
export const THRESHOLD_ORDER = ["unr", "uc", "unc", "lnr", "lc", "lnc"] as const;

const low = (value: number): number => value & 0xff;

/** The upper two of ten two's complement bits, in [7:6]. */
const high2 = (value: number): number => ((value >> 8) & 3) << 6;

function record(type: number, body: readonly number[], name: string): Uint8Array {
  const text = Buffer.from(name, "latin1");
  if (text.length > 16) throw new Error(`sensor name too long: ${name}`);
  return Uint8Array.from([
    0,
    0,
    RECORD_VERSION,
    type,
    body.length + 1 + text.length,
    ...body,
    0xc0 | text.length,
    ...text,
  ]);
}

/** Full sensor record, type 01h - section 43.1. */
export function fullRecord(sensor: FullRecord): Uint8Array {
  const t = sensor.thresholds ?? {};
  const readable = THRESHOLD_ORDER.reduce((mask, name, i) => (t[name] === undefined ? mask : mask | (0x20 >> i)), 0);
  const threshold = (sensor.eventType ?? 1) === 1;
  const format = { unsigned: 0, ones: 1, twos: 2, none: 3 }[sensor.format ?? "unsigned"];
  const modifier = sensor.modifier === undefined ? 0 : { divide: 1, multiply: 2 }[sensor.modifier];
  const units1 = (format << 6) | ((sensor.rate ?? 0) << 3) | (modifier << 1) | (sensor.percentage ? 1 : 0);
  const m = sensor.m ?? 1;
  const b = sensor.b ?? 0;
  const exponents = (((sensor.rExponent ?? 0) & 15) << 4) | ((sensor.bExponent ?? 0) & 15);
  const [nominal, max, min] = sensor.normal ?? [0, 0, 0];
  const body = [
    BMC_ADDRESS,
    sensor.lun ?? 0,
    sensor.number,
    ...sensor.entity,
    0x7f,
    // auto re-arm; hysteresis and thresholds readable and settable, where there are any
    0x40 | (sensor.hysteresis ? 0x20 : 0) | (readable ? 0x08 : 0),
    sensor.sensorType,
    sensor.eventType ?? 1,
    0,
    threshold ? (readable & 7) << 4 : 0,
    0,
    threshold ? ((readable >> 3) & 7) << 4 : 0,
    readable,
    readable,
    units1,
    sensor.baseUnit,
    sensor.modifierUnit ?? 0,
    sensor.linearisation ?? 0,
    low(m),
    high2(m),
    low(b),
    high2(b),
    0,
    exponents,
    sensor.normal ? 7 : 0,
    nominal,
    max,
    min,
    0xff,
    0x00,
    ...THRESHOLD_ORDER.map((name) => t[name] ?? 0),
    ...(sensor.hysteresis ?? [0, 0]),
    0,
    0,
    0,
  ];
  return record(0x01, body, sensor.name);
}

/** Compact sensor record, type 02h - section 43.2. */
export function compactRecord(sensor: CompactRecord): Uint8Array {
  const mask = sensor.stateMask ?? 0x7fff;
  const instances = sensor.instances;
  const body = [
    BMC_ADDRESS,
    sensor.lun ?? 0,
    sensor.number,
    ...sensor.entity,
    0x67,
    0x40,
    sensor.sensorType,
    sensor.eventType,
    0,
    0,
    0,
    0,
    low(mask),
    mask >> 8,
    // no analog reading
    0xc0,
    0,
    0,
    (instances?.kind === "alpha" ? 0x10 : 0) | (sensor.share ?? 1),
    (instances?.entityCounts ? 0x80 : 0) | (instances?.offset ?? 0),
    0,
    0,
    0,
    0,
    0,
    0,
  ];
  return record(0x02, body, sensor.name);
}

/** Event-only sensor record, type 03h - section 43.3. */
export function eventOnlyRecord(sensor: RecordBase & { readonly eventType: number }): Uint8Array {
  const body = [
    BMC_ADDRESS,
    sensor.lun ?? 0,
    sensor.number,
    ...sensor.entity,
    sensor.sensorType,
    sensor.eventType,
    1,
    0,
    0,
    0,
  ];
  return record(0x03, body, sensor.name);
}
