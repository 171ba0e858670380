import { Manufacturer } from "../../ipmi/tables/manufacturer.ts";
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
import { standardHabits } from "./memory-habits.ts";
import * as s from "./sensors.ts";
import type { BoardPlan, SensorSpec } from "./spec.ts";

const GPUS = 8;

const PLANT: Plant = {
  heightUnits: 8,
  processors: { count: 2, idleWatts: 70, maxWatts: 280, kelvinPerWatt: 0.13, throttleCelsius: 95 },
  accelerators: { count: GPUS, idleWatts: 70, maxWatts: 600, kelvinPerWatt: 0.068 },
  dimms: 32,
  memoryWatts: [60, 190],
  drives: 8,
  boardWatts: 420,
  standbyWatts: 60,
  fans: { maxRpm: rotors(10, 14_600), minDuty: 0.35, maxWatts: 1100, maxCfm: 1300 },
  supplies: { count: 6, capacityWatts: 3000, needed: 3 },
};

const RAILS: readonly (readonly [string, number, "standby"?])[] = [
  ["P_12V", 12],
  ["P_54V", 54],
  ["P_5V", 5],
  ["P_3V3", 3.3],
  ["P_5V_STBY", 5, "standby"],
  ["P_1V8_CPU0", 1.8],
  ["P_1V8_CPU1", 1.8],
  ["VBAT", 3.05, "standby"],
];

const sensors: readonly SensorSpec[] = [
  s.temp("Inlet_Temp", ["inlet"], inletEntity(), { unc: 38, uc: 42 }),
  s.temp("Outlet_Temp", ["exhaust"], chassisEntity, { unc: 68, uc: 75 }),
  s.temp("Mid_Plane_Temp", ["rear"], boardEntity(2), { unc: 72, uc: 78 }),
  ...s.each(2, (n) => s.temp(`CPU${n - 1}_Temp`, ["cpu_celsius", n], cpuEntity(n), { unc: 95, uc: 100 })),
  ...s.each(2, (n) => s.temp(`CPU${n - 1}_VR_Temp`, ["cpu_vrm_celsius", n], cpuEntity(n), { unc: 110, uc: 115 })),
  ...s.each(2, (n) =>
    s.temp(`CPU${n - 1}_DIMM_Temp`, ["cpu_dimm_celsius", n], dimmEntity(40 + n), { unc: 82, uc: 85 }),
  ),
  ...s.each(GPUS, (n) => s.temp(`GPU_${n}_Temp`, ["gpu_celsius", n], cardEntity(n), { unc: 87, uc: 92 })),
  ...s.each(GPUS, (n) => s.temp(`GPU_${n}_HBM_Temp`, ["gpu_memory_celsius", n], cardEntity(n), { unc: 95, uc: 100 })),
  ...s.each(GPUS, (n) => s.watts(`GPU_${n}_Power`, ["gpu_watts", n], cardEntity(n), 4)),
  s.watts("GPU_Total_Power", ["gpu_watts_total"], cardEntity(40), 25),
  ...s.each(4, (n) =>
    s.temp(`NVSW_${n}_Temp`, ["gpu_celsius", 2 * n], cardEntity(20 + n), { unc: 95, uc: 105 }, { offset: -6 }),
  ),
  ...s.each(8, (n) =>
    s.temp(`NIC_${n}_Temp`, ["rear"], cardEntity(30 + n), { unc: 100, uc: 105 }, { offset: 14 + (n % 3) }),
  ),
  ...s.each(8, (n) =>
    s.temp(`NVMe_${n}_Temp`, ["drive_bay"], driveEntity(n), { unc: 68, uc: 73 }, { offset: 8 + (n % 2) }),
  ),
  ...s.each(6, (n) => s.temp(`PSU${n}_Temp`, ["psu_celsius", n], psuEntity(n), { unc: 65, uc: 70 })),
  ...s.each(10, (n) => s.fan(`FAN_${n}`, n, 80, { lc: 800, lnc: 1200 }, { entity: fanEntity(n) })),
  ...s.volts(RAILS),
  s.watts("Total_Power", ["input_watts"], powerUnitEntity, 40),
  ...s.each(6, (n) => s.watts(`PSU${n}_PIN`, ["psu_input_watts", n], psuEntity(n), 16)),
  ...s.each(6, (n) => s.inputVolts(`PSU${n}_VIN`, n, psuEntity(n))),
  s.watts("CPU_Power", ["cpu_watts_total"], cpuEntity(40), 4),
  s.watts("Memory_Power", ["memory_watts"], dimmEntity(40), 2),
  s.watts("FAN_Power", ["fan_watts"], coolingEntity, 8),
  ...s.each(6, (n) => s.psuStatus(`PSU${n}_Status`, n, psuEntity(n))),
  s.redundancy("PSU_Redundancy", "power", powerUnitEntity),
  s.redundancy("FAN_Redundancy", "cooling", coolingEntity),
  ...s.each(2, (n) => s.cpuStatus(`CPU${n - 1}_Status`, n, cpuEntity(n))),
  s.memory("Memory_Status", dimmEntity(40)),
  ...s.each(8, (n) => s.drive(`NVMe_${n}`, n, driveEntity(n))),
  ...s.each(GPUS, (n) => s.steady(`GPU_${n}_Status`, 0x21, 0x6f, 1 << 2, cardEntity(n), { possible: 0x05 })),
  s.intrusion("Chassis_Intru", chassisEntity),
  s.eventLog("SEL_Status", boardEntity()),
  s.watchdog("Watchdog2", boardEntity()),
  s.acpi("ACPI_State", boardEntity()),
];

/** Eight accelerators, two sockets, 8U, six supplies of which three carry it: ten kilowatts of sensors. */
export const gpuNode: BoardPlan = {
  name: "gpu-node",
  title: "NVIDIA HGX-like node, 8 accelerators, 2 sockets, 8U",
  identity: { manufacturerId: Manufacturer.Nvidia, productId: 0x0103, deviceId: 32, firmware: [23, 0x09] },
  plant: PLANT,
  sensors,
  frus: [
    {
      id: 0,
      serialPrefix: "166",
      chassis: { type: 23 },
      board: { manufacturer: "NVIDIA", product: "8-GPU base board", partNumber: "965-24387" },
      product: { manufacturer: "NVIDIA", product: "8-GPU node", version: "A2" },
    },
    ...s.each(6, (n) => ({
      id: n,
      name: `PSU${n}_FRU`,
      entity: psuEntity(n),
      serialPrefix: "DTHT",
      product: { manufacturer: "DELTA", product: "3000W class supply" },
      capacityWatts: 3000,
    })),
    ...s.each(GPUS, (n) => ({
      id: 16 + n,
      name: `GPU_${n}_FRU`,
      entity: cardEntity(n),
      serialPrefix: "165",
      board: { manufacturer: "NVIDIA", product: "Accelerator module", partNumber: "692-2G520" },
    })),
  ],
  sel: { capacity: 3639 },
  sessions: { limit: 8 },
  channel: { cipherSuites: [17], authTypes15: [] },
  dcmi: { powerManagement: true },
  memory: (number) => standardHabits(number("Memory_Status")),
  bootSeconds: 200,
};
