import { entityName } from "../../ipmi/index.ts";
import { HEALTH_WORDS, type Sensor, THRESHOLD_NAMES, type ThresholdName } from "../../model/index.ts";
import { type JsonObject, valueAt } from "../../redfish/index.ts";
import type { RedfishSensorExplanation } from "../explanation.ts";
import type { Roles } from "../roles.ts";
import type { Evidence } from "./evidence.ts";

/** Names of each limit: of Thermal and Power, and of Sensor resources. */
const PROPERTIES: Readonly<Record<ThresholdName, readonly (readonly string[])[]>> = {
  lower_non_recoverable: [["LowerThresholdFatal"], ["Thresholds", "LowerFatal", "Reading"]],
  lower_critical: [["LowerThresholdCritical"], ["Thresholds", "LowerCritical", "Reading"]],
  lower_non_critical: [["LowerThresholdNonCritical"], ["Thresholds", "LowerCaution", "Reading"]],
  upper_non_critical: [
    ["UpperThresholdNonCritical"],
    ["Thresholds", "UpperCaution", "Reading"],
    // Limits that iLO 4 reports under the names of lower ones; see thresholdsOf().
    ["LowerThresholdNonCritical"],
  ],
  upper_critical: [["UpperThresholdCritical"], ["Thresholds", "UpperCritical", "Reading"], ["LowerThresholdCritical"]],
  upper_non_recoverable: [["UpperThresholdFatal"], ["Thresholds", "UpperFatal", "Reading"]],
};

interface SensorEvidence {
  readonly sensor: Sensor;
  readonly evidence: Evidence;
  readonly roles: Roles | undefined;
  readonly manufacturerId: number;
  /** A rule of the configuration excludes it. */
  readonly excluded: boolean;
}

/** How the samples of a sensor follow from the element of a resource. */
export function explainRedfishSensor(found: SensorEvidence): RedfishSensorExplanation {
  const { sensor, evidence, roles, manufacturerId, excluded } = found;
  const { id, name, kind, entity, role, quantity, value, unit, health, states, noReading } = sensor;
  const entityId = Number.parseInt(entity, 10);
  const { uri, pointer, fragment } = evidence;
  return {
    id,
    name,
    kind,
    entity,
    entityName: entityName(entityId),
    resource: { uri, pointer, fragment },
    role,
    roleRule: roles?.ruleOf({ name, kind, quantity, entityId, manufacturerId })?.origin,
    quantity,
    value,
    unit,
    limits: limitsOf(sensor, fragment),
    states: states.map((state) => ({ state, severity: HEALTH_WORDS[health ?? 0] ?? "ok" })),
    health,
    healthWhy: healthWhy(sensor, fragment),
    noReading: noReading && NO_READING[noReading],
    excluded,
  };
}

const NO_READING: Readonly<Record<string, string>> = {
  scanning_disabled: "Status.State says that the sensor is not enabled",
  unavailable: "the resource has no number for it",
};

function limitsOf({ thresholds = {} }: Sensor, fragment: JsonObject | undefined): RedfishSensorExplanation["limits"] {
  return THRESHOLD_NAMES.flatMap((name) => {
    const value = thresholds[name];
    if (value === undefined) return [];
    const path = PROPERTIES[name].find((one) => (valueAt(fragment, ...one) ?? null) !== null);
    return [{ name, value, property: path?.join("."), received: path && valueAt(fragment, ...path) }];
  });
}

function healthWhy({ health, states }: Sensor, fragment: JsonObject | undefined): string {
  const reported = valueAt(fragment, "Status", "Health");
  if (health === undefined) return "the BMC reports no health, and there is no limit to compare with";
  const own = typeof reported === "string" ? `Status.Health is ${reported}` : "the BMC reports no health";
  const crossed = states.filter((state) => /^at_or_/.test(state));
  return crossed.length === 0 ? own : `${own}; the value is ${crossed.join(", ").replaceAll("_", " ")}`;
}
