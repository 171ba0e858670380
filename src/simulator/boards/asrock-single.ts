import { EventType } from "../../ipmi/tables/event-type.ts";
import { SensorType } from "../../ipmi/tables/sensor-type.ts";
import { type Plant, rotors } from "../physics/plant.ts";
import { boardEntity, chassisEntity, cpuEntity, dimmEntity, driveEntity } from "./entity.ts";
import { sensorPerDimm } from "./memory-habits.ts";
import * as s from "./sensors.ts";
import type { BoardPlan, SensorSpec } from "./spec.ts";

const ASROCK_RACK = 49622;

const PLANT: Plant = {
  heightUnits: 1,
  processors: { count: 1, idleWatts: 14, maxWatts: 80, kelvinPerWatt: 0.4, throttleCelsius: 95 },
  dimms: 4,
  memoryWatts: [6, 16],
  drives: 4,
  boardWatts: 36,
  standbyWatts: 8,
  fans: { maxRpm: rotors(6, 9_600), minDuty: 0.3, maxWatts: 48, maxCfm: 90 },
  supplies: { count: 1, capacityWatts: 400, needed: 1 },
};

const RAILS: readonly (readonly [string, number, "standby"?])[] = [
  ["3VSB", 3.42, "standby"],
  ["5VSB", 5.05, "standby"],
  ["VCPU", 1.05],
  ["VCCM", 1.2],
  ["VCCSA", 1.05],
  ["VCCIO", 0.95],
  ["PCH_1.05V", 1.05, "standby"],
  ["BAT", 3.1, "standby"],
  ["3V", 3.36],
  ["5V", 5.05],
  ["12V", 12.1],
];

const sensors: readonly SensorSpec[] = [
  s.temp("MB Temp", ["board"], boardEntity(), { unc: 55, uc: 60 }),
  s.temp("Card Side Temp", ["rear"], boardEntity(2), { unc: 68, uc: 73 }),
  s.temp("CPU Temp", ["cpu_celsius", 1], cpuEntity(1), { unc: 95, uc: 100, unr: 105 }),
  s.margin("CPU DTS", ["cpu_celsius", 1], cpuEntity(1), 98),
  s.temp("TR1 Temp", ["inlet"], boardEntity(3), { unc: 50, uc: 60 }),
  s.temp("PCH Temp", ["chip_set"], boardEntity(4), { unc: 95, uc: 100 }),
  s.temp("LAN Temp", ["chip_set"], boardEntity(5), { unc: 95, uc: 100 }, { offset: 8 }),
  s.temp("VRM Temp", ["cpu_vrm_celsius", 1], boardEntity(6), { unc: 105, uc: 115 }),
  ...["A1", "A2", "B1", "B2"].map((slot, i) =>
    s.temp(`DDR4_${slot} Temp`, ["cpu_dimm_celsius", 1], dimmEntity(i + 1), { unc: 82, uc: 84 }, { offset: i - 2 }),
  ),
  ...s.each(2, (n) => s.temp(`HDD${n} Temp`, ["drive_bay"], driveEntity(n), { unc: 58, uc: 62 }, { offset: 2 })),
  ...s.each(6, (n) => s.fan(`FAN${n}`, n, 100, { lnr: 0, lc: 100, lnc: 200 })),
  ...s.volts(RAILS),
  s.watts("CPU Power", ["cpu_watts", 1], cpuEntity(1), 1),
  ...["A1", "A2", "B1", "B2"].map((slot, i) => s.dimm(`DIMM_${slot}`, i + 1, dimmEntity(i + 1))),
  s.cpuStatus("CPU_PRESENCE", 1, cpuEntity(1)),
  s.flag("CPU_PROCHOT", SensorType.Processor, cpuEntity(1)),
  s.flag("CPU_THERMTRIP", SensorType.Processor, cpuEntity(1)),
  s.flag("CPU_CATERR", SensorType.Processor, cpuEntity(1)),
  s.steady("PSU1 AC lost", SensorType.PowerSupply, EventType.DigitalState, 1, [0x0a, 1], { possible: 3 }),
  ...s.each(4, (n) => s.drive(`HDD${n} Status`, n, driveEntity(n))),
  s.intrusion("ChassisIntr", chassisEntity),
  s.eventLog("SEL", boardEntity()),
  s.watchdog("Watchdog2", boardEntity()),
  s.acpi("ACPI", boardEntity()),
  s.steady("NMI Button", SensorType.Button, EventType.SensorSpecific, 0, boardEntity(), { possible: 7 }),
  ...s.each(5, (n) =>
    s.steady(`PCIE${n} Slot`, 0x21, EventType.SensorSpecific, n === 1 ? 4 : 0, [0x0b, n], { possible: 5 }),
  ),
  s.steady("BIOS POST", SensorType.SystemFirmware, EventType.SensorSpecific, 0, [0x22, 1], { possible: 7 }),
];

/** One socket, 1U, one supply, AMI firmware: no DCMI power, session limit of a small BMC. */
export const asrockSingle: BoardPlan = {
  name: "asrock-single",
  title: "ASRock Rack-like, 1 socket, 1U, AMI firmware",
  identity: { manufacturerId: ASROCK_RACK, productId: 0x1117, deviceId: 32, firmware: [1, 0x90] },
  plant: PLANT,
  sensors,
  frus: [
    {
      id: 0,
      serialPrefix: "M80-",
      chassis: { type: 23 },
      board: { manufacturer: "ASRockRack", product: "E3C2-class", partNumber: "E3C2" },
      product: { manufacturer: "ASRockRack", product: "1U2-class" },
    },
  ],
  sel: { capacity: 902 },
  sessions: { limit: 2 },
  channel: { cipherSuites: [1, 2, 3, 6, 7, 8, 11, 12, 17], authTypes15: ["md5"] },
  firmware: { sdrReadBytes: 64 },
  memory: (number) => {
    const slot = (n: number): string => `DIMM_${["A1", "A2", "B1", "B2"][n - 1] ?? "A1"}`;
    return sensorPerDimm((n) => number(slot(n)), slot);
  },
  bootSeconds: 80,
};
