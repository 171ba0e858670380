import { eventTypeWord, type SensorDefinition } from "../../ipmi/index.ts";
import type { Health } from "../../model/index.ts";
import type { Roles } from "../roles.ts";
import type { Severities, SeveritySubject } from "../severities.ts";
import { LimitsCache } from "./limits-cache.ts";
import type { PlannedSensor } from "./planned-sensor.ts";
import { type SensorPlan, wantedOf } from "./sensor-plan.ts";

/** The plan with the roles of its sensors, for a BMC of this manufacturer. The same object for the same rules. */
export function planWithRoles(roles: Roles, plan: SensorPlan, manufacturerId: number): SensorPlan {
  return roles.plans.of(plan, String(manufacturerId), () =>
    withRoles(plan, ({ name, kind, unit, definition }) =>
      roles.roleOf({ name, kind, quantity: unit?.quantity, entityId: definition.entityId, manufacturerId }),
    ),
  );
}

/**
 * The plan with the severities of its states, for a BMC of this manufacturer and product. A state is looked up when it
 * is first asserted. The same object for the same rules.
 */
export function planWithSeverities(
  severities: Severities,
  plan: SensorPlan,
  manufacturerId: number,
  productId: number,
): SensorPlan {
  return severities.plans.of(plan, `${manufacturerId}/${productId}`, () =>
    withGrades(plan, (sensor) => {
      const grades = new Map<string, Health>();
      return (state, builtIn) => {
        const cached = grades.get(state);
        if (cached !== undefined) return cached;
        const subject = subjectOf(sensor, manufacturerId, productId);
        const { asserted } = severities.gradeOf(subject, state, { asserted: builtIn, deasserted: 0 });
        grades.set(state, asserted);
        return asserted;
      };
    }),
  );
}

/** The properties of a planned sensor that rules match. */
export function subjectOf(
  {
    name,
    kind,
    definition,
  }: Pick<PlannedSensor, "name" | "kind"> & {
    readonly definition: Pick<SensorDefinition, "sensorType" | "eventType" | "entityId">;
  },
  manufacturerId: number,
  productId: number,
): SeveritySubject {
  const { sensorType, eventType, entityId } = definition;
  return { name, kind, sensorType, eventType: eventTypeWord(eventType), entityId, manufacturerId, productId };
}

/** The plan with a role for the sensors that have one. Records and conversions are shared with `plan`. */
function withRoles(plan: SensorPlan, roleOf: (sensor: PlannedSensor) => string | undefined): SensorPlan {
  const sensors = plan.sensors.map((sensor) => {
    const role = roleOf(sensor);
    return role === undefined ? sensor : { ...sensor, role };
  });
  return { ...plan, sensors, limits: new LimitsCache(), wanted: wantedOf(sensors) };
}

/** The plan with the severities of the rules. Records and conversions are shared with `plan`. */
function withGrades(
  plan: SensorPlan,
  gradeOf: (sensor: PlannedSensor) => NonNullable<PlannedSensor["grade"]>,
): SensorPlan {
  const sensors = plan.sensors.map((sensor) => ({ ...sensor, grade: gradeOf(sensor) }));
  return { ...plan, sensors, limits: new LimitsCache(), wanted: wantedOf(sensors) };
}
