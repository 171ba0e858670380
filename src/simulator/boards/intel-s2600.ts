import type { DeviceId } from "../../ipmi/commands/index.ts";
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
  powerUnitEntity,
  psuEntity,
} from "./entity.ts";
import { intelHabits } from "./memory-habits.ts";
import * as s from "./sensors.ts";
import type { BoardPlan, Entity, SensorSpec } from "./spec.ts";

const PLANT: Plant = {
  heightUnits: 2,
  processors: { count: 2, idleWatts: 28, maxWatts: 135, kelvinPerWatt: 0.23, throttleCelsius: 90 },
  dimms: 16,
  memoryWatts: [16, 52],
  drives: 8,
  boardWatts: 78,
  standbyWatts: 13,
  fans: { maxRpm: rotors(6, 13_600, 12_000), minDuty: 0.3, maxWatts: 130, maxCfm: 170 },
  supplies: { count: 2, capacityWatts: 1100, needed: 1 },
};

/** Slave address of the Management Engine, and the channel it sits on. */
const ME = 0x2c;
const IPMB = 6;
const ME_SSB_SENSOR = 0x08;

const ME_DEVICE: DeviceId = {
  deviceId: 0x50,
  deviceRevision: 1,
  providesDeviceSdrs: true,
  updateInProgress: false,
  firmwareMajor: 4,
  firmwareMinor: 0x01,
  ipmiVersion: "2.0",
  support: {
    sensorDevice: true,
    sdrRepository: false,
    sel: false,
    fruInventory: false,
    eventReceiver: false,
    eventGenerator: true,
    bridge: false,
    chassis: false,
  },
  manufacturerId: Manufacturer.Intel,
  productId: 0x0b00,
  auxiliaryFirmware: Uint8Array.of(4, 1, 5, 0),
};

const backplane2Entity: Entity = [backplaneEntity[0], 2];
/** Slave address of the second drive backplane's controller, on the primary IPMB. */
const HSBP = 0xc0;
const HSBP_DEVICE: DeviceId = { ...ME_DEVICE, deviceId: 0x22, firmwareMajor: 1, productId: 0x0a00 };

const AIR = { lc: 0, lnc: 5, unc: 44, uc: 48 };
const BOARD = { lc: 5, lnc: 10, unc: 85, uc: 90 };
const VR = { lc: 5, lnc: 10, unc: 110, uc: 115 };

const sensors: readonly SensorSpec[] = [
  s.powerUnit("Pwr Unit Status", powerUnitEntity),
  s.redundancy("Pwr Unit Redund", "power", powerUnitEntity),
  s.watchdog("IPMI Watchdog", boardEntity()),
  s.intrusion("Physical Scrty", chassisEntity),
  s.steady("FP Interrupt", SensorType.CriticalInterrupt, EventType.SensorSpecific, 0, boardEntity(), { possible: 1 }),
  s.steady("SMI Timeout", 0xf3, EventType.DigitalState, 1, boardEntity(), { possible: 3 }),
  s.eventLog("System Event Log", boardEntity()),
  s.steady("System Event", SensorType.SystemEvent, EventType.SensorSpecific, 0, boardEntity(), { possible: 0x10 }),
  s.steady("Button", SensorType.Button, EventType.SensorSpecific, 0, boardEntity(), { possible: 5 }),
  s.flag("BMC Watchdog", 0x28, boardEntity()),
  s.flag("VR Watchdog", SensorType.Voltage, boardEntity()),
  s.redundancy("Fan Redundancy", "cooling", coolingEntity),
  s.flag("SSB Therm Trip", SensorType.Temperature, boardEntity()),
  s.presence("IO Mod Presence", SensorType.Module, boardEntity(2)),
  s.emptySlot("SAS Mod Presence", SensorType.Module, boardEntity(3)),
  s.steady("BMC FW Health", 0x28, EventType.SensorSpecific, 0, firmwareEntity, { possible: 0x10 }),
  s.airflow("System Airflow", coolingEntity),
  s.temp("Front Panel Temp", ["inlet"], [0x0c, 1], AIR),
  s.temp(
    "SSB Temp",
    ["chip_set"],
    boardEntity(),
    { lc: 2, lnc: 5, unc: 98, uc: 103 },
    { owner: ME, channel: IPMB, number: ME_SSB_SENSOR },
  ),
  s.temp("BB BMC Temp", ["bmc"], boardEntity(), BOARD),
  s.temp("BB P1 VR Temp", ["cpu_vrm_celsius", 1], boardEntity(), VR),
  s.temp("BB P2 VR Temp", ["cpu_vrm_celsius", 2], boardEntity(), VR),
  s.temp("BB MEM VR Temp", ["cpu_vrm_celsius", 1], boardEntity(), VR, { offset: -8 }),
  s.temp("BB Rt Rear Temp", ["rear"], boardEntity(), { lc: 5, lnc: 10, unc: 80, uc: 85 }),
  s.temp("HSBP Temp", ["drive_bay"], backplaneEntity, { lc: 0, lnc: 5, unc: 60, uc: 65 }),
  s.temp("HSBP 2 Temp", ["drive_bay"], backplane2Entity, { lc: 0, lnc: 5, unc: 60, uc: 65 }, { owner: HSBP }),
  { ...s.presence("HSBP 2 Presence", SensorType.EntityPresence, backplane2Entity), owner: HSBP },
  s.temp("Exit Air Temp", ["exhaust"], chassisEntity, { unc: 75, uc: 80 }),
  s.temp("LAN NIC Temp", ["chip_set"], boardEntity(), VR, { offset: 6 }),
  ...s
    .each(6, (n) => [
      s.fan(`System Fan ${n}A`, 2 * n - 1, 88, { lc: 616, lnc: 792 }, { entity: fanEntity(n) }),
      s.fan(`System Fan ${n}B`, 2 * n, 80, { lc: 640, lnc: 720 }, { entity: fanEntity(n) }),
    ])
    .flat(),
  ...s.each(6, (n) => s.presence(`Fan ${n} Present`, SensorType.Fan, fanEntity(n))),
  ...s.each(2, (n) => s.psuStatus(`PS${n} Status`, n, psuEntity(n))),
  ...s.each(2, (n) => s.watts(`PS${n} Power In`, ["psu_input_watts", n], psuEntity(n), 8, { unc: 1480, uc: 1600 })),
  ...s.each(2, (n) => s.percent(`PS${n} Curr Out %`, ["psu_load", n], psuEntity(n), { unc: 100, uc: 118 })),
  ...s.each(2, (n) => s.temp(`PS${n} Temperature`, ["psu_celsius", n], psuEntity(n), { unc: 65, uc: 70 })),
  ...s.each(8, (n) => s.drive(`HDD ${n - 1} Status`, n, driveEntity(n))),
  ...s.each(2, (n) => s.cpuStatus(`P${n} Status`, n, cpuEntity(n))),
  ...s.each(2, (n) => s.margin(`P${n} Therm Margin`, ["cpu_celsius", n], cpuEntity(n), 82)),
  ...s.each(2, (n) =>
    s.percent(
      `P${n} Therm Ctrl %`,
      ["one"],
      cpuEntity(n),
      { unc: 30, uc: 50 },
      { gain: 0, nominal: 0, hostPowered: true },
    ),
  ),
  s.flag("P1 ERR2", SensorType.Processor, cpuEntity(1)),
  s.flag("CATERR", SensorType.Processor, cpuEntity(1)),
  s.flag("CPU Missing", SensorType.Processor, cpuEntity(1)),
  ...s.each(2, (n) => s.margin(`P${n} DTS Therm Mgn`, ["cpu_celsius", n], cpuEntity(n), 90)),
  s.flag("VRD Hot", SensorType.Temperature, cpuEntity(1)),
  ...s.each(2, (n) => s.flag(`P${n} Mem Thrm Trip`, SensorType.Memory, dimmEntity(n))),
  ...s.each(4, (n) =>
    s.margin(`DIMM Thrm Mrgn ${n}`, ["cpu_dimm_celsius", n <= 2 ? 1 : 2], dimmEntity(n), 85, {
      limits: { unc: -5, uc: 5 },
    }),
  ),
  ...s.each(2, (n) => s.margin(`Agg Therm Mgn ${n}`, ["cpu_celsius", n], boardEntity(), 90)),
  s.volt("BB +12.0V", 1, 12, { lc: 10.7, lnc: 11, unc: 13.3, uc: 13.7 }),
  s.volt("BB +5.0V", 2, 5, { lc: 4.47, lnc: 4.6, unc: 5.4, uc: 5.55 }),
  s.volt("BB +3.3V", 3, 3.3, { lc: 2.95, lnc: 3.05, unc: 3.56, uc: 3.65 }),
  s.standbyVolt("BB +5.0V STBY", 4, 5, { lc: 4.4, lnc: 4.55, unc: 5.4, uc: 5.55 }),
  s.standbyVolt("BB +3.3V AUX", 5, 3.3, { lc: 2.9, lnc: 3, unc: 3.57, uc: 3.66 }),
  s.volt("BB +1.05V PCH", 6, 1.05, { lc: 0.92, lnc: 0.95, unc: 1.15, uc: 1.18 }),
  s.volt("BB P1 Vcore", 7, 0.9, { lc: 0.55, lnc: 0.6, unc: 1.4, uc: 1.45 }),
  s.volt("BB P2 Vcore", 8, 0.9, { lc: 0.55, lnc: 0.6, unc: 1.4, uc: 1.45 }),
  s.volt("BB +1.35 P1MEM", 9, 1.35, { lc: 1.21, lnc: 1.25, unc: 1.45, uc: 1.49 }),
  s.volt("BB +1.35 P2MEM", 10, 1.35, { lc: 1.21, lnc: 1.25, unc: 1.45, uc: 1.49 }),
  s.standbyVolt("BB +3.3V Vbat", 11, 3.05, { lc: 2.1, lnc: 2.4 }),
  s.powerGood("Voltage Fault", 1, boardEntity()),
  s.steady("NM Capabilities", 0xdc, EventType.SensorSpecific, 0x3f, boardEntity(), {
    owner: ME,
    channel: IPMB,
    possible: 0x3f,
    unreadable: true,
  }),
  s.eventOnly("NM Health", 0xdc, 0x75, boardEntity()),
];

/** Two sockets, 2U: negative margins, sensors behind the Management Engine, memory errors from the SMI handler. */
export const intelS2600: BoardPlan = {
  name: "intel-s2600",
  title: "Intel S2600-like, 2 sockets, 2U, with a Management Engine",
  identity: {
    manufacturerId: Manufacturer.Intel,
    productId: 112,
    deviceId: 33,
    firmware: [1, 0x28],
    support: { bridge: true },
  },
  plant: PLANT,
  sensors,
  frus: [
    {
      id: 0,
      serialPrefix: "BQWL",
      chassis: { type: 23, partNumber: "R2208" },
      board: { manufacturer: "Intel Corporation", product: "S2600WT-class", partNumber: "H21573" },
      product: { manufacturer: "Intel Corporation", product: "S2600WT-class", partNumber: "R2208WT" },
    },
    ...s.each(2, (n) => ({
      id: 1 + n,
      name: `Pwr Supply ${n} FRU`,
      entity: psuEntity(n),
      serialPrefix: "EXWD",
      product: { manufacturer: "SOLUM CO., LTD.", product: "1100W class supply", partNumber: "S-1100ADU00" },
      capacityWatts: 1100,
    })),
  ],
  sel: { capacity: 3639 },
  sessions: { limit: 5 },
  channel: { cipherSuites: [1, 2, 3, 6, 7, 8, 11, 12, 17], authTypes15: ["md5"] },
  dcmi: { powerManagement: true },
  satellites: [
    { address: ME, channel: IPMB, device: ME_DEVICE, nodeManager: true },
    { address: HSBP, channel: 0, device: HSBP_DEVICE, locator: { name: "HSBP 2", entity: backplane2Entity } },
  ],
  memory: () => intelHabits(4, 2),
  bootSeconds: 60,
};
