import {
  DecodeError,
  decodeSdr,
  type FruDeviceLocatorRecord,
  type ManagementControllerLocatorRecord,
  type SdrRecord,
  sensorsOf,
} from "../../ipmi/index.ts";
import type { SensorFilter } from "../bmc.ts";
import { LimitsCache } from "./limits-cache.ts";
import { type PlannedSensor, plannedSensor } from "./planned-sensor.ts";

/** What a repository says, parsed once and shared by all hosts whose repositories are equal to the byte. */
export interface SensorPlan {
  readonly sensors: readonly PlannedSensor[];
  /** Logical FRU devices of the repository, FRU 0 of the BMC not among them. */
  readonly frus: readonly FruDeviceLocatorRecord[];
  /** Management controllers of the repository, the BMC itself among them. */
  readonly controllers: readonly ManagementControllerLocatorRecord[];
  /** Sensor of an event: key of `eventKey`. */
  readonly byEventKey: ReadonlyMap<number, PlannedSensor>;
  /** Records that could not be read, a sentence each. */
  readonly problems: readonly string[];
  readonly limits: LimitsCache;
  /** Sensors that can be read and that the filter wants; one list for all hosts of a module. */
  wanted(filter: SensorFilter | undefined): readonly PlannedSensor[];
}

/** Owner, LUN and number in one number, as events name their sensor. */
export function eventKey(ownerId: number, lun: number, number: number): number {
  return (ownerId << 10) | (lun << 8) | number;
}

/** Makes the plan of a repository; records that make no sense are named and left out. */
export function compilePlan(records: readonly Uint8Array[]): SensorPlan {
  const sensors: PlannedSensor[] = [];
  const frus: FruDeviceLocatorRecord[] = [];
  const controllers: ManagementControllerLocatorRecord[] = [];
  const problems: string[] = [];
  const byEventKey = new Map<number, PlannedSensor>();
  const byId = new Map<string, PlannedSensor>();
  for (const bytes of records) {
    let record: SdrRecord;
    try {
      record = decodeSdr(bytes);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      problems.push(error.message);
      continue;
    }
    if (record.type === "fru_device_locator" && record.logical && record.deviceId !== 0xff) frus.push(record);
    if (record.type === "management_controller_locator") controllers.push(record);
    for (const definition of sensorsOf(record)) {
      const sensor = unique(plannedSensor(definition), byId);
      if (!sensor) {
        problems.push(`SDR 0x${definition.recordId.toString(16).padStart(4, "0")}: a sensor that is described already`);
        continue;
      }
      const key = eventKey(definition.ownerId, definition.ownerLun, definition.number);
      if (!byEventKey.has(key)) byEventKey.set(key, sensor);
      sensors.push(sensor);
    }
  }
  const wanted = wantedOf(sensors);
  return { sensors, frus, controllers, byEventKey, problems, limits: new LimitsCache(), wanted };
}

/**
 * The sensor under an id that no other has: two channels can have controllers of one address, and some
 * boards give one number to two sensors. Undefined for one that is described already.
 */
export function unique(sensor: PlannedSensor, byId: Map<string, PlannedSensor>): PlannedSensor | undefined {
  // Only read ones are told of.
  if (!sensor.definition.readable) return sensor;
  for (let n = 1; ; n++) {
    const id = n === 1 ? sensor.id : `${sensor.id}#${n}`;
    const known = byId.get(id);
    if (known && isSame(known, sensor)) return undefined;
    if (known) continue;
    const own = n === 1 ? sensor : { ...sensor, id };
    byId.set(id, own);
    return own;
  }
}

function isSame(a: PlannedSensor, b: PlannedSensor): boolean {
  return a.name === b.name && a.kind === b.kind && a.definition.channel === b.definition.channel;
}

/** Picks the sensors that can be read and that a filter wants. */
export function wantedOf(sensors: readonly PlannedSensor[]): SensorPlan["wanted"] {
  const readable = sensors.filter((sensor) => sensor.definition.readable);
  const byFilter = new WeakMap<SensorFilter, readonly PlannedSensor[]>();
  return (filter) => {
    if (!filter) return readable;
    const known = byFilter.get(filter) ?? readable.filter(filter);
    byFilter.set(filter, known);
    return known;
  };
}

/** The plan with a role for the sensors that have one. Records and conversions are shared with `plan`. */
export function withRoles(plan: SensorPlan, roleOf: (sensor: PlannedSensor) => string | undefined): SensorPlan {
  const sensors = plan.sensors.map((sensor) => {
    const role = roleOf(sensor);
    return role === undefined ? sensor : { ...sensor, role };
  });
  return { ...plan, sensors, limits: new LimitsCache(), wanted: wantedOf(sensors) };
}

/** The plan whose sensors know how bad their states are. Records and conversions are shared with `plan`. */
export function withGrades(
  plan: SensorPlan,
  gradeOf: (sensor: PlannedSensor) => NonNullable<PlannedSensor["grade"]>,
): SensorPlan {
  const sensors = plan.sensors.map((sensor) => ({ ...sensor, grade: gradeOf(sensor) }));
  return { ...plan, sensors, limits: new LimitsCache(), wanted: wantedOf(sensors) };
}
