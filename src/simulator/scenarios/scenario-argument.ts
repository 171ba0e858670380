/** A number. */
export interface Count {
  readonly kind: "count";
  readonly default: number;
  readonly minimum: number;
  readonly maximum: number;
  /** False: fractions are allowed. */
  readonly whole: boolean;
  readonly unit?: string;
}

/** One of a few words; the first is the default. */
export interface Choice<W extends string = string> {
  readonly kind: "choice";
  readonly choices: readonly W[];
}

/** Bytes in hex with slashes between. */
export interface Hex {
  readonly kind: "bytes";
  readonly default: string;
  readonly length: number;
}

/** What may follow the name of a scenario. */
export type Argument = Count | Choice | Hex;
export type ValueOf<A extends Argument> = A extends Choice<infer W> ? W : A extends Hex ? readonly number[] : number;

export const probability = (value: number): Count => ({
  kind: "count",
  default: value,
  minimum: 0,
  maximum: 1,
  whole: false,
});

export const count = (value: number, minimum: number, maximum: number, unit?: string): Count => ({
  kind: "count",
  default: value,
  minimum,
  maximum,
  whole: true,
  unit,
});

export const choice = <const W extends string>(...choices: readonly W[]): Choice<W> => ({ kind: "choice", choices });

export const bytes = (value: string, length: number): Hex => ({ kind: "bytes", default: value, length });

/** "a number from 0 to 1", "one of everything, sessions", "3 bytes in hex, e.g. 04/2d/c0": for errors and lists. */
export function allowed(argument: Argument): string {
  switch (argument.kind) {
    case "count": {
      const { minimum, maximum, whole, unit } = argument;
      return `${whole ? "a whole number" : "a number"} from ${minimum} to ${maximum}${unit ? ` (${unit})` : ""}`;
    }
    case "choice":
      return `one of ${argument.choices.join(", ")}`;
    case "bytes":
      return argument.length === 1
        ? `a byte in hex, e.g. ${argument.default}`
        : `${argument.length} bytes in hex, e.g. ${argument.default}`;
  }
}

/** The default argument, used if only the name is given. */
export function defaultOf(argument: Argument): string {
  return argument.kind === "choice" ? (argument.choices[0] ?? "") : String(argument.default);
}

/** @throws RangeError that says what is allowed */
export function argumentValue<A extends Argument>(
  name: string,
  argument: A,
  written = defaultOf(argument),
): ValueOf<A> {
  const value = read(argument, written);
  if (value === undefined) throw new RangeError(`${name}: invalid argument "${written}"; use ${allowed(argument)}`);
  return value as ValueOf<A>;
}

function read(argument: Argument, written: string): number | string | readonly number[] | undefined {
  switch (argument.kind) {
    case "count": {
      const value = written.trim() === "" ? Number.NaN : Number(written);
      const fits = value >= argument.minimum && value <= argument.maximum;
      return fits && (!argument.whole || Number.isInteger(value)) ? value : undefined;
    }
    case "choice":
      return argument.choices.find((word) => word === written);
    case "bytes": {
      const parts = written.split("/");
      const isHex = parts.length === argument.length && parts.every((part) => /^[0-9a-f]{1,2}$/i.test(part));
      return isHex ? parts.map((part) => Number.parseInt(part, 16)) : undefined;
    }
  }
}
