import type { Component } from "../physics/condition.ts";

/** A number a fault can be given. */
interface NumberParameter {
  readonly kind: "number";
  readonly description: string;
  readonly default: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly unit?: string;
  /** The number selects a part: a whole number from 1 to the count of such parts. */
  readonly part?: Component;
}

/** One of a few words. */
export interface ChoiceParameter<Choice extends string = string> {
  readonly kind: "choice";
  readonly description: string;
  readonly default: Choice;
  readonly choices: readonly Choice[];
}

export type Parameter = NumberParameter | ChoiceParameter;
export type ParameterSchema = Readonly<Record<string, Parameter>>;

/** The parameters that `start` of a fault receives, all valid. */
export type ValuesOf<S extends ParameterSchema> = {
  readonly [K in keyof S]: S[K] extends ChoiceParameter<infer Choice> ? Choice : number;
};
export type Values = Readonly<Record<string, number | string>>;

export function number(
  description: string,
  value: number,
  minimum: number,
  maximum: number,
  unit?: string,
): NumberParameter {
  return { kind: "number", description, default: value, minimum, maximum, unit };
}

/** Selects a part of the machine; the first where absent. */
export function part(component: Component, description: string): NumberParameter {
  return { kind: "number", description, default: 1, minimum: 1, maximum: 255, part: component };
}

export function choice<const Choice extends string>(
  description: string,
  first: Choice,
  ...others: readonly Choice[]
): ChoiceParameter<Choice> {
  return { kind: "choice", description, default: first, choices: [first, ...others] };
}

/** An unknown parameter or an invalid value. The message is for the user. */
export class FaultParameterError extends RangeError {
  constructor(message: string) {
    super(message);
    this.name = "FaultParameterError";
  }
}

/**
 * Fills in the defaults. Numbers may be text, as in a query string.
 *
 * @param partsOf count of the parts of a kind
 * @throws FaultParameterError for unknown names and invalid values
 */
export function checkParameters(
  fault: string,
  schema: ParameterSchema,
  values: Values,
  partsOf: (component: Component) => number,
): Values {
  const unknown = Object.keys(values).find((name) => !Object.hasOwn(schema, name));
  if (unknown !== undefined) {
    const known = Object.keys(schema).join(", ") || "none";
    throw new FaultParameterError(`${fault}: unknown parameter ${unknown}; the parameters are ${known}`);
  }
  return Object.fromEntries(
    Object.entries(schema).map(([name, parameter]) => {
      const value = values[name] ?? parameter.default;
      return [name, checked(`${fault}: ${name}`, parameter, value, partsOf)];
    }),
  );
}

function checked(
  what: string,
  parameter: Parameter,
  value: number | string,
  partsOf: (component: Component) => number,
): number | string {
  if (parameter.kind === "choice") {
    const choice = parameter.choices.find((word) => word === value);
    if (choice !== undefined) return choice;
    throw new FaultParameterError(`${what} must be one of ${parameter.choices.join(", ")}, not ${value}`);
  }
  const numeric = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  const maximum = parameter.part === undefined ? parameter.maximum : partsOf(parameter.part);
  const isWhole = parameter.part === undefined || Number.isInteger(numeric);
  if (typeof numeric === "number" && isWhole && numeric >= parameter.minimum && numeric <= maximum) return numeric;
  throw new FaultParameterError(`${what} must be a number from ${parameter.minimum} to ${maximum}, not ${value}`);
}
