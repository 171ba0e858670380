import { EventType } from "../../ipmi/tables/event-type.ts";
import { SensorType } from "../../ipmi/tables/sensor-type.ts";
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
import { sensorPerDimm } from "./memory-habits.ts";
import * as s from "./sensors.ts";
import type { BoardPlan, SensorSpec } from "./spec.ts";

const INSPUR = 37945;

const PLANT: Plant = {
  heightUnits: 2,
  processors: { count: 2, idleWatts: 36, maxWatts: 165, kelvinPerWatt: 0.19, throttleCelsius: 93 },
  dimms: 16,
  memoryWatts: [16, 54],
  drives: 12,
  boardWatts: 95,
  standbyWatts: 17,
  fans: { maxRpm: rotors(4, 15_000, 13_800), minDuty: 0.3, maxWatts: 160, maxCfm: 200 },
  supplies: { count: 2, capacityWatts: 1300, needed: 1 },
};

const RAILS: readonly (readonly [string, number, "standby"?])[] = [
  ["SYS_12V", 12],
  ["SYS_5V", 5],
  ["SYS_3V3", 3.3],
  ["STBY_5V", 5, "standby"],
  ["STBY_3V3", 3.3, "standby"],
  ["PCH_1V05", 1.05, "standby"],
  ["PCH_PVNN", 1, "standby"],
  ["CPU0_VCORE", 1.8],
  ["CPU1_VCORE", 1.8],
  ["CPU0_DDR_VDDQ", 1.2],
  ["CPU1_DDR_VDDQ", 1.2],
  ["RTC_Battery", 3.05, "standby"],
];

const dimmName = (n: number): string => `DIMM_${n - 1}`;

const sensors: readonly SensorSpec[] = [
  s.temp("Inlet_Temp", ["inlet"], inletEntity(), { unc: 40, uc: 42, unr: 45 }),
  s.temp("Outlet_Temp", ["exhaust"], chassisEntity, { unc: 72, uc: 78 }),
  s.temp("PCH_Temp", ["chip_set"], boardEntity(), { unc: 88, uc: 93 }),
  s.temp("RAID_Temp", ["rear"], [0x0b, 1], { unc: 98, uc: 105 }, { offset: 16 }),
  s.temp("OCP_NIC_Temp", ["rear"], [0x0b, 2], { unc: 95, uc: 105 }, { offset: 12 }),
  s.temp("HDD_MAX_Temp", ["drive_bay"], driveEntity(40), { unc: 58, uc: 62 }),
  ...s.each(2, (n) => s.temp(`CPU${n - 1}_Temp`, ["cpu_celsius", n], cpuEntity(n), { unc: 93, uc: 98 })),
  ...s.each(2, (n) => s.margin(`CPU${n - 1}_DTS`, ["cpu_celsius", n], cpuEntity(n), 93)),
  ...s.each(2, (n) => s.temp(`CPU${n - 1}_VR_Temp`, ["cpu_vrm_celsius", n], cpuEntity(n), { unc: 110, uc: 120 })),
  ...s.each(2, (n) => s.temp(`CPU${n - 1}_DIMM_T`, ["cpu_dimm_celsius", n], dimmEntity(40 + n), { unc: 80, uc: 85 })),
  ...s.each(2, (n) => s.temp(`PSU${n - 1}_Temp`, ["psu_celsius", n], psuEntity(n), { unc: 65, uc: 70 })),
  ...s.volts(RAILS),
  ...s
    .each(4, (n) => [
      s.fan(`FAN${n - 1}_F_Speed`, 2 * n - 1, 75, { lc: 600, lnc: 900 }, { entity: fanEntity(n) }),
      s.fan(`FAN${n - 1}_R_Speed`, 2 * n, 75, { lc: 600, lnc: 900 }, { entity: fanEntity(n) }),
    ])
    .flat(),
  s.watts("Total_Power", ["input_watts"], powerUnitEntity, 8),
  s.watts("CPU_Power", ["cpu_watts_total"], cpuEntity(40), 4),
  s.watts("Memory_Power", ["memory_watts"], dimmEntity(40), 2),
  s.watts("FAN_Power", ["fan_watts"], fanEntity(40), 2),
  ...s.each(2, (n) => s.watts(`PSU${n - 1}_PIN`, ["psu_input_watts", n], psuEntity(n), 8)),
  ...s.each(2, (n) => s.watts(`PSU${n - 1}_POUT`, ["psu_output_watts", n], psuEntity(n), 8)),
  ...s.each(2, (n) => s.inputVolts(`PSU${n - 1}_VIN`, n, psuEntity(n))),
  ...s.each(2, (n) => s.psuStatus(`PSU${n - 1}_Status`, n, psuEntity(n))),
  s.redundancy("PSU_Redundant", "power", powerUnitEntity),
  s.redundancy("FAN_Redundant", "cooling", fanEntity(40)),
  ...s.each(8, (n) => s.fanState(`FAN${(n - 1) >> 1}_${n % 2 === 1 ? "F" : "R"}_Status`, n, fanEntity((n + 1) >> 1))),
  ...s.each(2, (n) => s.cpuStatus(`CPU${n - 1}_Status`, n, cpuEntity(n))),
  ...s.each(16, (n) => s.dimm(dimmName(n), n, dimmEntity(n))),
  ...s.each(12, (n) => s.drive(`HDD${n - 1}`, n, driveEntity(n))),
  s.percent("CPU_Usage", ["cpu_usage"], cpuEntity(40)),
  s.percent("MEM_Usage", ["memory_usage"], dimmEntity(40)),
  s.acpi("ACPI_PWR", boardEntity()),
  s.powerUnit("SYS_Pwr_Unit", powerUnitEntity),
  s.eventLog("SEL_Status", boardEntity()),
  s.watchdog("Watchdog2", boardEntity()),
  s.intrusion("Intrusion", chassisEntity),
  s.flag("CPU_Config", SensorType.Processor, cpuEntity(1)),
  s.flag("PCIe_Status", SensorType.CriticalInterrupt, boardEntity()),
  s.steady("BMC_Boot_Up", 0x1d, EventType.SensorSpecific, 1, boardEntity(), { possible: 0x7 }),
  s.eventOnly("POST_Status", SensorType.SystemFirmware, EventType.SensorSpecific, boardEntity()),
  s.eventOnly("CPU_MCA", SensorType.Processor, EventType.SensorSpecific, cpuEntity(1)),
];

/** Two sockets, 2U, AMI firmware: underscores everywhere, parts counted from 0, a sensor for each module. */
export const inspurNf5280: BoardPlan = {
  name: "inspur-nf5280",
  title: "Inspur NF5280-like, 2 sockets, 2U",
  identity: { manufacturerId: INSPUR, productId: 0x0202, deviceId: 32, firmware: [4, 0x22] },
  plant: PLANT,
  sensors,
  frus: [
    {
      id: 0,
      serialPrefix: "2189",
      chassis: { type: 23 },
      board: { manufacturer: "Inspur", product: "YZMB-class", partNumber: "YZMB-00882" },
      product: { manufacturer: "Inspur", product: "NF5280-class", version: "01" },
    },
    ...s.each(2, (n) => ({
      id: n,
      name: `PSU${n - 1}_FRU`,
      entity: psuEntity(n),
      serialPrefix: "6K2",
      product: { manufacturer: "Great Wall", product: "1300W class supply" },
      capacityWatts: 1300,
    })),
  ],
  sel: { capacity: 3639 },
  sessions: { limit: 6 },
  channel: { cipherSuites: [3, 17], authTypes15: [] },
  dcmi: { powerManagement: true },
  memory: (number) => sensorPerDimm((n) => number(dimmName(n)), dimmName),
  bootSeconds: 110,
};
