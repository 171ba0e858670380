import type { CodedReading, Sensor } from "../model/index.ts";
import { type DialectFamily, type DialectSample, FAMILIES } from "./metrics.ts";
import { sensorTypeName } from "./names.ts";
import { twoDecimals } from "./rounding.ts";
import { type NonCritical, stateOf } from "./severity.ts";

export interface SensorChoices {
  /** Record ids that are left out. */
  readonly excludeIds?: readonly number[];
  readonly nonCritical?: NonCritical;
  /** Exports the values of discrete sensors that have one: the workaround flag "discretereading" of FreeIPMI. */
  readonly discreteReadings?: boolean;
}

const THRESHOLD = 0x01;
const FAN = 0x04;

interface Typed {
  readonly value: DialectFamily;
  readonly state: DialectFamily;
  readonly factor: number;
}

const typed = (value: DialectFamily, state: DialectFamily, factor = 1): Typed => ({ value, state, factor });

/** Unit codes (IPMI 2.0 table 43-15) that have a family of their own. */
const BY_UNIT: ReadonlyMap<number, Typed> = new Map([
  [1, typed(FAMILIES.temperature, FAMILIES.temperatureState)],
  [4, typed(FAMILIES.voltage, FAMILIES.voltageState)],
  [5, typed(FAMILIES.current, FAMILIES.currentState)],
  [6, typed(FAMILIES.power, FAMILIES.powerState)],
  [18, typed(FAMILIES.fanRpm, FAMILIES.fanState)],
]);
const RATIO = typed(FAMILIES.fanRatio, FAMILIES.fanState, 0.01);

/**
 * The sensors as ipmi_exporter exports them from the output of ipmimonitoring: one sensor per record (of a shared record
 * the first) if it answered, with the name in the record; a value, NaN if unknown, and a state.
 */
export function* sensorSamples(sensors: readonly Sensor[], choices: SensorChoices = {}): Generator<DialectSample> {
  const exported = new Set<number>();
  for (const coded of sensors.flatMap(byRecord)) {
    if (coded.record.shareIndex > 0) continue;
    const { recordId, name, sensorType } = coded.record;
    if (exported.has(recordId) || choices.excludeIds?.includes(recordId)) continue;
    exported.add(recordId);
    const state = stateOf(coded.record, coded.asserted, choices.nonCritical) ?? Number.NaN;
    const measured = isMeasured(coded, choices);
    const family = measured ? typeOf(coded) : undefined;
    const value = measured && coded.value !== undefined && !coded.record.nonLinear ? coded.value : Number.NaN;
    const id = ["id", String(recordId)] as const;
    const named = ["name", name] as const;
    if (family) {
      yield { family: family.value, labels: [id, named], value: twoDecimals(value) * family.factor };
      yield { family: family.state, labels: [id, named], value: state };
      continue;
    }
    const labels = [id, named, ["type", sensorTypeName(sensorType)]] as const;
    yield { family: FAMILIES.sensorValue, labels, value: twoDecimals(value) };
    yield { family: FAMILIES.sensorState, labels, value: state };
  }
}

/** A sensor once for each record that describes it, which is how FreeIPMI reads sensors. */
function byRecord({ coded, codedCopies = [] }: Sensor): readonly CodedReading[] {
  return coded ? [coded, ...codedCopies] : codedCopies;
}

/** True if FreeIPMI prints a value: only for full records, and for discrete sensors only if configured. */
function isMeasured({ record, value }: CodedReading, { discreteReadings = false }: SensorChoices): boolean {
  if (!record.full) return false;
  return record.eventType === THRESHOLD || (discreteReadings && value !== undefined);
}

function typeOf({ record }: CodedReading): Typed | undefined {
  if (record.percentage) return record.sensorType === FAN ? RATIO : undefined;
  return record.unitCode === undefined ? undefined : BY_UNIT.get(record.unitCode);
}
