import { booleanAt, type JsonObject, linkAt, numberAt, objectAt, textAt } from "../json.ts";
import { type ComponentFacts, componentFacts } from "./component.ts";

/** Memory: a memory module, or the memory of a GPU. */
export interface MemoryModule extends ComponentFacts {
  readonly kind: "memory";
  /** The status of the module in the words of its vendor: GoodInUse, ConfigurationError ... */
  readonly vendorStatus?: string;
  readonly metrics?: string;
}

export function decodeMemory(resource: JsonObject): MemoryModule {
  const facts = componentFacts(resource);
  return {
    ...facts,
    kind: "memory",
    place: facts.place ?? textAt(resource, "DeviceLocator") ?? textAt(resource, "SocketLocator"),
    vendorStatus:
      textAt(resource, "Oem", "Hpe", "DIMMStatus") ??
      textAt(resource, "Oem", "Hp", "DIMMStatus") ??
      textAt(resource, "DIMMStatus") ??
      textAt(resource, "Oem", "ts_fujitsu", "LegacyStatus") ??
      textAt(resource, "Oem", "ts_fujitsu", "SignalStatus"),
    metrics: linkAt(resource, "Metrics"),
  };
}

/** MemoryMetrics: error counts of a module and what its BIOS found. Most services leave it out or fill it with zeros. */
export interface MemoryMetrics {
  readonly correctableErrors?: number;
  readonly uncorrectableErrors?: number;
  /** Alarms of the module that are active: CorrectableECCError, Temperature ... */
  readonly alarms: readonly string[];
  readonly dataLoss: boolean;
}

/** A count over the lifetime, or else over the current period. */
function countAt(resource: JsonObject, name: string): number | undefined {
  const count = numberAt(resource, "LifeTime", name) ?? numberAt(resource, "CurrentPeriod", name);
  return count !== undefined && count >= 0 ? count : undefined;
}

export function decodeMemoryMetrics(resource: JsonObject): MemoryMetrics {
  const trips = objectAt(resource, "HealthData", "AlarmTrips") ?? {};
  return {
    correctableErrors: countAt(resource, "CorrectableECCErrorCount"),
    uncorrectableErrors: countAt(resource, "UncorrectableECCErrorCount"),
    alarms: Object.keys(trips).filter((name) => booleanAt(trips, name) === true),
    dataLoss: booleanAt(resource, "HealthData", "DataLossDetected") === true,
  };
}

/** True if the resource has none of the values that are read from it. */
export function isEmptyMetrics(resource: JsonObject): boolean {
  const { correctableErrors, uncorrectableErrors } = decodeMemoryMetrics(resource);
  const hasHealth = objectAt(resource, "HealthData") !== undefined;
  return correctableErrors === undefined && uncorrectableErrors === undefined && !hasHealth;
}
