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
  inletEntity,
  powerUnitEntity,
  psuEntity,
} from "./entity.ts";
import { standardHabits } from "./memory-habits.ts";
import { dcmiSaysInactive } from "./oddities.ts";
import * as s from "./sensors.ts";
import type { BoardPlan, SensorSpec } from "./spec.ts";

const PLANT: Plant = {
  heightUnits: 2,
  processors: { count: 2, idleWatts: 45, maxWatts: 210, kelvinPerWatt: 0.16, throttleCelsius: 95 },
  dimms: 16,
  memoryWatts: [18, 60],
  drives: 6,
  boardWatts: 90,
  standbyWatts: 18,
  fans: { maxRpm: rotors(6, 14_000), minDuty: 0.3, maxWatts: 150, maxCfm: 220 },
  supplies: { count: 2, capacityWatts: 1400, needed: 1 },
};

/**
 * D-Bus names, truncated to the 16 characters of a record. OpenBMC creates the record for each reading; few limits
 * exist.
 */
const RAILS: readonly (readonly [string, number, "standby"?])[] = [
  ["p12v", 12],
  ["p5v_aux", 5, "standby"],
  ["p3v3_aux", 3.3, "standby"],
  ["p1v8_cpu0", 1.8],
  ["p1v8_cpu1", 1.8],
  ["pvddq_abcd_cpu0", 1.2],
  ["pvddq_efgh_cpu0", 1.2],
  ["pvddq_abcd_cpu1", 1.2],
  ["pvddq_efgh_cpu1", 1.2],
  ["p3v_bat", 3.05, "standby"],
];

const sensors: readonly SensorSpec[] = [
  s.temp("ambient", ["inlet"], inletEntity(), { unc: 40, uc: 45 }),
  s.temp("outlet", ["exhaust"], chassisEntity, { unc: 75, uc: 80 }),
  ...s.each(2, (n) => s.temp(`cpu${n - 1}_die`, ["cpu_celsius", n], cpuEntity(n), { unc: 95, uc: 100 })),
  ...s.each(2, (n) => s.temp(`cpu${n - 1}_vrm`, ["cpu_vrm_celsius", n], cpuEntity(n), { unc: 110, uc: 115 })),
  ...s.each(16, (n) =>
    s.temp(
      `dimm${n - 1}_temp`,
      ["cpu_dimm_celsius", n <= 8 ? 1 : 2],
      dimmEntity(n),
      { unc: 82, uc: 85 },
      { offset: (n % 3) - 1 },
    ),
  ),
  s.temp("nic0_temp", ["rear"], [0x0b, 1], { unc: 95, uc: 105 }, { offset: 15 }),
  s.temp("bmc_temp", ["bmc"], [0x2e, 1], { uc: 90 }),
  ...s.each(2, (n) => s.temp(`ps${n - 1}_ambient`, ["psu_celsius", n], psuEntity(n), { unc: 65, uc: 70 })),
  ...s.each(6, (n) =>
    s.temp(`nvme${n - 1}_temp`, ["drive_bay"], driveEntity(n), { unc: 68, uc: 73 }, { offset: 6 + (n % 3) }),
  ),
  ...s.each(6, (n) => s.fan(`fan${n - 1}_tach`, n, 65, { lc: 650, lnc: 1300 }, { entity: fanEntity(n) })),
  ...s.each(6, (n) =>
    s.fanPercent(`fan${n - 1}_pwm`, n, 14_000, { entity: fanEntity(n), sensorType: SensorType.OtherUnits }),
  ),
  ...s.volts(RAILS),
  s.watts("total_power", ["input_watts"], powerUnitEntity, 8),
  ...s.each(2, (n) => s.watts(`ps${n - 1}_input_power`, ["psu_input_watts", n], psuEntity(n), 8)),
  ...s.each(2, (n) => s.watts(`ps${n - 1}_output_power`, ["psu_output_watts", n], psuEntity(n), 8)),
  ...s.each(2, (n) => s.inputVolts(`ps${n - 1}_input_volt`, n, psuEntity(n))),
  ...s.each(2, (n) => s.watts(`cpu${n - 1}_power`, ["cpu_watts", n], cpuEntity(n), 2)),
  ...s.each(2, (n) => s.cpuStatus(`cpu${n - 1}`, n, cpuEntity(n))),
  ...s.each(16, (n) => s.dimm(`dimm${n - 1}`, n, dimmEntity(n))),
  ...s.each(2, (n) => s.psuStatus(`powersupply${n - 1}`, n, psuEntity(n))),
  s.redundancy("ps_redundancy", "power", powerUnitEntity),
  ...s.each(6, (n) => s.drive(`nvme${n - 1}`, n, driveEntity(n))),
  s.watchdog("watchdog", boardEntity()),
  s.acpi("host_state", boardEntity()),
  s.eventLog("event_log", boardEntity()),
  s.eventOnly("boot_progress", SensorType.SystemFirmware, 0x6f, [0x22, 1]),
];

/** Two sockets, 2U, OpenBMC: suite 17 and nothing else, no IPMI 1.5, DCMI power measuring reported as inactive, a large SEL. */
export const openBmcNode: BoardPlan = {
  name: "openbmc-node",
  title: "OpenBMC node, 2 sockets, 2U",
  identity: {
    manufacturerId: Manufacturer.OpenBmc,
    productId: 0x0020,
    deviceId: 0,
    deviceRevision: 0,
    firmware: [2, 0x14],
  },
  plant: PLANT,
  sensors,
  frus: [
    {
      id: 0,
      serialPrefix: "OB7",
      board: { manufacturer: "Open Hardware", product: "Two-socket board", partNumber: "02-TS-01" },
      product: { manufacturer: "Open Hardware", product: "2U node", version: "A1" },
    },
  ],
  sel: { capacity: 4096, whenFull: "drop_oldest" },
  sessions: { limit: 15, halfOpenMs: 3000 },
  channel: { cipherSuites: [17], authTypes15: [], presencePing: false },
  dcmi: { powerManagement: true },
  scenarios: [dcmiSaysInactive],
  memory: (number) => standardHabits(number("dimm0")),
  bootSeconds: 180,
};
