import { EventType } from "../../ipmi/tables/event-type.ts";
import { Manufacturer } from "../../ipmi/tables/manufacturer.ts";
import { SensorType } from "../../ipmi/tables/sensor-type.ts";
import { type Plant, rotors } from "../physics/plant.ts";
import { boardEntity, chassisEntity, cpuEntity, dimmEntity, driveEntity, psuEntity } from "./entity.ts";
import { supermicroHabits } from "./memory-habits.ts";
import * as s from "./sensors.ts";
import type { BoardPlan, SensorSpec } from "./spec.ts";

const PLANT: Plant = {
  heightUnits: 2,
  processors: { count: 2, idleWatts: 34, maxWatts: 150, kelvinPerWatt: 0.21, throttleCelsius: 92 },
  dimms: 16,
  memoryWatts: [14, 48],
  drives: 12,
  boardWatts: 90,
  standbyWatts: 15,
  fans: { maxRpm: rotors(6, 11_200), minDuty: 0.35, maxWatts: 110, maxCfm: 180 },
  supplies: { count: 2, capacityWatts: 1000, needed: 1 },
};

const TEMP_LIMITS = { lnr: -10, lc: -8, lnc: -5, unc: 80, uc: 85, unr: 90 };
const CPU_LIMITS = { lnr: 5, lc: 5, lnc: 10, unc: 93, uc: 98, unr: 98 };

/** Six limits around the nominal voltage, as the vendor sets them. */
const six = (nominal: number) => ({
  lnr: nominal * 0.85,
  lc: nominal * 0.88,
  lnc: nominal * 0.91,
  unc: nominal * 1.09,
  uc: nominal * 1.12,
  unr: nominal * 1.15,
});
const rail = (name: string, n: number, nominal: number, hostPowered = true): SensorSpec =>
  s.volt(name, n, nominal, six(nominal), { hostPowered, entity: boardEntity() });

/** Eight slots a processor, one module a channel: A1, B1, C1, D1 ... */
const slots = (cpu: number): readonly string[] =>
  ["A1", "B1", "C1", "D1", "E1", "F1", "G1", "H1"].map((slot) => `P${cpu}-DIMM${slot}`);

const sensors: readonly SensorSpec[] = [
  ...s.each(2, (n) => s.temp(`CPU${n} Temp`, ["cpu_celsius", n], cpuEntity(n), CPU_LIMITS)),
  s.temp("PCH Temp", ["chip_set"], boardEntity(), { lnr: 5, lc: 5, lnc: 10, unc: 85, uc: 90, unr: 95 }),
  s.temp("System Temp", ["inlet"], boardEntity(2), { ...TEMP_LIMITS, unc: 45, uc: 50, unr: 55 }, { offset: 3 }),
  s.temp("Peripheral Temp", ["board"], boardEntity(3), TEMP_LIMITS),
  ...s.each(2, (n) =>
    s.temp(`VRMCpu${n} Temp`, ["cpu_vrm_celsius", n], cpuEntity(10 + n), {
      lnr: 5,
      lc: 5,
      lnc: 10,
      unc: 95,
      uc: 100,
      unr: 105,
    }),
  ),
  ...["P1ABC", "P1DEF", "P2ABC", "P2DEF"].map((bank, i) =>
    s.temp(
      `VRM${bank} Temp`,
      ["cpu_vrm_celsius", i < 2 ? 1 : 2],
      boardEntity(10 + i),
      { unc: 95, uc: 100, unr: 105 },
      { offset: -6 },
    ),
  ),
  s.temp("NVMe_SSD Temp", ["drive_bay"], driveEntity(20), { unc: 70, uc: 75, unr: 80 }, { unfitted: true }),
  s.temp("M2NVMeSSD Temp1", ["drive_bay"], driveEntity(21), { unc: 70, uc: 75, unr: 80 }, { offset: 10 }),
  ...s
    .each(2, (cpu) =>
      slots(cpu).map((slot, i) =>
        s.temp(
          `${slot} Temp`,
          ["cpu_dimm_celsius", cpu],
          dimmEntity((cpu - 1) * 8 + i + 1),
          { lnr: 5, lc: 5, lnc: 10, unc: 80, uc: 85, unr: 90 },
          { offset: (i % 3) - 1 },
        ),
      ),
    )
    .flat(),
  ...s.each(6, (n) => s.fan(`FAN${n}`, n, 100, { lnr: 300, lc: 500, lnc: 700, unc: 25_300, uc: 25_400, unr: 25_500 })),
  rail("12V", 1, 12),
  rail("5VCC", 2, 5),
  rail("3.3VCC", 3, 3.3),
  rail("Vcpu1", 4, 1.8),
  rail("Vcpu2", 5, 1.8),
  rail("VDimmP1ABC", 6, 1.2),
  rail("VDimmP1DEF", 7, 1.2),
  rail("VDimmP2ABC", 8, 1.2),
  rail("VDimmP2DEF", 9, 1.2),
  rail("5VSB", 10, 5, false),
  rail("3.3VSB", 11, 3.3, false),
  rail("1.8V PCH", 12, 1.8, false),
  rail("PVNN PCH", 13, 1, false),
  rail("1.05V PCH", 14, 1.05, false),
  s.battery("VBAT", boardEntity()),
  s.intrusion("Chassis Intru", chassisEntity),
  ...s.each(2, (n) => s.psuStatus(`PS${n} Status`, n, psuEntity(n), [0, 1, 3])),
  s.steady("AOC_SAS Temp", SensorType.Temperature, EventType.SensorSpecific, 0, boardEntity(20), {
    possible: 1,
    unreadable: true,
  }),
  ...s.each(12, (n) => s.drive(`HDD${n - 1} Status`, n, driveEntity(n))),
];

/** Two sockets, 2U, ATEN firmware: six limits on everything, memory errors written by the BIOS. */
export const supermicroX11: BoardPlan = {
  name: "supermicro-x11",
  title: "Supermicro X11-like, 2 sockets, 2U",
  identity: { manufacturerId: Manufacturer.Supermicro, productId: 0x0958, deviceId: 32, firmware: [1, 0x71] },
  plant: PLANT,
  sensors,
  frus: [
    {
      id: 0,
      serialPrefix: "S3",
      chassis: { type: 23, partNumber: "CSE-829U" },
      board: { manufacturer: "Supermicro", product: "X11DPx-class", partNumber: "X11DPX" },
      product: {
        manufacturer: "Supermicro",
        product: "SuperServer 6029-class",
        partNumber: "SYS-6029",
        version: "0123456789",
      },
    },
  ],
  sel: { capacity: 512 },
  sessions: { limit: 4 },
  channel: { cipherSuites: [1, 2, 3, 17], authTypes15: [] },
  dcmi: { powerManagement: true },
  memory: () => supermicroHabits(8, 1),
  bootSeconds: 70,
};
