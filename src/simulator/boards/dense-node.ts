import { Manufacturer } from "../../ipmi/tables/manufacturer.ts";
import { SensorType } from "../../ipmi/tables/sensor-type.ts";
import { type Plant, rotors } from "../physics/plant.ts";
import {
  boardEntity,
  chassisEntity,
  cpuEntity,
  dimmEntity,
  driveEntity,
  fanEntity,
  powerUnitEntity,
  psuEntity,
} from "./entity.ts";
import { standardHabits } from "./memory-habits.ts";
import * as s from "./sensors.ts";
import type { BoardPlan, SensorSpec } from "./spec.ts";

/** Nodes that share chassis, fans and supplies. */
const NODES = 4;

const PLANT: Plant = {
  heightUnits: 2,
  processors: { count: 2, idleWatts: 40, maxWatts: 180, kelvinPerWatt: 0.17, throttleCelsius: 92 },
  dimms: 16,
  memoryWatts: [16, 52],
  drives: 6,
  boardWatts: 48,
  standbyWatts: 9,
  // This node's share of the air and of the fans' power.
  fans: { maxRpm: rotors(8, 16_000), minDuty: 0.35, maxWatts: 55, maxCfm: 85 },
  supplies: { count: 2, capacityWatts: 560, needed: 1 },
};

const RAILS: readonly (readonly [string, number, "standby"?])[] = [
  ["P_12V", 12],
  ["P_5V_STBY", 5, "standby"],
  ["P_3V3", 3.3],
  ["P_VDD_CPU0", 1.1],
  ["P_VDD_CPU1", 1.1],
  ["P_VDDIO_ABCD_P0", 1.2],
  ["P_VDDIO_EFGH_P0", 1.2],
  ["P_VDDIO_ABCD_P1", 1.2],
  ["P_VDDIO_EFGH_P1", 1.2],
  ["P_VBAT", 3.05, "standby"],
];

const sensors: readonly SensorSpec[] = [
  s.temp("MB_TEMP1", ["inlet"], boardEntity(), { unc: 45, uc: 50 }),
  s.temp("MB_TEMP2", ["board"], boardEntity(2), { unc: 60, uc: 65 }),
  s.temp("NODE_OUTLET", ["exhaust"], chassisEntity, { unc: 75, uc: 80 }),
  ...s.each(2, (n) => s.temp(`CPU${n - 1}_TEMP`, ["cpu_celsius", n], cpuEntity(n), { unc: 92, uc: 96 })),
  ...s.each(2, (n) => s.temp(`VR_P${n - 1}_TEMP`, ["cpu_vrm_celsius", n], cpuEntity(n), { unc: 110, uc: 115 })),
  ...s.each(4, (n) =>
    s.temp(
      `DIMMG${n - 1}_TEMP`,
      ["cpu_dimm_celsius", n <= 2 ? 1 : 2],
      dimmEntity(40 + n),
      { unc: 80, uc: 85 },
      { offset: (n % 2) - 1 },
    ),
  ),
  s.temp("M2_G1_AMB_TEMP", ["rear"], driveEntity(20), { unc: 75, uc: 80 }),
  s.temp("OCP20_TEMP", ["rear"], [0x0b, 1], { unc: 95, uc: 105 }, { offset: 12 }),
  ...s.volts(RAILS),
  ...s.each(8, (n) => s.fan(`SYS_FAN${n}`, n, 150, { lc: 1200, lnc: 1500 }, { entity: fanEntity(n) })),
  s.watts("NODE_PIN", ["dc_watts"], boardEntity(), 4),
  // The supplies belong to the chassis: they carry the other nodes too.
  ...s.each(2, (n) => s.watts(`PSU${n}_PIN`, ["psu_input_watts", n], psuEntity(n), 12, {}, { gain: NODES })),
  ...s.each(2, (n) => s.temp(`PSU${n}_HOTSPOT`, ["psu_celsius", n], psuEntity(n), { unc: 90, uc: 95 }, { offset: 12 })),
  ...s.each(2, (n) => s.psuStatus(`PSU${n}_STATUS`, n, psuEntity(n))),
  s.redundancy("PSU_RDNT", "power", powerUnitEntity),
  ...s.each(2, (n) => s.cpuStatus(`CPU${n - 1}_Status`, n, cpuEntity(n))),
  ...s.each(2, (n) => s.flag(`CPU${n - 1}_PROCHOT`, SensorType.Processor, cpuEntity(n))),
  ...s.each(2, (n) => s.memory(`CPU${n - 1}_MEM`, cpuEntity(n))),
  ...s.each(6, (n) => s.drive(`HDD${n}_Status`, n, driveEntity(n))),
  s.steady("NODE_ID", SensorType.EntityPresence, 0x6f, 1, chassisEntity, { possible: 3 }),
  s.presence("CMC_PRESENCE", SensorType.EntityPresence, chassisEntity),
  s.eventLog("SEL", boardEntity()),
  s.watchdog("Watchdog", boardEntity()),
  s.acpi("ACPI State", boardEntity()),
  s.eventOnly("POST", SensorType.SystemFirmware, 0x6f, [0x22, 1]),
];

/** One of four nodes in 2U: fans and supplies belong to the chassis. */
export const denseNode: BoardPlan = {
  name: "dense-node",
  title: "Gigabyte-like node, four in 2U, 2 sockets",
  identity: { manufacturerId: Manufacturer.Gigabyte, productId: 0x02c7, deviceId: 32, firmware: [12, 0x49] },
  plant: PLANT,
  sensors,
  frus: [
    {
      id: 0,
      serialPrefix: "JG4N",
      chassis: { type: 23, partNumber: "01234567" },
      board: { manufacturer: "GIGABYTE", product: "MZ62-class", partNumber: "9MZ62HD0" },
      product: { manufacturer: "GIGABYTE", product: "H262-class", version: "0100" },
    },
  ],
  sel: { capacity: 512 },
  sessions: { limit: 4 },
  channel: { cipherSuites: [3, 17], authTypes15: [] },
  dcmi: { powerManagement: true },
  memory: (number) => standardHabits(number("CPU0_MEM")),
  bootSeconds: 90,
};
