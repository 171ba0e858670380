import { type SensorClass, sensorClass } from "../../tables/event-type.ts";
import { type ThresholdName, thresholdsIn } from "../../tables/threshold.ts";
import { isPlainUnit, type SensorUnits, Unit } from "../../tables/unit.ts";
import { bit, bits } from "../../wire/bytes.ts";
import type { CompactSensorRecord } from "./compact-sensor.ts";
import type { EventOnlySensorRecord } from "./event-only-sensor.ts";
import type { FullSensorRecord, SensorFactors, ThresholdRaws } from "./full-sensor.ts";
import { nameStem, wholeName } from "./id-string.ts";
import type { SdrRecord } from "./sdr.ts";
import type { AnalogFormat, SensorCapabilities, SharedSensors } from "./sensor-record.ts";

/** Raw counts; 00h and FFh mean not specified. */
export interface Hysteresis {
  readonly positive: number;
  readonly negative: number;
}

/** One sensor as its SDR describes it; a shared record describes several. */
export interface SensorDefinition {
  readonly recordId: number;
  readonly recordType: "full" | "compact" | "event_only";
  readonly name: string;
  /** The name in its record, with all its spaces; the sensors of a shared record have the same. */
  readonly recordName: string;
  /** Index of a sensor in a shared record, from 0; 0 for other sensors. */
  readonly shareIndex: number;
  /** The byte as received: 20h is the BMC, odd values are system software. */
  readonly ownerId: number;
  readonly ownerLun: number;
  readonly channel: number;
  readonly number: number;
  readonly entityId: number;
  /** The byte as received, with the container bit. */
  readonly entityInstance: number;
  readonly sensorType: number;
  /** Event/reading type code. */
  readonly eventType: number;
  readonly class: SensorClass;
  /** Absent for event-only sensors. */
  readonly units?: SensorUnits;
  readonly analogFormat: AnalogFormat;
  /** In full records only; without factors there is no value. */
  readonly factors?: SensorFactors;
  /** True: `factors` are empty; Get Sensor Reading Factors returns them for each raw reading. */
  readonly nonLinear: boolean;
  /** Limits that can be read; empty for discrete sensors. */
  readonly readableThresholds: readonly ThresholdName[];
  readonly settableThresholds: readonly ThresholdName[];
  /**
   * Get Sensor Thresholds may know limits, which are better than `thresholdRaws`. Also where the record says that
   * there are none and has a mask of readable ones: so do Dell's processors, whose limits are 3 and 100 degrees.
   */
  readonly asksThresholds: boolean;
  /** Limits of the record, in effect when sensors are initialised from it. */
  readonly thresholdRaws?: ThresholdRaws;
  readonly hysteresis?: Hysteresis;
  /** Raw values of full records; absent if not specified. */
  readonly nominalReading?: number;
  readonly normalMaximum?: number;
  readonly normalMinimum?: number;
  readonly sensorMaximum?: number;
  readonly sensorMinimum?: number;
  /** Events the sensor sends, one bit an offset. For discrete sensors advisory: firmware asserts others too. */
  readonly assertionMask: number;
  readonly deassertionMask: number;
  /** States a discrete sensor can report, one bit an offset; 0 for threshold sensors. */
  readonly readingMask: number;
  /** Absent for event-only sensors. */
  readonly capabilities?: SensorCapabilities;
  /** False: no Get Sensor Reading (event-only, or owned by system software). */
  readonly readable: boolean;
  /** Its raw reading is a value; also of some discrete sensors (HP DL380 G7, Dell "Current"). */
  readonly analog: boolean;
}

/** The sensors of a record: none for records of other things, several for shared records. */
export function sensorsOf(record: SdrRecord): SensorDefinition[] {
  switch (record.type) {
    case "full":
      return [definitionOfFull(record)];
    case "compact":
      return expand(definitionOfCompact(record), record, record.shared);
    case "event_only":
      return expand(definitionOfEventOnly(record), record, record.shared);
    default:
      return [];
  }
}

function keyOf(record: FullSensorRecord | CompactSensorRecord | EventOnlySensorRecord) {
  return {
    recordId: record.id,
    name: record.name,
    recordName: wholeName(record),
    shareIndex: 0,
    ownerId: record.ownerId,
    ownerLun: record.ownerLun,
    channel: record.channel,
    number: record.number,
    entityId: record.entityId,
    entityInstance: record.entityInstance,
    sensorType: record.sensorType,
    eventType: record.eventType,
    class: sensorClass(record.eventType),
  };
}

/** The masks at 14-19, by class. */
function masksOf(record: FullSensorRecord | CompactSensorRecord) {
  const { masks, capabilities } = record;
  if (sensorClass(record.eventType) !== "threshold") {
    return {
      readableThresholds: [],
      settableThresholds: [],
      asksThresholds: false,
      assertionMask: bits(masks.assertion, 14, 0),
      deassertionMask: bits(masks.deassertion, 14, 0),
      readingMask: bits(masks.reading, 14, 0),
    };
  }
  const access = capabilities.thresholdAccess;
  const hasReadableBits = bits(masks.reading, 5, 0) !== 0;
  return {
    readableThresholds: access === "none" ? [] : thresholdsIn(bits(masks.reading, 5, 0)),
    settableThresholds: access === "settable" ? thresholdsIn(bits(masks.reading, 13, 8)) : [],
    asksThresholds: access === "readable" || access === "settable" || (access === "none" && hasReadableBits),
    assertionMask: bits(masks.assertion, 11, 0),
    deassertionMask: bits(masks.deassertion, 11, 0),
    readingMask: 0,
  };
}

const isReadable = (ownerId: number): boolean => !bit(ownerId, 0);

function definitionOfFull(record: FullSensorRecord): SensorDefinition {
  const threshold = sensorClass(record.eventType) === "threshold";
  const { specified } = record;
  return {
    recordType: "full",
    ...keyOf(record),
    ...masksOf(record),
    units: record.units,
    analogFormat: record.analogFormat,
    factors: record.factors,
    nonLinear: record.factors.linearisation >= 0x70,
    thresholdRaws: threshold ? record.thresholds : undefined,
    hysteresis: { positive: record.positiveHysteresis, negative: record.negativeHysteresis },
    nominalReading: specified.nominalReading ? record.nominalReading : undefined,
    normalMaximum: specified.normalMaximum ? record.normalMaximum : undefined,
    normalMinimum: specified.normalMinimum ? record.normalMinimum : undefined,
    ...rangeOf(record),
    capabilities: record.capabilities,
    readable: isReadable(record.ownerId),
    analog: isAnalog(record),
  };
}

function definitionOfCompact(record: CompactSensorRecord): SensorDefinition {
  return {
    recordType: "compact",
    ...keyOf(record),
    ...masksOf(record),
    units: record.units,
    analogFormat: record.analogFormat,
    nonLinear: false,
    hysteresis: { positive: record.positiveHysteresis, negative: record.negativeHysteresis },
    capabilities: record.capabilities,
    readable: isReadable(record.ownerId),
    analog: false,
  };
}

function definitionOfEventOnly(record: EventOnlySensorRecord): SensorDefinition {
  return {
    recordType: "event_only",
    ...keyOf(record),
    analogFormat: "none",
    nonLinear: false,
    readableThresholds: [],
    settableThresholds: [],
    asksThresholds: false,
    assertionMask: 0,
    deassertionMask: 0,
    readingMask: 0,
    readable: false,
    analog: false,
  };
}

/**
 * Threshold sensors have a value unless the record says otherwise. Discrete sensors have one only
 * when a unit says so: full records are used for plain discrete sensors too, with unit 0.
 */
function isAnalog(record: FullSensorRecord): boolean {
  if (record.analogFormat === "none") return false;
  if (sensorClass(record.eventType) === "threshold") return true;
  const { units } = record;
  return units.base !== Unit.Unspecified || units.percentage || !isPlainUnit(units);
}

/** Sensor maximum and minimum, unless they are the ends of the format, which mean "not specified". */
function rangeOf(record: FullSensorRecord): { sensorMaximum?: number; sensorMinimum?: number } {
  const { sensorMaximum: maximum, sensorMinimum: minimum, analogFormat } = record;
  const [highest, lowest] = analogFormat === "unsigned" ? [0xff, 0x00] : [0x7f, 0x80];
  return {
    sensorMaximum: maximum === highest || maximum === lowest ? undefined : maximum,
    sensorMinimum: minimum === lowest || minimum === highest ? undefined : minimum,
  };
}

/** FFh is no sensor number. */
const LAST_SENSOR_NUMBER = 0xfe;

function expand(
  first: SensorDefinition,
  record: CompactSensorRecord | EventOnlySensorRecord,
  shared: SharedSensors,
): SensorDefinition[] {
  if (shared.count <= 1) return [first];
  const stem = nameStem(record);
  const sensors: SensorDefinition[] = [];
  for (let i = 0; i < shared.count && first.number + i <= LAST_SENSOR_NUMBER; i++) {
    sensors.push({
      ...first,
      name: stem + modifier(shared, i),
      shareIndex: i,
      number: first.number + i,
      entityInstance: shared.incrementsEntityInstance
        ? (first.entityInstance & 0x80) | ((first.entityInstance + i) & 0x7f)
        : first.entityInstance,
    });
  }
  return sensors;
}

const ALPHA = 1;

/** "3", or letters that go on as in a spreadsheet: A ... Z, AA, AB ... */
function modifier(shared: SharedSensors, index: number): string {
  const n = shared.modifierOffset + index;
  if (shared.modifierType !== ALPHA) return String(n);
  const letter = (k: number): string => String.fromCharCode(0x41 + k);
  return n < 26 ? letter(n) : letter(Math.floor(n / 26) - 1) + letter(n % 26);
}
