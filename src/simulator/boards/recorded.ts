import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { DeviceId } from "../../ipmi/commands/index.ts";
import { bit } from "../../ipmi/wire/bytes.ts";
import type { BoardDescription, BoardUser, InitialReading } from "./board.ts";
import { compileBoard } from "./compile-board.ts";

/**
 * A recorded machine. Its folder holds
 *
 *   sdr.hex        the SDR repository, a record a line, header included
 *   readings.json  device_id (fields of Get Device ID), raw_readings (owner, lun, number as hex, raw)
 *   fru-NN.bin     FRU areas by device id, in hex; optional
 */
interface RecordedOptions {
  /** Recordings hold no users. */
  readonly users: readonly BoardUser[];
  /** The name of the folder where absent. */
  readonly name?: string;
}

const BMC = 0x20;
/** Manufacturer id where the recording has none: an unassigned one. */
const NO_MANUFACTURER = 0;
const ALL_SUPPORTED = 0xbf;

/**
 * Reads a recorded machine. Sensors without a recorded reading answer "reading unavailable".
 *
 * @throws Error for missing and invalid files
 */
export function recordedBoard(folder: string, options: RecordedOptions): BoardDescription {
  const name = options.name ?? basename(folder);
  const sdr = readFileSync(join(folder, "sdr.hex"), "utf8")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map((line, i) => record(line, `${folder}/sdr.hex line ${i + 1}`));
  const recorded = readings(join(folder, "readings.json"));
  const description: BoardDescription = {
    name,
    device: recorded.device,
    sdr,
    frus: frus(folder),
    users: options.users,
  };
  return { ...description, readings: withGaps(description, recorded.readings) };
}

function record(line: string, where: string): Buffer {
  const bytes = Buffer.from(line, "hex");
  if (bytes.length * 2 !== line.length || bytes.length < 5) throw new Error(`${where}: not an SDR in hex`);
  return bytes;
}

function frus(folder: string): ReadonlyMap<number, Uint8Array> {
  const files = readdirSync(folder).flatMap((file) => {
    const id = file.match(/^fru-([0-9a-f]{2})\.bin$/)?.[1];
    return id === undefined ? [] : [[Number.parseInt(id, 16), readFileSync(join(folder, file))] as const];
  });
  return new Map(files);
}

/** The recorded readings, and "reading unavailable" for all other sensors. */
function withGaps(description: BoardDescription, recorded: readonly InitialReading[]): readonly InitialReading[] {
  const { sensors } = compileBoard(description);
  const keyOf = (s: { readonly owner?: number; readonly lun?: number; readonly number: number }): string =>
    `${s.owner ?? BMC}/${s.lun ?? 0}/${s.number}`;
  const known = new Map(recorded.map((r) => [keyOf(r), r]));
  return sensors.map((s) => known.get(keyOf(s)) ?? { owner: s.owner, lun: s.lun, number: s.number, unavailable: true });
}

interface Recording {
  readonly device: DeviceId;
  readonly readings: readonly InitialReading[];
}

function readings(file: string): Recording {
  const json: unknown = JSON.parse(readFileSync(file, "utf8"));
  const fields = object(json, file);
  const list = fields.raw_readings;
  if (!Array.isArray(list)) throw new Error(`${file}: raw_readings is not a list`);
  return {
    device: deviceOf(fields.device_id === undefined ? {} : object(fields.device_id, file)),
    readings: list.map((entry: unknown, i) => {
      const reading = object(entry, `${file}: raw_readings ${i}`);
      const number = hex(reading.number);
      if (number === undefined || typeof reading.raw !== "number")
        throw new Error(`${file}: raw_readings ${i} needs number and raw`);
      return { owner: hex(reading.owner) ?? BMC, lun: numeric(reading.lun, 0), number, raw: reading.raw & 0xff };
    }),
  };
}

function deviceOf(fields: Readonly<Record<string, unknown>>): DeviceId {
  const support = numeric(fields.additional_support, ALL_SUPPORTED);
  const [major = "0", minor = "0"] = String(fields.firmware ?? "0.00").split(".");
  return {
    deviceId: numeric(fields.device_id, BMC),
    deviceRevision: numeric(fields.device_revision, 1),
    providesDeviceSdrs: fields.provides_device_sdrs === true,
    updateInProgress: false,
    firmwareMajor: Number(major),
    firmwareMinor: Number.parseInt(minor, 16),
    ipmiVersion: "2.0",
    support: {
      sensorDevice: bit(support, 0),
      sdrRepository: bit(support, 1),
      sel: bit(support, 2),
      fruInventory: bit(support, 3),
      eventReceiver: bit(support, 4),
      eventGenerator: bit(support, 5),
      bridge: bit(support, 6),
      chassis: bit(support, 7),
    },
    manufacturerId: numeric(fields.manufacturer_id, NO_MANUFACTURER),
    productId: numeric(fields.product_id, 0),
  };
}

function object(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error(`${where}: not an object`);
  return value as Record<string, unknown>;
}

const numeric = (value: unknown, otherwise: number): number => (typeof value === "number" ? value : otherwise);

const hex = (value: unknown): number | undefined =>
  typeof value === "string" && /^[0-9a-f]{1,2}$/i.test(value) ? Number.parseInt(value, 16) : undefined;
