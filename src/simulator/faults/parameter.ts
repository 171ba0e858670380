import type { Component } from "../physics/condition.ts";

/** A number a fault can be given. */
export interface NumberParameter {
  readonly kind: "number";
  readonly description: string;
  readonly default: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly unit?: string;
  /** It says which part: a whole number from 1 to as many as the machine has. */
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

/** What `start` of a fault gets: every parameter, checked. */
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

/** Which part of the machine, the first where absent. */
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

/** A parameter that does not exist, or a value that does not fit. The message is for people. */
export class FaultParameterError extends RangeError {
  constructor(message: string) {
    super(message);
    this.name = "FaultParameterError";
  }
}

/**
 * Values with the defaults in place of what is missing. Numbers may come as text, as from a query string.
 *
 * @param partsOf how many parts of a kind the machine has
 * @throws FaultParameterError for unknown names and values that do not fit
 */
export function checkParameters(
  fault: string,
  schema: ParameterSchema,
  given: Values,
  partsOf: (component: Component) => number,
): Values {
  const stranger = Object.keys(given).find((name) => !Object.hasOwn(schema, name));
  if (stranger !== undefined) {
    const known = Object.keys(schema).join(", ") || "none";
    throw new FaultParameterError(`${fault} has no parameter ${stranger}; it has ${known}`);
  }
  return Object.fromEntries(
    Object.entries(schema).map(([name, parameter]) => {
      const value = given[name] ?? parameter.default;
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
    throw new FaultParameterError(`${what} is one of ${parameter.choices.join(", ")}, not ${value}`);
  }
  const given = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  const maximum = parameter.part === undefined ? parameter.maximum : partsOf(parameter.part);
  const isWhole = parameter.part === undefined || Number.isInteger(given);
  if (typeof given === "number" && isWhole && given >= parameter.minimum && given <= maximum) return given;
  throw new FaultParameterError(`${what} is a number from ${parameter.minimum} to ${maximum}, not ${value}`);
}
