import type { Sensor } from "../../model/index.ts";
import type { HealthWord, JsonObject } from "../../redfish/index.ts";
import { type ReadingSubject, withValue } from "./reading.ts";

/** The sensor of one element of a list. */
export interface MadeReading {
  /** Place of the element in the list. */
  readonly index: number;
  /** Absent: a change of the reading may change more than the value. */
  readonly subject: ReadingSubject | undefined;
  readonly sensor: Sensor;
  /** Health as the BMC reports it. */
  readonly word: HealthWord | undefined;
}

/** The property that holds the reading of the elements of a list. */
export type ReadingKey = "ReadingCelsius" | "Reading" | "ReadingVolts";

/** All properties of an element of which its sensor is made, as received; and the sensor. */
interface Row {
  reading: unknown;
  readonly currentReading: unknown;
  readonly readingRpm: unknown;
  readonly name: unknown;
  readonly fanName: unknown;
  readonly memberId: unknown;
  readonly oldMemberId: unknown;
  readonly context: unknown;
  readonly units: unknown;
  readonly oldUnits: unknown;
  readonly state: unknown;
  readonly health: unknown;
  readonly lowerFatal: unknown;
  readonly lowerCritical: unknown;
  readonly lowerCaution: unknown;
  readonly upperCaution: unknown;
  readonly upperCritical: unknown;
  readonly upperFatal: unknown;
  /** Absent: after another reading, the sensor is made anew. */
  readonly subject: ReadingSubject | undefined;
  readonly word: HealthWord | undefined;
  sensor: Sensor | undefined;
}

const NO_STATUS: JsonObject = {};

const statusOf = ({ Status: status }: JsonObject): JsonObject =>
  typeof status === "object" && status !== null ? (status as JsonObject) : NO_STATUS;

function rowOf(element: JsonObject, key: ReadingKey, made: MadeReading | undefined): Row {
  const status = statusOf(element);
  return {
    reading: element[key],
    currentReading: element.CurrentReading,
    readingRpm: element.ReadingRPM,
    name: element.Name,
    fanName: element.FanName,
    memberId: element.MemberId,
    oldMemberId: element.MemberID,
    context: element.PhysicalContext,
    units: element.ReadingUnits,
    oldUnits: element.Units,
    state: status.State,
    health: status.Health,
    lowerFatal: element.LowerThresholdFatal,
    lowerCritical: element.LowerThresholdCritical,
    lowerCaution: element.LowerThresholdNonCritical,
    upperCaution: element.UpperThresholdNonCritical,
    upperCritical: element.UpperThresholdCritical,
    upperFatal: element.UpperThresholdFatal,
    subject: made?.subject,
    word: made?.word,
    sensor: made?.sensor,
  };
}

/** True if nothing but the reading differs. */
function isSameElement(row: Row, element: JsonObject): boolean {
  const status = statusOf(element);
  return (
    row.name === element.Name &&
    row.memberId === element.MemberId &&
    row.context === element.PhysicalContext &&
    row.state === status.State &&
    row.health === status.Health &&
    row.lowerFatal === element.LowerThresholdFatal &&
    row.lowerCritical === element.LowerThresholdCritical &&
    row.lowerCaution === element.LowerThresholdNonCritical &&
    row.upperCaution === element.UpperThresholdNonCritical &&
    row.upperCritical === element.UpperThresholdCritical &&
    row.upperFatal === element.UpperThresholdFatal &&
    row.fanName === element.FanName &&
    row.units === element.ReadingUnits &&
    row.oldUnits === element.Units &&
    row.oldMemberId === element.MemberID &&
    row.currentReading === element.CurrentReading &&
    row.readingRpm === element.ReadingRPM
  );
}

/**
 * The readings of one list of a Thermal or Power resource. In most polls nothing but readings changes: then names, ids,
 * entities, roles and limits are those of the last poll, and a sensor whose reading is the same is the same object.
 */
export class KeptReadings {
  #rows: Row[] = [];

  /** @param make makes the sensors of all elements anew */
  sensors(list: readonly JsonObject[], key: ReadingKey, make: () => readonly MadeReading[]): readonly Sensor[] {
    return this.#reread(list, key) ?? this.#remade(list, key, make());
  }

  /** Undefined if more than readings changed. */
  #reread(list: readonly JsonObject[], key: ReadingKey): readonly Sensor[] | undefined {
    const rows = this.#rows;
    if (list.length !== rows.length) return undefined;
    const sensors: Sensor[] = [];
    for (let i = 0; i < list.length; i++) {
      const row = rows[i];
      const element = list[i];
      if (row === undefined || element === undefined || !isSameElement(row, element)) return undefined;
      const reading = element[key];
      if (reading !== row.reading && !update(row, reading)) return undefined;
      if (row.sensor) sensors.push(row.sensor);
    }
    return sensors;
  }

  #remade(list: readonly JsonObject[], key: ReadingKey, made: readonly MadeReading[]): readonly Sensor[] {
    const byIndex = new Map(made.map((one) => [one.index, one]));
    this.#rows = list.map((element, index) => rowOf(element, key, byIndex.get(index)));
    return made.map(({ sensor }) => sensor);
  }
}

/** False for a reading that is no number, or was none, and for a new sign, which may change the limits. */
function update(row: Row, reading: unknown): boolean {
  const { subject, sensor, word, reading: before } = row;
  if (typeof reading !== "number" || typeof before !== "number" || reading < 0 !== before < 0) return false;
  if (!subject || sensor?.value === undefined) return false;
  row.reading = reading;
  row.sensor = withValue(sensor, subject, reading, word);
  return true;
}

/** The lists of all chassis by their paths. */
export class ReadingLists {
  readonly #lists = new Map<string, KeptReadings>();

  of(path: string): KeptReadings {
    const list = this.#lists.get(path) ?? new KeptReadings();
    this.#lists.set(path, list);
    return list;
  }

  /** After new rules for roles, and after another look at what the BMC has. */
  clear(): void {
    this.#lists.clear();
  }
}
