import {
  type BaseUnit,
  compileConversion,
  DecodeError,
  decodeSdr,
  entityText,
  type FruDeviceLocatorRecord,
  getSensorReading,
  isPlainUnit,
  type ManagementControllerLocatorRecord,
  quantityOf,
  type SdrRecord,
  type SensorDefinition,
  type SeriesRequest,
  sensorKind,
  sensorsOf,
  toBaseUnit,
} from "../../ipmi/index.ts";
import type { Health, SensorRecordCodes } from "../../model/index.ts";
import type { SensorFilter } from "../bmc.ts";
import { convertedLimits, type Limits, LimitsCache } from "./limits.ts";

/**
 * A sensor of a repository, ready to be read: what never changes, and how raw readings become values.
 * Its limits are those of the record, in effect unless Get Sensor Thresholds and Get Sensor Hysteresis know better.
 */
export interface PlannedSensor extends Limits {
  readonly definition: SensorDefinition;
  readonly name: string;
  /** owner/LUN/number in hex: "20/0/3a"; a second sensor of the same three has "20/0/3a#2". */
  readonly id: string;
  readonly entity: string;
  readonly kind: string;
  /** What a rule made of it; see Roles.applied(). */
  readonly role?: string;
  /** How bad a state is; absent: as the tables of the protocol say. See Severities.applied(). */
  readonly grade?: (state: string, builtIn: Health) => Health;
  /** Absent for purely discrete sensors. */
  readonly unit?: BaseUnit;
  /** Raw reading to the base unit; undefined where there is none. */
  readonly convert: (raw: number) => number | undefined;
  readonly codes: SensorRecordCodes;
  /** How its owner is asked for its reading. */
  readonly question: SeriesRequest;
}

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
      const sensor = unique(planned(definition), byId);
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

function planned(definition: SensorDefinition): PlannedSensor {
  const { ownerId, ownerLun, number, entityId, entityInstance, sensorType, units } = definition;
  const hex = (n: number): string => n.toString(16).padStart(2, "0");
  const name = definition.name === "" ? `#${hex(number)}` : definition.name;
  const unit = definition.analog && units ? quantityOf({ sensorType, units, entityId, name }) : undefined;
  return {
    definition,
    name,
    id: `${hex(ownerId)}/${ownerLun}/${hex(number)}`,
    entity: entityText(entityId, entityInstance),
    kind: sensorKind(sensorType),
    unit,
    convert: unit ? compiled(definition, unit) : () => undefined,
    codes: codesOf(definition),
    question: { data: getSensorReading.encodeRequest({ sensorNumber: number }), lun: ownerLun },
    ...(unit && convertedLimits(definition, unit)),
  };
}

function codesOf(definition: SensorDefinition): SensorRecordCodes {
  const { recordId, recordName, shareIndex, sensorType, eventType, recordType, units, nonLinear } = definition;
  const alone = units !== undefined && units.modifierUse === 0 && isPlainUnit(units);
  return {
    recordId,
    name: recordName,
    shareIndex,
    sensorType,
    eventType,
    full: recordType === "full",
    unitCode: alone ? units.base : undefined,
    percentage: units?.percentage === true && units.base === 0 && units.modifierUse === 0 && units.rate === 0,
    nonLinear,
  };
}

function compiled(definition: SensorDefinition, unit: BaseUnit): PlannedSensor["convert"] {
  const convert = compileConversion(definition);
  if (unit.factor === 1 && unit.offset === 0) return convert;
  return (raw) => {
    const value = convert(raw);
    return value === undefined ? undefined : toBaseUnit(value, unit);
  };
}
