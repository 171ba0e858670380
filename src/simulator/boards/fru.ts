import { encodeFru, type MultiRecord } from "../../ipmi/records/fru/index.ts";
import { seedOf } from "../bmc/random.ts";
import type { FruSpec } from "./spec.ts";

/** English. */
const LANGUAGE = 25;
const BUILT_FROM_MS = Date.UTC(2021, 0, 4);
const BUILT_WITHIN_DAYS = 1200;
const DAY_MS = 86_400_000;
const SERIAL_DIGITS = 7;

/** The areas of one device; serial number and date of manufacture follow from the seed. */
function fruBytes(spec: FruSpec, seed: number): Buffer {
  const lot = seedOf(seed, spec.id);
  const serial = spec.serialPrefix + lot.toString(36).toUpperCase().padStart(SERIAL_DIGITS, "0").slice(-SERIAL_DIGITS);
  const { chassis, board, product } = spec;
  return encodeFru({
    chassis: chassis && { ...chassis, serial, custom: [] },
    board: board && {
      language: LANGUAGE,
      manufacturedMs: BUILT_FROM_MS + (lot % BUILT_WITHIN_DAYS) * DAY_MS,
      ...board,
      serial: `B${serial}`,
      custom: [],
    },
    product: product && { language: LANGUAGE, ...product, serial, custom: [] },
    multiRecords: spec.capacityWatts === undefined ? [] : [supplyRecord(spec.capacityWatts)],
  });
}

/** All devices of one machine, by device id. */
export function frusOf(specs: readonly FruSpec[], seed: number): ReadonlyMap<number, Uint8Array> {
  return new Map(specs.map((spec) => [spec.id, fruBytes(spec, seed)]));
}

function supplyRecord(capacityWatts: number): MultiRecord {
  return {
    type: "power_supply",
    capacityWatts,
    inrushIntervalMs: 10,
    inputRange1: { lowMillivolts: 100_000, highMillivolts: 127_000 },
    inputRange2: { lowMillivolts: 200_000, highMillivolts: 240_000 },
    lowHertz: 47,
    highHertz: 63,
    dropoutMs: 12,
    predictiveFail: true,
    powerFactorCorrection: true,
    autoswitch: true,
    hotSwap: true,
    tachometerFlag: false,
    combinedVoltage1: 0,
    combinedVoltage2: 0,
    combinedWatts: 0,
    predictiveFailRevolutionsPerSecond: 0,
  };
}
