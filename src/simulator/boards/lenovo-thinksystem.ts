import { EventType } from "../../ipmi/tables/event-type.ts";
import { Manufacturer } from "../../ipmi/tables/manufacturer.ts";
import { SensorType } from "../../ipmi/tables/sensor-type.ts";
import { type Plant, rotors } from "../physics/plant.ts";
import {
  backplaneEntity,
  boardEntity,
  chassisEntity,
  coolingEntity,
  cpuEntity,
  dimmEntity,
  driveEntity,
  fanEntity,
  firmwareEntity,
  inletEntity,
  powerUnitEntity,
  psuEntity,
} from "./entity.ts";
import { sensorPerDimm } from "./memory-habits.ts";
import * as s from "./sensors.ts";
import type { BoardPlan, SensorSpec } from "./spec.ts";

const DIMMS = 24;

const PLANT: Plant = {
  heightUnits: 2,
  processors: { count: 2, idleWatts: 38, maxWatts: 165, kelvinPerWatt: 0.2, throttleCelsius: 94 },
  dimms: DIMMS,
  memoryWatts: [20, 66],
  drives: 16,
  boardWatts: 85,
  standbyWatts: 16,
  fans: { maxRpm: rotors(6, 15_200, 13_400), minDuty: 0.28, maxWatts: 170, maxCfm: 190 },
  supplies: { count: 2, capacityWatts: 1100, needed: 1 },
};

const FAN_LIMITS = { lnr: 300, lc: 600 };

const sensors: readonly SensorSpec[] = [
  s.temp("Ambient Temp", ["inlet"], inletEntity(), { unc: 43, uc: 46, unr: 50 }),
  s.temp("Exhaust Temp", ["exhaust"], chassisEntity, { unc: 75, uc: 80 }),
  ...s.each(2, (n) => s.temp(`CPU ${n} Temp`, ["cpu_celsius", n], cpuEntity(n), { unc: 92, uc: 96, unr: 100 })),
  ...s.each(2, (n) => s.margin(`CPU ${n} DTS`, ["cpu_celsius", n], cpuEntity(n), 94)),
  ...s.each(2, (n) => s.temp(`CPU ${n} VR Temp`, ["cpu_vrm_celsius", n], cpuEntity(n + 10), { unc: 105, uc: 110 })),
  s.temp("PCH Temp", ["chip_set"], boardEntity(), { unc: 88, uc: 93, unr: 98 }),
  ...s.each(DIMMS, (n) =>
    s.temp(
      `DIMM ${n} Temp`,
      ["cpu_dimm_celsius", n <= DIMMS / 2 ? 1 : 2],
      dimmEntity(n),
      { unc: 83, uc: 85 },
      { offset: (n % 4) - 2 },
    ),
  ),
  s.standbyVolt("SysBrd 12V", 1, 12, { lc: 10.8, uc: 13.2 }),
  s.standbyVolt("SysBrd 3.3V", 2, 3.3, { lc: 2.97, uc: 3.63 }),
  s.volt("SysBrd 5V", 3, 5, { lc: 4.5, uc: 5.5 }),
  s.standbyVolt("CMOS Battery", 4, 3.05, { lc: 2.25, lnc: 2.39 }),
  ...s
    .each(6, (n) => [
      s.fan(`Fan ${n}A Tach`, 2 * n - 1, 60, FAN_LIMITS, { entity: fanEntity(n) }),
      s.fan(`Fan ${n}B Tach`, 2 * n, 60, FAN_LIMITS, { entity: fanEntity(n) }),
    ])
    .flat(),
  s.percent("Sys Fan Pwr", ["duty"], coolingEntity, {}, { gain: 100 }),
  s.watts("Sys Power", ["input_watts"], powerUnitEntity, 10),
  s.watts("CPU Power", ["cpu_watts_total"], cpuEntity(20), 4),
  s.watts("Mem Power", ["memory_watts"], dimmEntity(40), 2),
  ...s.each(2, (n) => s.watts(`PSU ${n} Input`, ["psu_input_watts", n], psuEntity(n), 10)),
  ...s.each(2, (n) => s.inputVolts(`PSU ${n} VIN`, n, psuEntity(n))),
  s.percent("CPU Utilization", ["cpu_usage"], cpuEntity(20)),
  s.percent("Mem Utilization", ["memory_usage"], dimmEntity(40)),
  ...s.each(2, (n) => s.psuStatus(`PSU ${n}`, n, psuEntity(n))),
  s.redundancy("Power Resource", "power", powerUnitEntity),
  s.powerUnit("Power Unit", powerUnitEntity),
  ...s.each(2, (n) =>
    s.redundancy(`Cooling Zone ${n}`, "cooling", coolingEntity, { sensorType: SensorType.CoolingDevice }),
  ),
  ...s.each(2, (n) => s.cpuStatus(`CPU ${n}`, n, cpuEntity(n))),
  s.flag("CPU 1 OverTemp", SensorType.Temperature, cpuEntity(1)),
  s.flag("CPU 2 OverTemp", SensorType.Temperature, cpuEntity(2)),
  s.memory("All DIMMs", dimmEntity(40)),
  ...s.each(DIMMS, (n) => s.dimm(`DIMM ${n}`, n, dimmEntity(n))),
  ...s.each(16, (n) => s.drive(`Drive ${n - 1}`, n, driveEntity(n))),
  s.presence("Backplane 1", SensorType.EntityPresence, backplaneEntity),
  s.flag("Planar Fault", SensorType.Module, boardEntity()),
  s.flag("PCI 1", SensorType.CriticalInterrupt, boardEntity(2)),
  s.flag("NMI State", SensorType.CriticalInterrupt, boardEntity()),
  s.steady("Firmware Error", SensorType.SystemFirmware, EventType.SensorSpecific, 0, firmwareEntity, { possible: 7 }),
  s.eventOnly("Progress", SensorType.SystemFirmware, EventType.SensorSpecific, firmwareEntity),
  s.watchdog("IPMI Watchdog", boardEntity()),
  s.eventLog("SEL Fullness", boardEntity()),
  s.intrusion("Chassis Cover", chassisEntity),
  s.acpi("Host Power", boardEntity()),
];

/** Two sockets, 2U, an XCC: a temperature and a state for each memory module. */
export const lenovoThinkSystem: BoardPlan = {
  name: "lenovo-thinksystem",
  title: "Lenovo ThinkSystem-like, 2 sockets, 2U, XCC",
  identity: { manufacturerId: Manufacturer.Lenovo, productId: 0x0459, deviceId: 32, firmware: [4, 0x20] },
  plant: PLANT,
  sensors,
  frus: [
    {
      id: 0,
      serialPrefix: "J30",
      chassis: { type: 23, partNumber: "7X06CTO1WW" },
      board: { manufacturer: "LENOVO", product: "System Board", partNumber: "02JK888" },
      product: { manufacturer: "Lenovo", product: "ThinkSystem SR650-class", partNumber: "7X06CTO1WW", version: "05" },
    },
    ...s.each(2, (n) => ({
      id: 16 + n,
      name: `Power Supply ${n}`,
      entity: psuEntity(n),
      serialPrefix: "A4DD",
      product: { manufacturer: "Lenovo", product: "1100W Platinum", partNumber: "SP57A02016" },
      capacityWatts: 1100,
    })),
  ],
  sel: { capacity: 511, whenFull: "drop_oldest" },
  sessions: { limit: 5 },
  channel: { cipherSuites: [3, 17], authTypes15: [] },
  dcmi: { powerManagement: true, controllerId: "XCC" },
  memory: (number) =>
    sensorPerDimm(
      (n) => number(`DIMM ${n}`),
      (n) => `DIMM ${n}`,
    ),
  bootSeconds: 140,
};
