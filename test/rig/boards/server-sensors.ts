import { type CompactRecord, compactRecord, eventOnlyRecord, type FullRecord, fullRecord } from "../sdr.ts";

/**
 * Sensors of an ordinary two-socket server, beside the vectors: things in alarm, shared records,
 * states of most sensor types, the units fleets really have.
 */
interface Analog extends FullRecord {
  readonly raw: number;
  /** Comparison bits: 0 LNC, 1 LC, 2 LNR, 3 UNC, 4 UC, 5 UNR. */
  readonly states?: number;
  readonly value: number;
}

interface Discrete extends CompactRecord {
  readonly states: readonly number[];
}

const CELSIUS = 1;
const VOLT = 4;
const AMPERE = 5;
const WATT = 6;
const RPM = 18;

const temperature = { sensorType: 0x01, baseUnit: CELSIUS } as const;
const voltage = { sensorType: 0x02, baseUnit: VOLT } as const;
const current = { sensorType: 0x03, baseUnit: AMPERE } as const;
const fan = { sensorType: 0x04, baseUnit: RPM } as const;
const other = { sensorType: 0x0b } as const;

/** Lower and upper non-critical, critical and non-recoverable, all six. */
const six = (lnr: number, lc: number, lnc: number, unc: number, uc: number, unr: number) => ({
  lnr,
  lc,
  lnc,
  unc,
  uc,
  unr,
});

// biome-ignore format: a table
export const serverAnalog: readonly Analog[] = [
  { ...temperature, number: 0x61, name: "CPU2 Temp", entity: [3, 2], raw: 92, value: 92, thresholds: { unc: 90, uc: 95, unr: 100 }, states: 0x08, hysteresis: [2, 2] },
  { ...temperature, number: 0x62, name: "Ambient", entity: [0x37, 1], format: "twos", raw: 0xf4, value: -12, thresholds: six(0xec, 0xf1, 0xf6, 40, 45, 50), states: 0x01 },
  { ...temperature, number: 0x63, name: "Exhaust", entity: [7, 1], raw: 71, value: 71, thresholds: { unc: 60, uc: 65, unr: 70 }, states: 0x38 },
  { ...temperature, number: 0x64, name: "CPU1 Margin", entity: [3, 1], format: "twos", raw: 0xd8, value: -40, thresholds: { uc: 0xfd, unc: 0xf8 } },
  { ...temperature, number: 0x65, name: "DIMM A1 Temp", entity: [0x20, 1], m: 5, rExponent: -1, raw: 83, value: 41.5, thresholds: { uc: 170 } },
  { ...temperature, number: 0x66, name: "Chipset", entity: [7, 1], b: -40, raw: 95, value: 55, thresholds: { uc: 145 } },
  { ...temperature, number: 0x67, name: "Lab F", entity: [0x27, 1], baseUnit: 2, raw: 77, value: 77 },
  { ...temperature, number: 0x68, name: "Cold plate K", entity: [0x1e, 1], baseUnit: 3, m: 2, raw: 147, value: 294 },
  { ...voltage, number: 0x69, name: "P3V3", entity: [7, 1], m: 16, rExponent: -3, raw: 180, value: 2.88, thresholds: six(150, 185, 190, 220, 225, 230), states: 0x03 },
  { ...voltage, number: 0x6a, name: "P5V", entity: [7, 1], m: 25, rExponent: -3, raw: 201, value: 5.025, thresholds: { lc: 180, uc: 220 } },
  { ...voltage, number: 0x6b, name: "N12V", entity: [7, 1], m: 1, b: -250, rExponent: -1, raw: 131, value: -11.9 },
  { ...voltage, number: 0x6c, name: "Mains", entity: [10, 1], raw: 231, value: 231 },
  { ...current, number: 0x6d, name: "PSU1 Current", entity: [10, 1], m: 1, rExponent: -1, raw: 15, value: 1.5 },
  { ...current, number: 0x6e, name: "Battery Amps", entity: [0x28, 1], format: "twos", m: 5, rExponent: -2, raw: 0xce, value: -2.5 },
  { sensorType: 0x08, number: 0x6f, name: "PSU2 Power", entity: [10, 2], baseUnit: WATT, m: 8, raw: 50, value: 400, thresholds: { uc: 150 } },
  { sensorType: 0x0b, number: 0x71, name: "GPU1 Power", entity: [11, 1], baseUnit: WATT, m: 300, b: 5, bExponent: 2, rExponent: -2, raw: 98, value: 299 },
  { ...fan, number: 0x72, name: "Fan3", entity: [0x1d, 3], m: 100, raw: 2, value: 200, thresholds: { lnr: 5, lc: 10, lnc: 15 }, states: 0x07, hysteresis: [1, 1] },
  { ...fan, number: 0x73, name: "Fan4", entity: [0x1d, 4], m: 100, raw: 62, value: 6200, thresholds: { lnr: 5, lc: 10, lnc: 15 }, hysteresis: [1, 1], normal: [60, 120, 30] },
  { ...fan, number: 0x74, name: "Pump PWM", entity: [0x1e, 1], baseUnit: 0, percentage: true, m: 4, rExponent: -1, raw: 150, value: 60 },
  { ...other, number: 0x75, name: "Flow", entity: [0x1e, 1], baseUnit: 17, raw: 42, value: 42 },
  { ...other, number: 0x76, name: "Humidity", entity: [0x40, 1], baseUnit: 0, percentage: true, raw: 45, value: 45, thresholds: { lc: 10, uc: 90 } },
  { ...other, number: 0x77, name: "Air kPa", entity: [0x27, 1], baseUnit: 14, m: 1, rExponent: 0, raw: 101, value: 101 },
  { ...other, number: 0x78, name: "Line Hz", entity: [10, 1], baseUnit: 19, m: 2, rExponent: -1, raw: 250, value: 50 },
  { sensorType: 0x03, number: 0x79, name: "Apparent", entity: [10, 1], baseUnit: 9, m: 4, raw: 120, value: 480 },
  { ...other, number: 0x7a, name: "Noise", entity: [0x17, 1], baseUnit: 61, raw: 63, value: 63 },
  { ...other, number: 0x7b, name: "Total J", entity: [0x13, 1], baseUnit: 7, m: 1, rExponent: 3, raw: 9, value: 9000 },
  { ...other, number: 0x7c, name: "Reciprocal", entity: [0x40, 0x60], baseUnit: 0, linearisation: 7, m: 1, rExponent: -2, raw: 50, value: 2 },
  { ...other, number: 0x7d, name: "Link rate", entity: [7, 1], baseUnit: 69, rate: 3, raw: 25, value: 25 },
  // a discrete sensor of a full record with a value, as some vendors make their fan and power sensors
  { sensorType: 0x04, eventType: 0x0a, number: 0x7e, name: "Fan Block 1", entity: [0x1d, 5], baseUnit: 0, percentage: true, m: 392, rExponent: -3, raw: 100, value: 39.2, states: 0x01 },
];

// biome-ignore format: a table
export const serverDiscrete: readonly Discrete[] = [
  { number: 0x90, name: "Fan Redund", entity: [0x1e, 1], sensorType: 0x04, eventType: 0x0b, states: [0x01] },
  { number: 0x91, name: "PS2 Fail", entity: [10, 2], sensorType: 0x08, eventType: 0x6f, states: [0x03] },
  { number: 0x92, name: "PS3 Absent", entity: [10, 3], sensorType: 0x08, eventType: 0x6f, states: [0x00] },
  { number: 0x93, name: "CPU2 Status", entity: [3, 2], sensorType: 0x07, eventType: 0x6f, states: [0x82] },
  { number: 0x94, name: "DIMM B", entity: [0x20, 5], sensorType: 0x0c, eventType: 0x6f, share: 2, instances: { kind: "numeric", offset: 1, entityCounts: true }, states: [0x40, 0x41] },
  { number: 0x96, name: "Memory", entity: [8, 1], sensorType: 0x0c, eventType: 0x6f, states: [0x20] },
  { number: 0x97, name: "CMOS Battery", entity: [0x28, 1], sensorType: 0x29, eventType: 0x6f, states: [0x05] },
  { number: 0x98, name: "Power Unit", entity: [0x13, 1], sensorType: 0x09, eventType: 0x6f, states: [0x10] },
  { number: 0x99, name: "SAS Cable", entity: [0x1f, 1], sensorType: 0x1b, eventType: 0x6f, states: [0x01] },
  { number: 0x9a, name: "SEL Status", entity: [0x2e, 1], sensorType: 0x10, eventType: 0x6f, states: [0x30] },
  { number: 0x9b, name: "Bay ", entity: [0x1a, 1], sensorType: 0x0d, eventType: 0x6f, share: 4, instances: { kind: "numeric", offset: 0, entityCounts: true }, states: [0x01, 0x03, 0x05, 0x00] },
  { number: 0x9f, name: "VRM1 Health", entity: [3, 1], sensorType: 0x02, eventType: 0x07, states: [0x04] },
  { number: 0xa0, name: "Fan5 Fail", entity: [0x1d, 5], sensorType: 0x04, eventType: 0x03, states: [0x02] },
  { number: 0xa1, name: "Riser Present", entity: [11, 2], sensorType: 0x25, eventType: 0x6f, states: [0x02] },
  { number: 0xa2, name: "POST", entity: [0x22, 1], sensorType: 0x0f, eventType: 0x6f, states: [0x04] },
  { number: 0xa3, name: "Buttons", entity: [0x0c, 1], sensorType: 0x14, eventType: 0x6f, states: [0x00] },
  { number: 0xa4, name: "LAN", entity: [7, 1], sensorType: 0x27, eventType: 0x6f, states: [0x02] },
  { number: 0xa5, name: "PCIe Errors", entity: [0x31, 1], sensorType: 0x13, eventType: 0x6f, states: [0x80] },
  { number: 0xa6, name: "CPU1 PROCHOT", entity: [3, 1], sensorType: 0x01, eventType: 0x05, states: [0x02] },
  { number: 0xa7, name: "PS Mismatch", entity: [10, 1], sensorType: 0x08, eventType: 0x04, states: [0x01] },
  { number: 0xa8, name: "BMC Health", entity: [0x2e, 1], sensorType: 0x28, eventType: 0x6f, states: [0x10] },
  { number: 0xa9, name: "FW Version", entity: [0x22, 1], sensorType: 0x2b, eventType: 0x6f, states: [0x02] },
  { number: 0xaa, name: "OEM State", entity: [7, 1], sensorType: 0xc1, eventType: 0x70, states: [0x05] },
];

const eventOnly = { number: 0xb0, name: "CATERR", entity: [3, 1], sensorType: 0x07, eventType: 0x03 } as const;

export const serverEventOnly = { ...eventOnly, record: eventOnlyRecord(eventOnly) };

export const analogRecord = (sensor: Analog): Uint8Array => fullRecord(sensor);
export const discreteRecord = (sensor: Discrete): Uint8Array => compactRecord(sensor);
