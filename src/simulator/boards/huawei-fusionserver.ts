import { EventType } from "../../ipmi/tables/event-type.ts";
import { Manufacturer } from "../../ipmi/tables/manufacturer.ts";
import { SensorType } from "../../ipmi/tables/sensor-type.ts";
import { Unit } from "../../ipmi/tables/unit.ts";
import { type Plant, rotors } from "../physics/plant.ts";
import {
  boardEntity,
  chassisEntity,
  cpuEntity,
  dimmEntity,
  driveEntity,
  fanEntity,
  inletEntity,
  powerUnitEntity,
  psuEntity,
} from "./entity.ts";
import { standardHabits } from "./memory-habits.ts";
import * as s from "./sensors.ts";
import type { BoardPlan, SensorSpec } from "./spec.ts";

const DIMMS = 24;

const PLANT: Plant = {
  heightUnits: 2,
  processors: { count: 2, idleWatts: 34, maxWatts: 150, kelvinPerWatt: 0.2, throttleCelsius: 92 },
  dimms: DIMMS,
  memoryWatts: [18, 60],
  drives: 12,
  boardWatts: 92,
  standbyWatts: 16,
  fans: { maxRpm: rotors(4, 14_800, 13_500), minDuty: 0.3, maxWatts: 150, maxCfm: 190 },
  supplies: { count: 2, capacityWatts: 900, needed: 1 },
};

/** Processor, channel and module, as printed beside the slot. */
const dimmName = (n: number): string => {
  const index = n - 1;
  return `DIMM${index < DIMMS / 2 ? 0 : 1}${Math.floor((index % 12) / 2)}${index % 2}`;
};

const sensors: readonly SensorSpec[] = [
  s.temp("Inlet Temp", ["inlet"], inletEntity(), { unc: 46, uc: 48, unr: 50 }),
  s.temp("Outlet Temp", ["exhaust"], chassisEntity, { unc: 75 }),
  s.temp("PCH Temp", ["chip_set"], boardEntity(), { unc: 88 }),
  ...s.each(2, (n) => s.temp(`CPU${n} Core Rem`, ["cpu_celsius", n], cpuEntity(n))),
  // Without a unit, as this firmware has it.
  ...s.each(2, (n) =>
    s.margin(`CPU${n} DTS`, ["cpu_celsius", n], cpuEntity(n), 92, { unit: Unit.Unspecified, limits: { unc: -1 } }),
  ),
  ...s.each(2, (n) => s.margin(`CPU${n} Margin`, ["cpu_celsius", n], cpuEntity(n), 86, { unit: Unit.Unspecified })),
  ...s.each(2, (n) => s.temp(`CPU${n} VRD Temp`, ["cpu_vrm_celsius", n], cpuEntity(n), { unc: 110, uc: 120 })),
  ...s.each(2, (n) => s.temp(`CPU${n} MEM Temp`, ["cpu_dimm_celsius", n], cpuEntity(n), { unc: 85 })),
  s.temp("RAID Temp", ["rear"], [0x0b, 1], { unc: 105 }, { offset: 15 }),
  s.temp("Disks Temp", ["drive_bay"], driveEntity(40), { unc: 62 }),
  ...s.each(2, (n) => s.temp(`PS${n} Inlet Temp`, ["psu_celsius", n], psuEntity(n))),
  s.volt("SYS 3.3V", 1, 3.3, { lc: 2.96, uc: 3.63 }),
  s.volt("SYS 5V", 2, 5, { lc: 4.5, uc: 5.5 }),
  s.volt("SYS 12V_1", 3, 12, { lc: 10.8, uc: 13.2 }),
  s.volt("SYS 12V_2", 4, 12, { lc: 10.8, uc: 13.2 }),
  s.standbyVolt("STBY 3.3V", 5, 3.3, { lc: 2.96, uc: 3.63 }),
  ...s.each(2, (n) => s.volt(`CPU${n} VCore`, 5 + n, 1.8, { lc: 1.4, uc: 2.1 })),
  ...s.each(4, (n) => s.volt(`CPU${n <= 2 ? 1 : 2} DDR VDDQ${((n - 1) % 2) + 1}`, 7 + n, 1.22, { lc: 1.07, uc: 1.38 })),
  ...s.each(4, (n) => s.volt(`CPU${n <= 2 ? 1 : 2} DDR VPP${((n - 1) % 2) + 1}`, 11 + n, 2.54, { lc: 2.26, uc: 2.75 })),
  ...s
    .each(4, (n) => [
      s.fan(`FAN${n} F Speed`, 2 * n - 1, 120, { lc: 480 }, { entity: fanEntity(n) }),
      s.fan(`FAN${n} R Speed`, 2 * n, 120, { lc: 480 }, { entity: fanEntity(n) }),
    ])
    .flat(),
  s.watts("Power", ["input_watts"], powerUnitEntity, 8),
  ...s.each(2, (n) => s.watts(`Power${n}`, ["psu_input_watts", n], psuEntity(n), 6)),
  ...s.each(2, (n) => s.inputVolts(`PS${n} VIN`, n, psuEntity(n))),
  s.watts("CPU Power", ["cpu_watts_total"], cpuEntity(40), 4),
  s.watts("Memory Power", ["memory_watts"], dimmEntity(40), 2),
  s.percent("CPU Usage", ["cpu_usage"], cpuEntity(40)),
  s.percent("Memory Usage", ["memory_usage"], dimmEntity(40)),
  ...s.each(2, (n) => s.cpuStatus(`CPU${n} Status`, n, cpuEntity(n))),
  s.memory("CPU1 Memory", cpuEntity(1)),
  s.memory("CPU2 Memory", cpuEntity(2)),
  ...s.each(4, (n) => s.fanState(`FAN${n} F Status`, 2 * n - 1, fanEntity(n))),
  ...s.each(4, (n) => s.fanState(`FAN${n} R Status`, 2 * n, fanEntity(n))),
  ...s.each(DIMMS, (n) => s.dimm(dimmName(n), n, dimmEntity(n))),
  ...s.each(12, (n) => s.drive(`DISK${n - 1}`, n, driveEntity(n))),
  s.battery("RTC Battery", boardEntity()),
  s.intrusion("Chassis Intru", chassisEntity),
  ...s.each(2, (n) => s.psuStatus(`PS${n} Status`, n, psuEntity(n))),
  s.redundancy("PS Redundancy", "power", powerUnitEntity, { sensorType: SensorType.PowerSupply }),
  s.steady("Eth1 Link Down", 0x27, EventType.DigitalState, 1, boardEntity(), { possible: 3 }),
  s.steady("Eth2 Link Down", 0x27, EventType.DigitalState, 1, boardEntity(), { possible: 3 }),
  s.steady("UID Button", SensorType.Button, EventType.SensorSpecific, 0, boardEntity(), { possible: 1 }),
  s.steady("System Notice", SensorType.SystemFirmware, EventType.SensorSpecific, 0, boardEntity(), { possible: 7 }),
  s.flag("SysFWProgress", SensorType.SystemFirmware, boardEntity()),
  s.flag("System Error", SensorType.SystemEvent, boardEntity()),
  s.acpi("ACPI State", boardEntity()),
  s.eventLog("SEL Status", boardEntity()),
  s.watchdog("Watchdog2", boardEntity()),
  s.steady("Mngmnt Health", 0x28, EventType.SensorSpecific, 0, boardEntity(), { possible: 0x3f }),
];

/** Two sockets, 2U, an iBMC: many limits of one kind only, margins without a unit. */
export const huaweiFusionServer: BoardPlan = {
  name: "huawei-fusionserver",
  title: "Huawei FusionServer-like, 2 sockets, 2U, iBMC",
  identity: { manufacturerId: Manufacturer.Huawei, productId: 0x0001, deviceId: 1, firmware: [6, 0x36] },
  plant: PLANT,
  sensors,
  frus: [
    {
      id: 0,
      serialPrefix: "2102",
      chassis: { type: 23 },
      board: { manufacturer: "Huawei", product: "BC11SPSCB-class", partNumber: "03024JMY" },
      product: { manufacturer: "Huawei", product: "2288H-class", version: "V5" },
    },
    ...s.each(2, (n) => ({
      id: 5 + n,
      name: `PS${n}`,
      entity: psuEntity(n),
      serialPrefix: "2106",
      product: { manufacturer: "Huawei", product: "PAC900S12-class", partNumber: "02312BBB" },
      capacityWatts: 900,
    })),
  ],
  sel: { capacity: 4000 },
  sessions: { limit: 5 },
  channel: { cipherSuites: [3, 17], authTypes15: [] },
  dcmi: { powerManagement: true },
  memory: (number) => standardHabits(number("CPU1 Memory")),
  bootSeconds: 130,
};
