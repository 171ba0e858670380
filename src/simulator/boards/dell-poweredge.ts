import { EventType } from "../../ipmi/tables/event-type.ts";
import { Manufacturer } from "../../ipmi/tables/manufacturer.ts";
import { SensorType } from "../../ipmi/tables/sensor-type.ts";
import { type Plant, rotors } from "../physics/plant.ts";
import {
  backplaneEntity,
  boardEntity,
  cardEntity,
  chassisEntity,
  cpuEntity,
  dimmEntity,
  driveEntity,
  fanEntity,
  psuEntity,
} from "./entity.ts";
import { dellHabits } from "./memory-habits.ts";
import * as s from "./sensors.ts";
import type { BoardPlan, SensorSpec } from "./spec.ts";

const PLANT: Plant = {
  heightUnits: 1,
  processors: { count: 2, idleWatts: 32, maxWatts: 150, kelvinPerWatt: 0.22, throttleCelsius: 92 },
  dimms: 24,
  memoryWatts: [18, 60],
  drives: 8,
  boardWatts: 62,
  standbyWatts: 14,
  fans: { maxRpm: rotors(8, 17_600, 16_500), minDuty: 0.3, maxWatts: 190, maxCfm: 150 },
  supplies: { count: 2, capacityWatts: 750, needed: 1 },
};

/** Regulators with a power good signal only: rails from 1 on, those of the processors from 9 on. */
const BOARD_RAILS = [
  "1.8V SW PG",
  "2.5V SW PG",
  "5V SW PG",
  "PVNN SW PG",
  "VSB11 SW PG",
  "3.3V A PG",
  "BP0 PG",
  "BP1 PG",
];
const CPU_RAILS = ["MEM012 VDDQ PG", "MEM345 VDDQ PG", "VCCIO PG", "VCORE PG", "FIVR PG"];

const LIMITS_FAN = { lc: 720, lnc: 960 };

/** A sensor that cannot be read: BIOS and SMI handler log events with its number. */
const logged = (name: string, type: number, offset: number): SensorSpec =>
  s.steady(name, type, EventType.SensorSpecific, 0, cpuEntity(0x60), {
    possible: 1 << offset,
    unreadable: true,
    asserts: 1 << offset,
  });

const sensors: readonly SensorSpec[] = [
  ...s.each(2, (n) => s.temp("Temp", ["cpu_celsius", n], cpuEntity(n), { lc: 3, uc: 93 })),
  s.temp("Inlet Temp", ["inlet"], boardEntity(), { lc: -7, lnc: 3, unc: 38, uc: 42 }),
  s.temp("Exhaust Temp", ["exhaust"], boardEntity(), { lc: 0, lnc: 5, unc: 70, uc: 75 }),
  ...BOARD_RAILS.map((name, i) => s.powerGood(name, i + 1, boardEntity())),
  ...s
    .each(2, (cpu) => CPU_RAILS.map((name, i) => s.powerGood(name, 8 + (cpu - 1) * 5 + i + 1, cpuEntity(cpu))))
    .flat(),
  ...s
    .each(8, (n) => [
      s.fan(`Fan${n}A`, 2 * n - 1, 120, LIMITS_FAN, { entity: fanEntity(n) }),
      s.fan(`Fan${n}B`, 2 * n, 120, LIMITS_FAN, { entity: fanEntity(n) }),
    ])
    .flat(),
  ...s.each(2, (n) => s.entityPresence("Presence", cpuEntity(n))),
  ...s.each(2, (n) => s.entityPresence("Presence", psuEntity(n))),
  s.entityPresence("BP1 Presence", backplaneEntity),
  s.steady("Intrusion Cable", 0x1b, EventType.SensorSpecific, 1, chassisEntity),
  s.steady("VGA Cable Pres", 0x1b, EventType.SensorSpecific, 1, boardEntity()),
  ...s.each(2, (n) => s.amperes(`Current ${n}`, ["psu_input_amperes", n], psuEntity(n))),
  ...s.each(2, (n) => s.inputVolts(`Voltage ${n}`, n, psuEntity(n))),
  s.watchdog("OS Watchdog", boardEntity()),
  s.eventLog("SEL", boardEntity()),
  s.intrusion("Intrusion", chassisEntity),
  s.steady("Power Optimized", 0xc0, EventType.SensorSpecific, 1, boardEntity(), { possible: 0xff }),
  s.watts("Pwr Consumption", ["input_watts"], boardEntity(), 7, { unc: 1428, uc: 1575 }),
  s.redundancy("PS Redundancy", "power", boardEntity(), { sensorType: SensorType.PowerSupply }),
  s.redundancy("Fan Redundancy", "cooling", boardEntity()),
  s.percent("IO Usage", ["io_usage"], boardEntity(), { unc: 101 }),
  s.percent("MEM Usage", ["memory_usage"], boardEntity(), { unc: 101 }),
  s.percent("SYS Usage", ["system_usage"], boardEntity(), { unc: 101 }),
  s.percent("CPU Usage", ["cpu_usage"], boardEntity(), { unc: 101 }),
  ...s.each(2, (n) => s.cpuStatus("Status", n, cpuEntity(n))),
  ...s.each(2, (n) => s.psuStatus("Status", n, psuEntity(n))),
  s.battery("CMOS Battery", boardEntity()),
  s.steady("ROMB Battery", SensorType.Battery, EventType.SensorSpecific, 0, cardEntity(1), { possible: 7 }),
  ...s.each(3, (n) => s.steady(`PCIe Slot${n}`, 0x21, EventType.SensorSpecific, 0, cardEntity(n), { possible: 1 })),
  ...s.each(8, (n) => s.drive(`Drive ${n - 1}`, n, driveEntity(n))),
  s.steady("Cable SAS A0", 0x1b, EventType.SensorSpecific, 1, backplaneEntity),
  s.steady("Cable SAS B0", 0x1b, EventType.SensorSpecific, 1, backplaneEntity),
  ...s.each(2, (cpu) =>
    s.steady(cpu === 1 ? "A" : "B", SensorType.Memory, EventType.SensorSpecific, 0x40, dimmEntity(cpu)),
  ),
  logged("ECC Corr Err", SensorType.Memory, 0),
  logged("ECC Uncorr Err", SensorType.Memory, 1),
  logged("SBE Log Disabled", SensorType.EventLogging, 0),
  logged("PCI Parity Err", SensorType.CriticalInterrupt, 4),
  logged("PCI System Err", SensorType.CriticalInterrupt, 5),
  logged("CPU Machine Chk", SensorType.Processor, 0xb),
  logged("PCIE Fatal Err", SensorType.CriticalInterrupt, 0xa),
  // Parts that this machine was ordered without.
  s.entityPresence("Presence", cardEntity(4), "absent"),
  s.entityPresence("BP0 Presence", [backplaneEntity[0], 2], "absent"),
  s.entityPresence("TPM Presence", boardEntity(), "absent"),
  s.emptySlot("OCP Presence", SensorType.Module, cardEntity(5)),
  s.eventOnly("POST Err", SensorType.SystemFirmware, EventType.SensorSpecific, boardEntity()),
];

/** Two sockets, 1U, sixteen rotors, an iDRAC of the ninth generation. */
export const dellPowerEdge: BoardPlan = {
  name: "dell-poweredge",
  title: "Dell PowerEdge-like, 2 sockets, 1U, iDRAC 9",
  identity: {
    manufacturerId: Manufacturer.Dell,
    productId: 0x0100,
    deviceId: 32,
    firmware: [6, 0x10],
    auxiliaryFirmware: [0, 30, 85, 0],
  },
  plant: PLANT,
  sensors,
  frus: [
    {
      id: 0,
      serialPrefix: "D",
      chassis: { type: 23 },
      board: { manufacturer: "DELL", product: "PowerEdge R6x0", partNumber: "0H28RRA02" },
      product: { manufacturer: "DELL", product: "PowerEdge R6x0", version: "01" },
    },
    ...s.each(2, (n) => ({
      id: n,
      name: `PS${n}`,
      entity: psuEntity(n),
      serialPrefix: "CNDED",
      board: { manufacturer: "DELL", product: "PWR SPLY,750W,RDNT", partNumber: "05RHVVA00" },
      capacityWatts: 750,
    })),
    {
      id: 3,
      name: "BP1",
      entity: backplaneEntity,
      serialPrefix: "CNBP",
      board: { manufacturer: "DELL", product: "Backplane 8 x 2.5", partNumber: "0K2Y8NA01" },
    },
  ],
  sel: { capacity: 1024 },
  sessions: { limit: 5 },
  channel: { cipherSuites: [3, 17], authTypes15: ["md5"] },
  dcmi: { powerManagement: true, powerLimitWatts: 750, assetTag: "" },
  memory: (number) =>
    dellHabits({
      correctable: number("ECC Corr Err"),
      uncorrectable: number("ECC Uncorr Err"),
      loggingOff: number("SBE Log Disabled"),
    }),
  bootSeconds: 150,
};
