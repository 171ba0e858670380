import type { Sensor, Thresholds } from "../../model/index.ts";
import type { HealthWord, JsonObject, Limits, Status } from "../../redfish/index.ts";
import { thresholdsOf } from "./limits.ts";
import { type ReadingSubject, readingOf, withValue } from "./reading.ts";
import type { ReadingPlans } from "./reading-plans.ts";

/** One element of a list that is a sensor. */
export interface MadeReading {
  /** Place of the element in the list. */
  readonly index: number;
  readonly subject: ReadingSubject;
  readonly part: { readonly reading?: number; readonly limits: Limits; readonly status: Status };
  /** A sensor that is no plain reading: after another reading, all sensors of the list are made anew. */
  readonly special?: Sensor;
}

/** The property that holds the reading of the elements of a list. */
export type ReadingKey = "ReadingCelsius" | "Reading" | "ReadingVolts";

/**
 * All properties of an element of which its sensor is made, as received, except for the reading; and what follows from
 * them. Hosts with equal lists share these objects.
 */
export interface PlannedReading {
  readonly name: unknown;
  readonly fanName: unknown;
  readonly memberId: unknown;
  readonly oldMemberId: unknown;
  readonly context: unknown;
  readonly units: unknown;
  readonly oldUnits: unknown;
  readonly currentReading: unknown;
  readonly readingRpm: unknown;
  readonly state: unknown;
  readonly health: unknown;
  readonly lowerFatal: unknown;
  readonly lowerCritical: unknown;
  readonly lowerCaution: unknown;
  readonly upperCaution: unknown;
  readonly upperCritical: unknown;
  readonly upperFatal: unknown;
  /** Absent: the element is no sensor, or a special one. */
  readonly subject: ReadingSubject | undefined;
  readonly thresholds: Thresholds | undefined;
  readonly word: HealthWord | undefined;
}

const NO_STATUS: JsonObject = {};

const statusOf = ({ Status: status }: JsonObject): JsonObject =>
  typeof status === "object" && status !== null ? (status as JsonObject) : NO_STATUS;

function planned(element: JsonObject, made: MadeReading | undefined): PlannedReading {
  const status = statusOf(element);
  const plain = made?.special ? undefined : made;
  return {
    name: element.Name,
    fanName: element.FanName,
    memberId: element.MemberId,
    oldMemberId: element.MemberID,
    context: element.PhysicalContext,
    units: element.ReadingUnits,
    oldUnits: element.Units,
    currentReading: element.CurrentReading,
    readingRpm: element.ReadingRPM,
    state: status.State,
    health: status.Health,
    lowerFatal: element.LowerThresholdFatal,
    lowerCritical: element.LowerThresholdCritical,
    lowerCaution: element.LowerThresholdNonCritical,
    upperCaution: element.UpperThresholdNonCritical,
    upperCritical: element.UpperThresholdCritical,
    upperFatal: element.UpperThresholdFatal,
    subject: plain?.subject,
    thresholds: plain && thresholdsOf(plain.part.limits, { ...plain.subject, reading: plain.part.reading }),
    word: plain?.part.status.health,
  };
}

/** True if nothing but the reading differs. */
function isSameElement(plan: PlannedReading, element: JsonObject): boolean {
  const status = statusOf(element);
  return (
    plan.name === element.Name &&
    plan.memberId === element.MemberId &&
    plan.context === element.PhysicalContext &&
    plan.state === status.State &&
    plan.health === status.Health &&
    plan.lowerFatal === element.LowerThresholdFatal &&
    plan.lowerCritical === element.LowerThresholdCritical &&
    plan.lowerCaution === element.LowerThresholdNonCritical &&
    plan.upperCaution === element.UpperThresholdNonCritical &&
    plan.upperCritical === element.UpperThresholdCritical &&
    plan.upperFatal === element.UpperThresholdFatal &&
    plan.fanName === element.FanName &&
    plan.units === element.ReadingUnits &&
    plan.oldUnits === element.Units &&
    plan.oldMemberId === element.MemberID &&
    plan.currentReading === element.CurrentReading &&
    plan.readingRpm === element.ReadingRPM
  );
}

/**
 * The readings of one list of a Thermal or Power resource. In most polls nothing but readings changes: then names, ids,
 * entities, roles and limits are those of the last poll, and a sensor whose reading is the same is the same object.
 */
export class KeptReadings {
  readonly #plans: ReadingPlans;
  #plan: readonly PlannedReading[] = [];
  /** The reading of each element as received, and its sensor. */
  #readings: unknown[] = [];
  #sensors: (Sensor | undefined)[] = [];

  constructor(plans: ReadingPlans) {
    this.#plans = plans;
  }

  /** @param make looks at all elements anew */
  sensors(list: readonly JsonObject[], key: ReadingKey, make: () => readonly MadeReading[]): readonly Sensor[] {
    if (!this.#reread(list, key)) this.#remake(list, key, make());
    return this.#sensors.filter((sensor) => sensor !== undefined);
  }

  /** False if more than readings changed. */
  #reread(list: readonly JsonObject[], key: ReadingKey): boolean {
    const plan = this.#plan;
    if (list.length !== plan.length) return false;
    for (let i = 0; i < list.length; i++) {
      const own = plan[i];
      const element = list[i];
      if (own === undefined || element === undefined || !isSameElement(own, element)) return false;
      const reading = element[key];
      if (reading !== this.#readings[i] && !this.#update(i, own, reading)) return false;
    }
    return true;
  }

  /** False for a reading that is no number, or was none, and for a new sign, which may change the limits. */
  #update(i: number, { subject, word }: PlannedReading, reading: unknown): boolean {
    const before = this.#readings[i];
    const sensor = this.#sensors[i];
    if (typeof reading !== "number" || typeof before !== "number" || reading < 0 !== before < 0) return false;
    if (!subject || sensor?.value === undefined) return false;
    this.#readings[i] = reading;
    this.#sensors[i] = withValue(sensor, subject, reading, word);
    return true;
  }

  #remake(list: readonly JsonObject[], key: ReadingKey, made: readonly MadeReading[]): void {
    const byIndex = new Map(made.map((one) => [one.index, one]));
    this.#plan = this.#plans.shared(list.map((element, i) => planned(element, byIndex.get(i))));
    this.#readings = list.map((element) => element[key]);
    this.#sensors = this.#plan.map(({ subject, thresholds }, i) => {
      const one = byIndex.get(i);
      return one && subject ? readingOf(subject, one.part, thresholds) : one?.special;
    });
  }
}

/** The lists of all chassis by their paths. */
export class ReadingLists {
  readonly #plans: ReadingPlans;
  readonly #lists = new Map<string, KeptReadings>();

  constructor(plans: ReadingPlans) {
    this.#plans = plans;
  }

  of(path: string): KeptReadings {
    const list = this.#lists.get(path) ?? new KeptReadings(this.#plans);
    this.#lists.set(path, list);
    return list;
  }

  /** After new rules for roles, and after another look at what the BMC has. */
  clear(): void {
    this.#lists.clear();
  }
}
