import {
  type BaseUnit,
  compileConversion,
  entityText,
  getSensorReading,
  isPlainUnit,
  quantityOf,
  type SensorDefinition,
  type SeriesRequest,
  sensorKind,
  toBaseUnit,
} from "../../ipmi/index.ts";
import type { Health, SensorRecordCodes } from "../../model/index.ts";
import { convertedLimits, type Limits } from "./limits.ts";

/**
 * A sensor of a repository, ready to be read: properties that never change, and the conversion of raw readings. Its
 * limits are those of the record, which apply unless Get Sensor Thresholds and Get Sensor Hysteresis report others.
 */
export interface PlannedSensor extends Limits {
  readonly definition: SensorDefinition;
  readonly name: string;
  /** owner/LUN/number in hex: "20/0/3a"; a second sensor of the same three has "20/0/3a#2". */
  readonly id: string;
  readonly entity: string;
  readonly kind: string;
  /** Set by a rule; see planWithRoles(). */
  readonly role?: string;
  /** The severity of a state; absent: that of the specification's tables. See planWithSeverities(). */
  readonly grade?: (state: string, builtIn: Health) => Health;
  /** Absent for purely discrete sensors. */
  readonly unit?: BaseUnit;
  /** Converts a raw reading to the base unit; undefined if there is no value. */
  readonly convert: (raw: number) => number | undefined;
  readonly codes: SensorRecordCodes;
  /** Further records that describe the sensor. Other tools export a sensor once per record. */
  readonly copies?: readonly PlannedSensor[];
  /** The request for its reading. */
  readonly question: SeriesRequest;
}

/** The sensor of a record with the limits of the record, without a role. */
export function plannedSensor(definition: SensorDefinition): PlannedSensor {
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
