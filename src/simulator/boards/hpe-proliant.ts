import { EventType } from "../../ipmi/tables/event-type.ts";
import { Manufacturer } from "../../ipmi/tables/manufacturer.ts";
import { SensorType } from "../../ipmi/tables/sensor-type.ts";
import { Unit } from "../../ipmi/tables/unit.ts";
import { type Plant, rotors } from "../physics/plant.ts";
import {
  boardEntity,
  cardEntity,
  chassisEntity,
  coolingEntity,
  cpuEntity,
  dimmEntity,
  driveEntity,
  fanEntity,
  inletEntity,
  powerUnitEntity,
  psuEntity,
} from "./entity.ts";
import { sensorPerDimm } from "./memory-habits.ts";
import * as s from "./sensors.ts";
import type { AnalogSpec, BoardPlan, SensorSpec } from "./spec.ts";

const FAN_RPM = 16_000;
const DIMMS = 24;

const PLANT: Plant = {
  heightUnits: 1,
  processors: { count: 2, idleWatts: 30, maxWatts: 140, kelvinPerWatt: 0.2, throttleCelsius: 90 },
  dimms: DIMMS,
  memoryWatts: [16, 55],
  drives: 8,
  boardWatts: 55,
  standbyWatts: 12,
  fans: { maxRpm: rotors(7, FAN_RPM), minDuty: 0.25, maxWatts: 160, maxCfm: 140 },
  supplies: { count: 2, capacityWatts: 800, needed: 1 },
};

/** iLO numbers its temperatures; those of parts that are not fitted keep their number and are disabled. */
function numberedTemps(): readonly AnalogSpec[] {
  let n = 0;
  const next = (name: string, make: (name: string) => AnalogSpec): AnalogSpec =>
    make(`${String(++n).padStart(2, "0")}-${name}`);
  const hot = (
    name: string,
    source: AnalogSpec["source"],
    entity: AnalogSpec["entity"],
    uc: number,
    unr?: number,
  ): AnalogSpec => next(name, (full) => s.temp(full, source, entity, unr === undefined ? { uc } : { uc, unr }));
  const empty = (name: string, instance: number): AnalogSpec =>
    next(name, (full) => s.temp(full, ["board"], boardEntity(instance), { uc: 75 }, { unfitted: true }));
  return [
    hot("Inlet Ambient", ["inlet"], inletEntity(), 42, 47),
    hot("CPU 1", ["cpu_celsius", 1], cpuEntity(1), 92),
    hot("CPU 2", ["cpu_celsius", 2], cpuEntity(2), 92),
    hot("P1 DIMM 1-6", ["cpu_dimm_celsius", 1], dimmEntity(41), 90),
    empty("PMM 1-6", 2),
    hot("P1 DIMM 7-12", ["cpu_dimm_celsius", 1], dimmEntity(42), 90),
    empty("PMM 7-12", 3),
    hot("P2 DIMM 1-6", ["cpu_dimm_celsius", 2], dimmEntity(43), 90),
    empty("PMM 1-6", 4),
    hot("P2 DIMM 7-12", ["cpu_dimm_celsius", 2], dimmEntity(44), 90),
    empty("PMM 7-12", 5),
    hot("HD Max", ["drive_bay"], driveEntity(9), 60),
    empty("Exp Bay Drive", 6),
    empty("Stor Batt 1", 7),
    hot("Front Ambient", ["inlet"], inletEntity(2), 60, 65),
    hot("VR P1", ["cpu_vrm_celsius", 1], cpuEntity(11), 115, 120),
    hot("VR P2", ["cpu_vrm_celsius", 2], cpuEntity(12), 115, 120),
    hot("VR P1 Mem 1", ["cpu_vrm_celsius", 1], cpuEntity(13), 115, 120),
    hot("VR P2 Mem 1", ["cpu_vrm_celsius", 2], cpuEntity(14), 115, 120),
    hot("Chipset", ["chip_set"], boardEntity(8), 100),
    hot("BMC", ["bmc"], boardEntity(9), 110, 115),
    hot("P/S 1 Inlet", ["psu_celsius", 1], psuEntity(11), 75),
    hot("P/S 2 Inlet", ["psu_celsius", 2], psuEntity(12), 75),
    hot("PCI 1", ["rear"], cardEntity(1), 90),
    empty("PCI 2", 10),
    empty("PCI 3", 11),
    hot("Board Inlet", ["board"], boardEntity(12), 70, 75),
    hot("Sys Exhaust 1", ["rear"], boardEntity(13), 80, 85),
    hot("Sys Exhaust 2", ["exhaust"], boardEntity(14), 80, 85),
  ];
}

/** Discrete, with the duty as reading: running, or degraded while a rotor is gone. */
const fanUnit = (n: number): AnalogSpec =>
  s.fanPercent(`Fan ${n}`, n, FAN_RPM, {
    eventType: EventType.Availability,
    words: { ok: 1, failed: 1 << 6 },
    watches: { component: "fan", part: n },
  });

/** Discrete, with the output as reading. */
const supply = (n: number): AnalogSpec =>
  s.watts(
    `Power Supply ${n}`,
    ["psu_output_watts", n],
    psuEntity(n),
    5,
    {},
    {
      sensorType: SensorType.PowerSupply,
      eventType: EventType.SensorSpecific,
      words: { ok: 0x01, failed: 0x03, predicted: 0x05, input_lost: 0x0b, absent: 0 },
      watches: { component: "psu", part: n },
      unit: Unit.Watt,
    },
  );

const dimmName = (n: number): string => `P${n <= DIMMS / 2 ? 1 : 2} DIMM ${n <= DIMMS / 2 ? n : n - DIMMS / 2}`;

const sensors: readonly SensorSpec[] = [
  s.steady("UID", 0xc0, EventType.DigitalState, 1, chassisEntity, { possible: 3 }),
  s.steady("SysHealth_Stat", SensorType.Module, EventType.Severity, 1, chassisEntity, { possible: 0x07 }),
  ...numberedTemps(),
  ...s.each(7, fanUnit),
  ...s.each(7, (n) => s.fanState(`Fan ${n} DutyCycle`, n, fanEntity(n + 20), { asserts: 0 })),
  s.redundancy("Fans", "cooling", coolingEntity),
  ...s.each(2, supply),
  s.redundancy("Power Supplies", "power", powerUnitEntity),
  s.watts("Power Meter", ["input_watts"], powerUnitEntity, 7),
  s.intrusion("Intrusion", chassisEntity),
  ...s.each(2, (n) => s.cpuStatus(`CPU ${n} Status`, n, cpuEntity(n))),
  ...s.each(DIMMS, (n) => s.dimm(dimmName(n), n, dimmEntity(n))),
  s.memory("Memory Status", dimmEntity(40)),
  ...s.each(8, (n) => s.drive(`Box 1 Bay ${n}`, n, driveEntity(n))),
  s.steady("Megacell Status", SensorType.Battery, EventType.SensorSpecific, 4, boardEntity(20), { possible: 7 }),
  s.eventLog("SEL Status", chassisEntity),
  s.watchdog("OS Watchdog", chassisEntity),
  s.acpi("ACPI State", boardEntity(21)),
];

/** Two sockets, 1U, an iLO 5: fans in percent, states and values on the same sensor, no IPMI 1.5. */
export const hpeProLiant: BoardPlan = {
  name: "hpe-proliant",
  title: "HPE ProLiant-like, 2 sockets, 1U, iLO 5",
  identity: { manufacturerId: Manufacturer.Hpe, productId: 0x2020, deviceId: 19, firmware: [2, 0x44] },
  plant: PLANT,
  sensors,
  frus: [
    {
      id: 0,
      serialPrefix: "CZ2",
      chassis: { type: 23 },
      board: { manufacturer: "HPE", product: "ProLiant DL360-class", partNumber: "867959-B21" },
      product: { manufacturer: "HPE", product: "ProLiant DL360-class", partNumber: "867959-B21" },
    },
    ...s.each(2, (n) => ({
      id: 2 + n,
      name: `Power Supply ${n}`,
      entity: psuEntity(n),
      serialPrefix: "5WBXT",
      product: { manufacturer: "HPE", product: "800W FS Plat Ht Plg LH", partNumber: "865414-B21" },
      capacityWatts: 800,
    })),
  ],
  sel: { capacity: 909 },
  sessions: { limit: 4 },
  channel: { cipherSuites: [3, 17], authTypes15: [] },
  dcmi: { powerManagement: true },
  memory: (number) => sensorPerDimm((n) => number(dimmName(n)), dimmName),
  bootSeconds: 90,
};
