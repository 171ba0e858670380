import { snakeCase } from "../lib/index.ts";
import type { Sensor } from "../model/index.ts";

/** Selects sensors: all given keys must match. */
export interface SensorRule {
  /** Sensor type in snake case. */
  readonly kind?: string;
  readonly name?: RegExp;
  /** "3" for every instance of an entity, "3.1" for one. */
  readonly entity?: string;
  readonly id?: string;
}

type Candidate = Pick<Sensor, "kind" | "name" | "entity" | "id">;

/** A rule as used, from a rule as written. */
export function sensorRule(written: { type?: string; name?: string; entity?: string; id?: string }): SensorRule {
  return {
    ...(written.type !== undefined && { kind: snakeCase(written.type) }),
    ...(written.name !== undefined && { name: new RegExp(written.name) }),
    ...(written.entity !== undefined && { entity: written.entity }),
    ...(written.id !== undefined && { id: written.id }),
  };
}

function matchesRule(rule: SensorRule, sensor: Candidate): boolean {
  return (
    (rule.kind === undefined || rule.kind === sensor.kind) &&
    (rule.name === undefined || rule.name.test(sensor.name)) &&
    (rule.entity === undefined || rule.entity === sensor.entity || rule.entity === sensor.entity.split(".")[0]) &&
    (rule.id === undefined || rule.id === sensor.id)
  );
}

/** Index of the exclude rule that matches a sensor; undefined if none does. */
export function decidingRule(
  rules: { readonly exclude: readonly SensorRule[] },
  sensor: Candidate,
): number | undefined {
  const index = rules.exclude.findIndex((rule) => matchesRule(rule, sensor));
  return index < 0 ? undefined : index;
}

/** Whether a module reads a sensor: an include rule matches or there are none, and no exclude rule matches. */
export function wantsSensor(
  rules: { readonly include: readonly SensorRule[]; readonly exclude: readonly SensorRule[] },
  sensor: Candidate,
): boolean {
  const included = rules.include.length === 0 || rules.include.some((rule) => matchesRule(rule, sensor));
  return included && !rules.exclude.some((rule) => matchesRule(rule, sensor));
}
