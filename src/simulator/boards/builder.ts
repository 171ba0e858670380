import type { DeviceId } from "../../ipmi/commands/index.ts";
import { encodeSdr, type SdrRecord } from "../../ipmi/records/sdr/sdr.ts";
import { seedOf } from "../bmc/random.ts";
import type { BoardDescription, BoardUser, InitialReading, Satellite } from "./board.ts";
import { chassisEntity } from "./entity.ts";
import { frusOf } from "./fru.ts";
import { compactRecord, eventOnlyRecord, fullRecord } from "./records.ts";
import { rawOf, type Scale, scaleFor } from "./scale.ts";
import type { AnalogSpec, BoardPlan, DiscreteSpec, FruSpec, LocatorSpec, MemoryHabits, SensorSpec } from "./spec.ts";

const BMC = 0x20;
const SDR_VERSION = 0x51;
const LAST_SENSOR_NUMBER = 0xfe;
const DEFAULT_BOOT_SECONDS = 75;

/** An analog sensor whose value follows the physics, and its address. */
export interface AnalogWire {
  readonly spec: AnalogSpec;
  readonly owner: number;
  readonly number: number;
  readonly scale: Scale;
}

export interface DiscreteWire {
  readonly spec: DiscreteSpec;
  readonly owner: number;
  readonly number: number;
}

/** A board model: what a virtual BMC serves, and what physics needs. Immutable, shared. */
export interface Board {
  readonly name: string;
  /** One line for lists. */
  readonly title: string;
  readonly plan: BoardPlan;
  readonly description: BoardDescription;
  readonly analog: readonly AnalogWire[];
  readonly discrete: readonly DiscreteWire[];
  /** Number of rails with sensors. */
  readonly rails: number;
  readonly memory: MemoryHabits;
  readonly bootSeconds: number;
}

export interface BoardOptions {
  /** "monitor" (user) and "admin" (administrator), each with its name as password, where absent. */
  readonly users?: readonly BoardUser[];
}

interface Numbered {
  readonly spec: SensorSpec;
  readonly owner: number;
  readonly number: number;
}

/**
 * Numbers the sensors, and encodes their records and the FRU areas.
 *
 * @throws RangeError for limits or ranges that have no exact factors, and for more than 254 sensors
 */
export function buildBoard(plan: BoardPlan, options: BoardOptions = {}): Board {
  const sensors = numbered(plan);
  const records: SdrRecord[] = [locator(plan)];
  // Records that controllers keep themselves, by owner; record ids are counted for each controller.
  const kept = new Map((plan.satellites ?? []).filter((s) => s.locator).map((s) => [s.address, [] as SdrRecord[]]));
  const analog: AnalogWire[] = [];
  const discrete: DiscreteWire[] = [];
  const readings: InitialReading[] = [];
  for (const { spec, owner, number } of sensors) {
    const own = kept.get(owner) ?? records;
    const id = own.length + 1;
    if (spec.kind === "analog") {
      const scale = scaleFor(spec.range[0], spec.range[1], spec.resolution);
      own.push(fullRecord(id, number, spec, scale));
      if (spec.unfitted) {
        readings.push({ owner, number, scanningDisabled: true });
      } else {
        analog.push({ spec, owner, number, scale });
        readings.push({ owner, number, raw: rawOf(scale, spec.nominal), states: spec.words?.ok });
      }
    } else if (spec.kind === "discrete") {
      discrete.push({ spec, owner, number });
      own.push(compactRecord(id, number, spec));
      readings.push({ owner, number, states: spec.words.ok, absent: spec.unreadable });
    } else {
      own.push(eventOnlyRecord(id, number, spec));
    }
  }
  for (const fru of plan.frus) if (fru.name !== undefined) records.push(fruLocator(records.length + 1, fru, fru.name));
  for (const satellite of plan.satellites ?? []) {
    if (satellite.locator) records.push(satelliteLocator(records.length + 1, satellite, satellite.locator));
  }
  const numberOf = (name: string): number => {
    const found = sensors.find(({ spec }) => spec.name === name);
    if (!found) throw new RangeError(`${plan.name} has no sensor ${name}`);
    return found.number;
  };
  return {
    name: plan.name,
    title: plan.title,
    plan,
    analog,
    discrete,
    rails: railsOf(plan.sensors),
    memory: plan.memory(numberOf),
    bootSeconds: plan.bootSeconds ?? DEFAULT_BOOT_SECONDS,
    description: {
      name: plan.name,
      device: deviceId(plan),
      guid: guidOf(plan.name),
      sdr: records.map(encodeSdr),
      readings,
      frus: frusOf(plan.frus, 0),
      sel: plan.sel,
      users: options.users ?? DEFAULT_USERS,
      dcmi: plan.dcmi,
      satellites: plan.satellites?.map((s): Satellite => ({ ...s, sdr: kept.get(s.address)?.map(encodeSdr) })),
      sessions: plan.sessions,
      channel: plan.channel,
      firmware: plan.firmware,
      scenarios: plan.scenarios,
      chassis: plan.chassis,
    },
  };
}

/** Sensors without a number get the free ones in order, per owner. */
function numbered(plan: BoardPlan): readonly Numbered[] {
  const used = new Map<number, Set<number>>();
  const usedBy = (owner: number): Set<number> => {
    const found = used.get(owner) ?? new Set();
    used.set(owner, found);
    return found;
  };
  const take = (owner: number, number: number): number => {
    if (number > LAST_SENSOR_NUMBER || usedBy(owner).has(number))
      throw new RangeError(`${plan.name}: sensor number ${number} is not free`);
    usedBy(owner).add(number);
    return number;
  };
  for (const { owner = BMC, number } of plan.sensors) if (number !== undefined) take(owner, number);
  return plan.sensors.map((spec) => {
    const owner = spec.owner ?? BMC;
    if (spec.number !== undefined) return { spec, owner, number: spec.number };
    let number = 1;
    while (usedBy(owner).has(number)) number++;
    return { spec, owner, number: take(owner, number) };
  });
}

function railsOf(sensors: readonly SensorSpec[]): number {
  return sensors.reduce((most, spec) => {
    if (spec.kind === "analog" && spec.source[0] === "rail_ratio") return Math.max(most, spec.source[1]);
    if (spec.kind !== "event_only" && spec.watches?.component === "rail") return Math.max(most, spec.watches.part);
    return most;
  }, 0);
}

function deviceId({ identity }: BoardPlan): DeviceId {
  return {
    deviceId: identity.deviceId,
    deviceRevision: identity.deviceRevision ?? 1,
    providesDeviceSdrs: false,
    updateInProgress: false,
    firmwareMajor: identity.firmware[0],
    firmwareMinor: identity.firmware[1],
    ipmiVersion: "2.0",
    support: {
      sensorDevice: true,
      sdrRepository: true,
      sel: true,
      fruInventory: true,
      eventReceiver: true,
      eventGenerator: true,
      bridge: false,
      chassis: true,
      ...identity.support,
    },
    manufacturerId: identity.manufacturerId,
    productId: identity.productId,
    auxiliaryFirmware: Uint8Array.from(identity.auxiliaryFirmware ?? [0, 0, 0, 0]),
  };
}

/** Chassis, event receiver and generator, FRU, SEL, SDR repository, sensors. */
const BMC_CAPABILITIES = 0xbf;

function locator(plan: BoardPlan): SdrRecord {
  return {
    type: "management_controller_locator",
    id: 1,
    version: SDR_VERSION,
    slaveAddress: BMC,
    channel: 0,
    powerAndInitialisation: 0,
    capabilities: BMC_CAPABILITIES,
    reserved: 0,
    entityId: 0x2e,
    entityInstance: 1,
    oem: 0,
    name: `${plan.name.slice(0, 12)} BMC`,
  };
}

/** Event generator, sensors. */
const SATELLITE_CAPABILITIES = 0x21;

function satelliteLocator(id: number, { address, channel }: Satellite, { name, entity }: LocatorSpec): SdrRecord {
  return {
    type: "management_controller_locator",
    id,
    version: SDR_VERSION,
    slaveAddress: address,
    channel,
    powerAndInitialisation: 0,
    capabilities: SATELLITE_CAPABILITIES,
    reserved: 0,
    entityId: entity[0],
    entityInstance: entity[1],
    oem: 0,
    name,
  };
}

const LOGICAL_FRU = 0x10;

function fruLocator(id: number, fru: FruSpec, name: string): SdrRecord {
  const [entityId, entityInstance] = fru.entity ?? chassisEntity;
  return {
    type: "fru_device_locator",
    id,
    version: SDR_VERSION,
    accessAddress: BMC,
    logical: true,
    deviceId: fru.id,
    lun: 0,
    bus: 0,
    channel: 0,
    reserved: 0,
    deviceType: LOGICAL_FRU,
    deviceTypeModifier: 0,
    entityId,
    entityInstance,
    oem: 0,
    name,
  };
}

const GUID_BYTES = 16;

function guidOf(name: string): Uint8Array {
  const seed = Buffer.from(name).reduce((sum, byte) => seedOf(sum, byte), 1);
  const guid = Buffer.alloc(GUID_BYTES);
  for (let i = 0; i < 4; i++) guid.writeUInt32LE(seedOf(seed, i), i * 4);
  return guid;
}

const user = (id: number, name: string, privilege: number): BoardUser => ({
  id,
  name,
  password: Buffer.from(name),
  privilege,
});

const DEFAULT_USERS: readonly BoardUser[] = [user(2, "monitor", 2), user(3, "admin", 4)];
