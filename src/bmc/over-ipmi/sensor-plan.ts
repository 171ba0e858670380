import {
  DecodeError,
  decodeSdr,
  type FruDeviceLocatorRecord,
  type ManagementControllerLocatorRecord,
  type SdrRecord,
  SdrType,
  sensorsOf,
} from "../../ipmi/index.ts";
import { runAtOnce, type Steps } from "../../lib/index.ts";
import { HIGHEST_HOST_LIMITS } from "../../model/index.ts";
import type { SensorFilter } from "../bmc.ts";
import { LimitsCache } from "./limits-cache.ts";
import { type PlannedSensor, plannedSensor } from "./planned-sensor.ts";
import { SensorIds } from "./sensor-ids.ts";

/**
 * Maximum number of sensors in a plan. The limit of a module is applied later, because hosts of several modules share a
 * plan.
 */
export const MOST_PLANNED = HIGHEST_HOST_LIMITS.sensors;
/** Maximum number of messages about invalid records; further ones are only counted. */
const MOST_PROBLEMS = 100;
/** Records that are decoded in one step; most boards have fewer. */
const RECORDS_PER_STEP = 256;
const RECORD_TYPE_AT = 3;
const SENSOR_RECORDS: ReadonlySet<number | undefined> = new Set([
  SdrType.FullSensor,
  SdrType.CompactSensor,
  SdrType.EventOnlySensor,
]);

/** A parsed repository, shared by all hosts with byte-equal repositories. */
export interface SensorPlan {
  readonly sensors: readonly PlannedSensor[];
  /** Number of sensors omitted because of MOST_PLANNED. */
  readonly omitted: number;
  /** Logical FRU devices of the repository, without FRU 0 of the BMC. */
  readonly frus: readonly FruDeviceLocatorRecord[];
  /** Management controllers of the repository, including the BMC. */
  readonly controllers: readonly ManagementControllerLocatorRecord[];
  /** The sensor of an event, by `eventKey`. */
  readonly byEventKey: ReadonlyMap<number, PlannedSensor>;
  /** Records that could not be read; one sentence each. */
  readonly problems: readonly string[];
  readonly limits: LimitsCache;
  /** Readable sensors that pass the filter; one list for all hosts of a module. */
  wanted(filter: SensorFilter | undefined): readonly PlannedSensor[];
}

/** A plan and the digest of its records. */
export interface KeptPlan {
  readonly plan: SensorPlan;
  readonly digest: string;
}

/** Owner, LUN and number in one number, as events name their sensor. */
export function eventKey(ownerId: number, lun: number, number: number): number {
  return (ownerId << 10) | (lun << 8) | number;
}

/** The plan of a repository. Invalid records are reported and omitted. */
export const compilePlan = (records: readonly Uint8Array[]): SensorPlan => runAtOnce(planSteps(records));

/** The same in steps that take less than 20 ms each. */
export function* planSteps(records: readonly Uint8Array[]): Steps<SensorPlan> {
  /** Sensors in the order of the repository, each with the further records that describe it. */
  const copies = new Map<PlannedSensor, PlannedSensor[]>();
  const frus: FruDeviceLocatorRecord[] = [];
  const controllers: ManagementControllerLocatorRecord[] = [];
  const problems: string[] = [];
  const byEventKey = new Map<number, PlannedSensor>();
  const ids = new SensorIds();
  let planned = 0;
  let omitted = 0;
  let unread = 0;
  const note = (problem: string): void => {
    if (problems.length < MOST_PROBLEMS) problems.push(problem);
    else unread++;
  };
  for (const [i, bytes] of records.entries()) {
    if (i % RECORDS_PER_STEP === RECORDS_PER_STEP - 1) yield;
    // Decoding is most of the work.
    if (planned >= MOST_PLANNED && SENSOR_RECORDS.has(bytes[RECORD_TYPE_AT])) {
      omitted++;
      continue;
    }
    let record: SdrRecord;
    try {
      record = decodeSdr(bytes);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      note(error.message);
      continue;
    }
    if (record.type === "fru_device_locator" && record.logical && record.deviceId !== 0xff) frus.push(record);
    if (record.type === "management_controller_locator") controllers.push(record);
    for (const definition of sensorsOf(record)) {
      planned++;
      const described = plannedSensor(definition);
      const sensor = ids.add(described);
      const known = copies.get(sensor);
      if (known) {
        known.push(described);
        note(`SDR 0x${definition.recordId.toString(16).padStart(4, "0")}: a sensor that is described already`);
        continue;
      }
      copies.set(sensor, []);
      const key = eventKey(definition.ownerId, definition.ownerLun, definition.number);
      if (!byEventKey.has(key)) byEventKey.set(key, sensor);
    }
  }
  if (unread > 0) problems.push(`${unread} more`);
  const sensors = [...copies].map(([sensor, also]) => (also.length === 0 ? sensor : { ...sensor, copies: also }));
  const wanted = wantedOf(sensors);
  return { sensors, omitted, frus, controllers, byEventKey, problems, limits: new LimitsCache(), wanted };
}

/** Selects the readable sensors that pass a filter. */
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
