import {
  assembleFru,
  decodeCommonHeader,
  decodeFru,
  encodeFru,
  type FruPiece,
  fruNextRange,
} from "../../../../src/ipmi/records/fru/index.ts";
import { decodePlatformEventTrap, encodePlatformEventTrap } from "../../../../src/ipmi/records/pet.ts";
import * as sdr from "../../../../src/ipmi/records/sdr/index.ts";
import {
  decodeSelRecord,
  describeEvent,
  describeSelEvent,
  dimmOf,
  encodeSelRecord,
  type SelContext,
  selTime,
} from "../../../../src/ipmi/records/sel/index.ts";
import { decodeText, TextType } from "../../../../src/ipmi/records/type-length.ts";
import {
  assertedStates,
  quantityOf,
  thresholdHealth,
  toBaseUnit,
  unitSymbol,
} from "../../../../src/ipmi/tables/index.ts";
import { hex } from "../../../support/hex.ts";
import { SERVER_FRU, SUPPLY_FRU } from "../../../vectors/fru.ts";
import * as traps from "../../../vectors/pet.ts";
import { OTHER_SDR_VECTORS, SENSOR_VECTORS } from "../../../vectors/sdr.ts";
import { SEL_VECTORS } from "../../../vectors/sel.ts";
import type { Random } from "../random.ts";
import { neverThrows, type Target } from "../target.ts";

const sdrs = [...SENSOR_VECTORS, ...OTHER_SDR_VECTORS].map((v) => hex(v.sdr));
const frus = [hex(SERVER_FRU), hex(SUPPLY_FRU)];

/** All that a poll does with a sensor, for one raw reading and state word. */
function useSensor(sensor: sdr.SensorDefinition, raw: number): unknown {
  const value = sdr.convertRaw(sensor, raw);
  const thresholds = sdr.convertThresholds(sensor);
  if (sensor.units) {
    const unit = quantityOf({ ...sensor, units: sensor.units });
    if (value !== undefined) toBaseUnit(value, unit);
    unitSymbol(sensor.units);
  }
  if (value !== undefined) thresholdHealth({ value, thresholds });
  assertedStates(sensor.eventType, sensor.sensorType, raw * 257, raw % 2 ? 674 : 10876, raw);
  return [sdr.resolution(sensor), sdr.convertHysteresis(sensor, raw), sdr.readingTolerance(sensor), thresholds];
}

const EVENTS_OF: readonly SelContext[] = [
  {},
  { sensor: { name: "CPU1 Temp", convert: (raw) => raw / 3, unit: "degrees C" }, manufacturerId: 343, productId: 121 },
  { sensor: { name: "", convert: () => undefined }, manufacturerId: 674, productId: 256 },
  { sensor: { name: "P1-DIMMA1" }, manufacturerId: 10876, productId: 2096 },
  { manufacturerId: 11, productId: 0x2000 },
];

/** A FRU device that returns any part of the requested range. */
function readByPlan(fru: Uint8Array, random: Random): Buffer {
  const size = random.once(3) ? 0 : fru.length;
  const pieces: FruPiece[] = [];
  for (;;) {
    const range = fruNextRange(pieces, size);
    if (!range) break;
    if (range.length <= 0 || (size > 0 && range.offset + range.length > size))
      throw new Error("a range outside the device");
    const got = fru.subarray(range.offset, range.offset + Math.min(range.length, 8 + random.below(64)));
    if (got.length === 0) break;
    pieces.push({ offset: range.offset, bytes: got });
    if (pieces.length > fru.length) throw new Error("a plan that reads bytes twice");
  }
  return assembleFru(pieces);
}

const texts = Object.values(TextType).map(
  (type): Target => ({
    name: `text of type ${type}`,
    weight: 6,
    valid: ["CPU1 Temp", "\u00c4rger \u20ac", "0123456789 -.", ""].flatMap((text) => [
      Buffer.from(text, "utf8"),
      Buffer.from(text, "utf16le"),
    ]),
    run: (bytes, random) =>
      neverThrows(() => decodeText(type, bytes, { english: random.once(2), trim: random.once(2) })),
  }),
);

/** Records of storage and traps, with all that is done with what they hold. */
export const recordTargets: readonly Target[] = [
  {
    name: "SDR",
    weight: 40,
    valid: sdrs,
    run: (bytes, random) => {
      const record = sdr.decodeSdr(bytes);
      return neverThrows(() => {
        const raw = random.byte();
        const sensors = sdr.sensorsOf(record);
        for (const sensor of sensors) useSensor(sensor, raw);
        if (random.once(8)) sdr.encodeSdr(record);
        return [record, sensors];
      });
    },
  },
  {
    name: "SDR conversion table",
    weight: 1,
    valid: sdrs,
    run: (bytes) => {
      for (const sensor of sdr.sensorsOf(sdr.decodeSdr(bytes))) neverThrows(() => sdr.compileConversion(sensor)(0x80));
    },
  },
  {
    name: "SEL record",
    weight: 40,
    valid: SEL_VECTORS.map((v) => hex(v.bytes)),
    run: (bytes, random) => {
      const record = decodeSelRecord(bytes);
      return neverThrows(() => {
        const context = random.pick(EVENTS_OF);
        if (record.type === "system_event")
          dimmOf(record, { ...context, sensorName: context.sensor?.name ?? bytes.toString("latin1") });
        if (record.type !== "oem") selTime(record.timestamp);
        encodeSelRecord(record);
        return describeSelEvent(record, context);
      });
    },
  },
  { name: "FRU common header", weight: 2, valid: frus, run: decodeCommonHeader },
  {
    name: "FRU",
    weight: 30,
    valid: frus,
    run: (bytes, random) => {
      const fru = decodeFru(bytes, { internalUse: random.once(2) });
      if (random.once(8)) encodeFru(fru);
      return fru;
    },
  },
  {
    name: "FRU read plan",
    weight: 4,
    valid: frus,
    run: (bytes, random) => {
      const read = neverThrows(() => readByPlan(bytes, random));
      return decodeFru(read, { internalUse: false });
    },
  },
  {
    name: "platform event trap",
    weight: 12,
    valid: Object.values(traps).map((t) => hex(t.octets)),
    run: (bytes, random) => {
      const trap = decodePlatformEventTrap(random.u32(), bytes);
      return neverThrows(() => {
        encodePlatformEventTrap(trap);
        describeEvent(trap, random.pick(EVENTS_OF));
        return trap;
      });
    },
  },
  ...texts,
];
