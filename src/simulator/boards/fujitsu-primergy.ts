import { EventType } from "../../ipmi/tables/event-type.ts";
import { Manufacturer } from "../../ipmi/tables/manufacturer.ts";
import { SensorType } from "../../ipmi/tables/sensor-type.ts";
import { type Plant, rotors } from "../physics/plant.ts";
import {
  boardEntity,
  chassisEntity,
  coolingEntity,
  cpuEntity,
  dcmiInletEntity,
  dimmEntity,
  driveEntity,
  fanEntity,
  powerUnitEntity,
  psuEntity,
} from "./entity.ts";
import { mutedHabits } from "./memory-habits.ts";
import * as s from "./sensors.ts";
import type { BoardPlan, SensorSpec } from "./spec.ts";

const PLANT: Plant = {
  heightUnits: 2,
  processors: { count: 2, idleWatts: 30, maxWatts: 125, kelvinPerWatt: 0.24, throttleCelsius: 90 },
  dimms: 16,
  memoryWatts: [14, 46],
  drives: 8,
  boardWatts: 72,
  standbyWatts: 12,
  fans: { maxRpm: rotors(5, 12_600), minDuty: 0.3, maxWatts: 110, maxCfm: 160 },
  supplies: { count: 2, capacityWatts: 800, needed: 1 },
};

/** OEM sensor types of Fujitsu; their states are not public. */
const OEM = { communication: 0xea, fanStatus: 0xe6, psuStatus: 0xe8, psuRedundancy: 0xe9, configBackup: 0xef };

const RAILS: readonly (readonly [string, number, boolean])[] = [
  ["BATT 3.0V", 3, false],
  ["STBY 12V", 12, false],
  ["STBY 5V", 5, false],
  ["STBY 3.3V", 3.3, false],
  ["LAN 1.0V STBY", 1, false],
  ["iRMC 1.2V STBY", 1.2, false],
  ["MAIN 12V", 12, true],
  ["MAIN 5.15V", 5.15, true],
  ["MAIN 3.3V", 3.3, true],
  ["CPU1 1.8V", 1.8, true],
  ["CPU2 1.8V", 1.8, true],
  ["MEM AB 1.2V", 1.2, true],
  ["MEM CD 1.2V", 1.2, true],
  ["PCH 1.05V", 1.05, true],
];

const slot = (n: number): string => `MEM ${String.fromCharCode(0x41 + ((n - 1) >> 1))}${((n - 1) & 1) + 1}`;

const sensors: readonly SensorSpec[] = [
  s.temp("Ambient", ["inlet"], dcmiInletEntity(), { lc: 1, lnc: 5, unc: 38, uc: 42 }),
  s.temp("Systemboard 1", ["board"], boardEntity(), { unc: 60, uc: 65 }),
  s.temp("Systemboard 2", ["rear"], boardEntity(2), { unc: 70, uc: 75 }),
  ...s.each(2, (n) => s.temp(`CPU${n}`, ["cpu_celsius", n], cpuEntity(n), { unc: 91, uc: 95 })),
  ...s.each(16, (n) =>
    s.temp(slot(n), ["cpu_dimm_celsius", n <= 8 ? 1 : 2], dimmEntity(n), { unc: 78, uc: 82 }, { offset: (n % 3) - 1 }),
  ),
  ...s.each(2, (n) => s.temp(`PSU${n} Inlet`, ["psu_celsius", n], psuEntity(n), { unc: 57, uc: 61 })),
  s.temp("RAID Controller", ["rear"], [0x0b, 1], { unc: 95, uc: 99 }, { offset: 14 }),
  ...RAILS.map(([name, nominal, hostPowered], i) =>
    s.volt(name, i + 1, nominal, { lc: nominal * 0.9, uc: nominal * 1.1 }, { hostPowered }),
  ),
  ...s.each(5, (n) => s.fan(`FAN${n} SYS`, n, 60, { lc: 600 }, { entity: fanEntity(n) })),
  ...s.each(2, (n) => s.fan(`FAN PSU${n}`, n, 80, { lc: 480 }, { entity: psuEntity(n), gain: 0.7, hostPowered: true })),
  ...s.each(2, (n) => s.watts(`PSU${n} Power`, ["psu_input_watts", n], psuEntity(n), 4)),
  s.watts("Total Power", ["input_watts"], powerUnitEntity, 6),
  s.watts("Total Power Out", ["dc_watts"], powerUnitEntity, 6),
  ...s.each(2, (n) => s.watts(`CPU${n} Power`, ["cpu_watts", n], cpuEntity(n), 2)),
  s.watts("Fan Power", ["fan_watts"], coolingEntity, 1),
  s.inputVolts("PSU1 Voltage In", 1, psuEntity(1)),
  s.inputVolts("PSU2 Voltage In", 2, psuEntity(2)),
  s.watching(
    "PSU1 Status",
    "psu",
    1,
    SensorType.PowerSupply,
    EventType.SensorSpecific,
    { ok: 1, failed: 3, predicted: 5, input_lost: 9, absent: 0 },
    psuEntity(1),
  ),
  s.watching(
    "PSU2 Status",
    "psu",
    2,
    SensorType.PowerSupply,
    EventType.SensorSpecific,
    { ok: 1, failed: 3, predicted: 5, input_lost: 9, absent: 0 },
    psuEntity(2),
  ),
  s.redundancy("PSU Redundancy", "power", powerUnitEntity),
  s.redundancy("Fan Redundancy", "cooling", coolingEntity),
  ...s.each(5, (n) => s.steady(`FAN${n} State`, OEM.fanStatus, 0x70, 1, fanEntity(n), { possible: 0x7f })),
  s.steady("PSU State", OEM.psuStatus, 0x70, 1, powerUnitEntity, { possible: 0x7f }),
  s.steady("PSU Redund OEM", OEM.psuRedundancy, 0x71, 1, powerUnitEntity, { possible: 0x7f }),
  s.steady("iRMC Comm", OEM.communication, 0x72, 1, boardEntity(), { possible: 3 }),
  s.steady("Config Backup", OEM.configBackup, 0x73, 1, boardEntity(), { possible: 7 }),
  ...s.each(2, (n) => s.cpuStatus(`CPU${n} Status`, n, cpuEntity(n))),
  s.memory("Memory Status", dimmEntity(40)),
  ...s.each(8, (n) => s.drive(`HDD${n - 1}`, n, driveEntity(n))),
  s.intrusion("Housing", chassisEntity),
  s.eventLog("SEL State", boardEntity()),
  s.watchdog("Watchdog", boardEntity()),
  s.acpi("ACPI Power", boardEntity()),
  s.flag("PCI Error", SensorType.CriticalInterrupt, boardEntity()),
  s.eventOnly("System BIOS", SensorType.SystemFirmware, EventType.SensorSpecific, [0x22, 1]),
];

/** Two sockets, 2U, an iRMC: OEM sensor types, memory errors that do not name the module. */
export const fujitsuPrimergy: BoardPlan = {
  name: "fujitsu-primergy",
  title: "Fujitsu PRIMERGY-like, 2 sockets, 2U, iRMC",
  identity: { manufacturerId: Manufacturer.Fujitsu, productId: 0x04bd, deviceId: 5, firmware: [2, 0x60] },
  plant: PLANT,
  sensors,
  frus: [
    {
      id: 0,
      serialPrefix: "YM3",
      chassis: { type: 23, partNumber: "ABN:K1565" },
      board: { manufacturer: "FUJITSU", product: "D3384-class", partNumber: "S26361-D3384" },
      product: { manufacturer: "FUJITSU", product: "PRIMERGY RX2540-class", partNumber: "ABN:K1565", version: "GS01" },
    },
    ...s.each(2, (n) => ({
      id: 4 + n,
      name: `PSU${n}`,
      entity: psuEntity(n),
      serialPrefix: "ACRB",
      product: { manufacturer: "FUJITSU", product: "S13F-800P1A-class", partNumber: "A3C40172" },
      capacityWatts: 800,
    })),
  ],
  sel: { capacity: 592 },
  sessions: { limit: 4 },
  channel: { cipherSuites: [3, 17], authTypes15: ["md5"] },
  dcmi: { powerManagement: true },
  memory: (number) => mutedHabits(number("Memory Status")),
  bootSeconds: 100,
};
