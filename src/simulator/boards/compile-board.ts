import { DecodeError } from "../../ipmi/errors.ts";
import { compileConversion, convertRaw } from "../../ipmi/records/sdr/conversion.ts";
import type { SdrRecord } from "../../ipmi/records/sdr/sdr.ts";
import { decodeSdr } from "../../ipmi/records/sdr/sdr.ts";
import { type SensorDefinition, sensorsOf } from "../../ipmi/records/sdr/sensor-definition.ts";
import { SensorType } from "../../ipmi/tables/sensor-type.ts";
import { THRESHOLD_NAMES, type ThresholdName } from "../../ipmi/tables/threshold.ts";
import { SensorBytes } from "../bmc/sensor-bytes.ts";
import type { BoardDescription, BoardModel, Satellite, SensorModel } from "./board.ts";

const THRESHOLD_CLASS = 0x01;
const RECORD_BYTES = 16;

/** DCMI's entity ids and those the SDRs may use for the same thing. */
const DCMI_ENTITIES: readonly (readonly [dcmi: number, ipmi: number])[] = [
  [0x40, 0x37],
  [0x41, 0x03],
  [0x42, 0x07],
];

/**
 * Prepares a board for sharing: finds its sensors in the SDRs, their limits and conversions, and puts
 * the initial readings in place.
 *
 * @throws RangeError for readings of sensors the SDRs do not have, and for more than 65534 records
 */
export function compileBoard(description: BoardDescription): BoardModel {
  const sdr = description.sdr.map((record) => Buffer.from(record));
  const deviceSdrs = new Map((description.satellites ?? []).map((one) => [one, deviceSdrOf(one, sdr)]));
  const own = sdr.flatMap((bytes) => sensorModels(bytes));
  const known = new Set(own.map((s) => keyOf(s.owner, s.lun, s.number)));
  const behind = [...deviceSdrs].flatMap(([{ address, channel }, records]) =>
    records.flatMap((bytes) => sensorModels(bytes)).map((sensor) => ({ ...sensor, owner: address, channel })),
  );
  const sensors = [...own, ...behind.filter((s) => !known.has(keyOf(s.owner, s.lun, s.number)))];
  const byKey = new Map(sensors.map((s, i) => [keyOf(s.owner, s.lun, s.number), i]));
  const byRecordId = new Map(sdr.map((record, i) => [record.readUInt16LE(0), i]));
  const sensorIndex = (owner: number, lun: number, number: number): number =>
    byKey.get(keyOf(owner, lun, number)) ?? -1;
  return {
    description,
    sensors,
    sensorIndex,
    initialState: initialState(description, sensors, sensorIndex),
    sdr,
    sdrIndex: (id) =>
      id === 0 ? (sdr.length > 0 ? 0 : -1) : id === 0xffff ? sdr.length - 1 : (byRecordId.get(id) ?? -1),
    deviceSdr: (satellite) => (satellite ? (deviceSdrs.get(satellite) ?? []) : sdr),
    initialSel: initialSel(description),
    dcmiTemperatures: dcmiTemperatures(own),
  };
}

const keyOf = (owner: number, lun: number, number: number): number => (owner << 16) | (lun << 8) | number;

/** Owner id of a sensor record: byte 5. */
const OWNER_AT = 5;

function deviceSdrOf(satellite: Satellite, repository: readonly Buffer[]): readonly Buffer[] {
  if (satellite.sdr) return satellite.sdr.map((record) => Buffer.from(record));
  return repository.filter((bytes) => sensorModels(bytes).length > 0 && bytes[OWNER_AT] === satellite.address);
}

function sensorModels(bytes: Buffer): SensorModel[] {
  let record: SdrRecord;
  try {
    record = decodeSdr(bytes);
  } catch (error) {
    // An invalid record of a recorded machine is served unchanged, and describes no sensor.
    if (error instanceof DecodeError) return [];
    throw error;
  }
  // M to the exponents of a full record are the factors of Get Sensor Reading Factors, byte for byte.
  const factors = record.type === "full" ? Uint8Array.from([0xff, ...bytes.subarray(24, 30)]) : undefined;
  return sensorsOf(record).map((definition) => sensorModel(definition, factors));
}

function sensorModel(d: SensorDefinition, factors: Uint8Array | undefined): SensorModel {
  const toValue = compileConversion(d);
  const raws = d.thresholdRaws;
  const limits =
    raws && d.asksThresholds && d.capabilities?.thresholdAccess !== "none"
      ? limitsOf(d.readableThresholds, raws)
      : undefined;
  let comparisons: Uint8Array | undefined;
  let inverse: readonly (readonly [value: number, raw: number])[] | undefined;
  return {
    name: d.name,
    owner: d.ownerId,
    lun: d.ownerLun,
    number: d.number,
    channel: d.channel,
    entityId: d.entityId,
    entityInstance: d.entityInstance,
    sensorType: d.sensorType,
    eventType: d.eventType,
    recordId: d.recordId,
    threshold: d.eventType === THRESHOLD_CLASS,
    readable: d.readable,
    limits,
    hysteresis: d.hysteresis,
    assertionMask: d.assertionMask,
    deassertionMask: d.deassertionMask,
    factors,
    toValue,
    toRaw(value) {
      inverse ??= readings(d);
      return nearest(inverse, value);
    },
    comparison(raw, changed) {
      if (changed) return compare(toValue, raw, changed);
      if (!limits) return 0;
      comparisons ??= Uint8Array.from({ length: 256 }, (_, i) => compare(toValue, i, limits));
      return comparisons[raw] ?? 0;
    },
  };
}

function limitsOf(
  readable: readonly ThresholdName[],
  raws: Readonly<Record<ThresholdName, number>>,
): Partial<Record<ThresholdName, number>> {
  return Object.fromEntries(readable.map((name) => [name, raws[name]]));
}

/** Bits of Get Sensor Reading: 0 LNC, 1 LC, 2 LNR, 3 UNC, 4 UC, 5 UNR. */
function compare(
  toValue: (raw: number) => number | undefined,
  raw: number,
  limits: Readonly<Partial<Record<ThresholdName, number>>>,
): number {
  const value = toValue(raw);
  if (value === undefined) return 0;
  let bits = 0;
  THRESHOLD_NAMES.forEach((name, n) => {
    const limitRaw = limits[name];
    const limit = limitRaw === undefined ? undefined : toValue(limitRaw);
    if (limit === undefined) return;
    if (name.startsWith("lower_") ? value <= limit : value >= limit) bits |= 1 << n;
  });
  return bits;
}

/** All possible values of the sensor, ascending. */
function readings(d: SensorDefinition): readonly (readonly [number, number])[] {
  const found: [number, number][] = [];
  for (let raw = 0; raw < 256; raw++) {
    const value = convertRaw(d, raw);
    if (value !== undefined) found.push([value, raw]);
  }
  return found.sort((a, b) => a[0] - b[0]);
}

function nearest(table: readonly (readonly [number, number])[], value: number): number | undefined {
  let low = 0;
  let high = table.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((table[middle]?.[0] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  const above = table[low];
  const below = table[low - 1];
  if (!above || !below) return (above ?? below)?.[1];
  return value - below[0] < above[0] - value ? below[1] : above[1];
}

function initialState(
  description: BoardDescription,
  sensors: readonly SensorModel[],
  sensorIndex: (owner: number, lun: number, number: number) => number,
): Uint8Array {
  const state = new SensorBytes(sensors.length);
  for (const reading of description.readings ?? []) {
    const index = sensorIndex(reading.owner ?? 0x20, reading.lun ?? 0, reading.number);
    if (index < 0)
      throw new RangeError(`${description.name}: a reading for sensor ${reading.number}, which has no record`);
    state.change(index, reading);
  }
  return state.bytes;
}

function initialSel(description: BoardDescription): Buffer {
  const records = description.sel?.records ?? [];
  const all = Buffer.alloc(records.length * RECORD_BYTES);
  records.forEach((record, i) => {
    all.set(record.subarray(0, RECORD_BYTES), i * RECORD_BYTES);
    all.writeUInt16LE(i + 1, i * RECORD_BYTES);
  });
  return all;
}

function dcmiTemperatures(sensors: readonly SensorModel[]): ReadonlyMap<number, readonly number[]> {
  const indexesOf = (entities: readonly number[]): number[] =>
    sensors.flatMap((s, i) =>
      s.sensorType === SensorType.Temperature && s.threshold && s.owner === 0x20 && entities.includes(s.entityId)
        ? [i]
        : [],
    );
  return new Map(DCMI_ENTITIES.map((entities) => [entities[0], indexesOf(entities)]));
}
