import { Manufacturer } from "../../ipmi/tables/manufacturer.ts";
import { SensorType } from "../../ipmi/tables/sensor-type.ts";
import { type Plant, rotors } from "../physics/plant.ts";
import { boardEntity, chassisEntity, cpuEntity, dimmEntity, psuEntity } from "./entity.ts";
import { supermicroOldHabits } from "./memory-habits.ts";
import * as s from "./sensors.ts";
import type { BoardPlan, DiscreteSpec, SensorSpec } from "./spec.ts";

const PLANT: Plant = {
  heightUnits: 1,
  processors: { count: 2, idleWatts: 26, maxWatts: 95, kelvinPerWatt: 0.27, throttleCelsius: 84 },
  dimms: 8,
  memoryWatts: [14, 40],
  drives: 4,
  boardWatts: 65,
  standbyWatts: 11,
  fans: { maxRpm: rotors(6, 16_200), minDuty: 0.3, maxWatts: 100, maxCfm: 110 },
  supplies: { count: 2, capacityWatts: 650, needed: 1 },
};

/** Temperature as a level, not as bits: 0 low, 1 medium, 2 high, 4 overheat. */
const OEM_CLASS = 0x70;
const OEM_TYPE = 0xc0;
const level = (cpu: number): DiscreteSpec => ({
  kind: "discrete",
  name: `CPU${cpu} Temp`,
  sensorType: OEM_TYPE,
  eventType: OEM_CLASS,
  entity: cpuEntity(cpu),
  words: { ok: 0, throttled: 4, thermal_trip: 4 },
  watches: { component: "cpu", part: cpu },
  possible: 0x07,
  asserts: 0,
});

const around = (nominal: number) => ({
  lnr: nominal * 0.84,
  lc: nominal * 0.87,
  lnc: nominal * 0.9,
  unc: nominal * 1.1,
  uc: nominal * 1.13,
  unr: nominal * 1.16,
});

const TEMP_LIMITS = { lnr: -9, lc: -7, lnc: -5, unc: 75, uc: 77, unr: 79 };

const RAILS: readonly (readonly [string, number])[] = [
  ["VTT", 1.05],
  ["CPU1 Vcore", 0.95],
  ["CPU2 Vcore", 0.95],
  ["VDIMM AB", 1.35],
  ["VDIMM CD", 1.35],
  ["VDIMM EF", 1.35],
  ["VDIMM GH", 1.35],
  ["+1.1 V", 1.1],
  ["+1.5 V", 1.5],
  ["3.3V", 3.3],
  ["+3.3VSB", 3.3],
  ["5V", 5],
  ["+5VSB", 5],
  ["12V", 12],
  ["VBAT", 3.1],
];

const sensors: readonly SensorSpec[] = [
  ...s.each(2, level),
  s.temp("System Temp", ["board"], boardEntity(), TEMP_LIMITS),
  s.temp("Peripheral Temp", ["rear"], boardEntity(2), TEMP_LIMITS),
  s.temp("PCH Temp", ["chip_set"], boardEntity(3), { lnr: -11, lc: -8, lnc: -5, unc: 90, uc: 95, unr: 100 }),
  ...s.each(8, (n) =>
    s.temp(`P${n <= 4 ? 1 : 2}-DIMM${n}A TEMP`, ["cpu_dimm_celsius", n <= 4 ? 1 : 2], dimmEntity(n), {
      unc: 75,
      uc: 77,
      unr: 79,
    }),
  ),
  ...s.each(6, (n) =>
    s.fan(n <= 4 ? `FAN${n}` : `FAN${n === 5 ? "A" : "B"}`, n, 75, {
      lnr: 300,
      lc: 450,
      lnc: 600,
      unc: 18_975,
      uc: 19_050,
      unr: 19_125,
    }),
  ),
  ...RAILS.map(([name, nominal], i) =>
    s.volt(name, i + 1, nominal, around(nominal), { hostPowered: !/SB|VBAT/.test(name) }),
  ),
  s.intrusion("Chassis Intru", chassisEntity),
  ...s.each(2, (n) => s.psuStatus(`PS${n} Status`, n, psuEntity(n), [0, 1])),
  s.eventOnly("OS Stop", SensorType.OsStop, 0x6f, boardEntity()),
];

/** Two sockets, 1U, a board of 2012: processor temperature as an OEM level, IPMI 1.5, no DCMI. */
export const supermicroX9: BoardPlan = {
  name: "supermicro-x9",
  title: "Supermicro X9-like, 2 sockets, 1U, an older board",
  identity: { manufacturerId: Manufacturer.SupermicroAlternate, productId: 0x066d, deviceId: 32, firmware: [3, 0x15] },
  plant: PLANT,
  sensors,
  frus: [
    {
      id: 0,
      serialPrefix: "VM2",
      board: { manufacturer: "Supermicro", product: "X9DRx-class", partNumber: "X9DRX" },
      product: { manufacturer: "Supermicro", product: "X9DRx-class" },
    },
  ],
  sel: { capacity: 512 },
  sessions: { limit: 3 },
  channel: { cipherSuites: [1, 2, 3, 6, 7, 8, 11, 12], authTypes15: ["md5", "straight"] },
  firmware: { sdrReadBytes: 32, fruReadBytes: 32 },
  memory: () => supermicroOldHabits(4, 1),
  bootSeconds: 60,
};
