/** Whether a code point is one of those that match. */
export type Test = (code: number) => boolean;

/** `any_case`: under the flag i. */
export type Fold = "as_is" | "any_case";

const within =
  (...ranges: readonly (readonly [low: number, high: number])[]): Test =>
  (code) =>
    ranges.some(([low, high]) => code >= low && code <= high);
const not =
  (test: Test): Test =>
  (code) =>
    !test(code);

const digit = within([0x30, 0x39]);
const word = within([0x30, 0x39], [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]);
const space = within([0x09, 0x0a], [0x0c, 0x0d], [0x20, 0x20]);

/** ASCII, as in Go: \d is no digit of another script. */
export const PERL_CLASSES: Readonly<Record<string, Test>> = {
  d: digit,
  D: not(digit),
  w: word,
  W: not(word),
  s: space,
  S: not(space),
};

export const isWordCode = word;

const POSIX: Readonly<Record<string, Test>> = {
  alnum: within([0x30, 0x39], [0x41, 0x5a], [0x61, 0x7a]),
  alpha: within([0x41, 0x5a], [0x61, 0x7a]),
  ascii: within([0, 0x7f]),
  blank: within([0x09, 0x09], [0x20, 0x20]),
  cntrl: within([0, 0x1f], [0x7f, 0x7f]),
  digit,
  graph: within([0x21, 0x7e]),
  lower: within([0x61, 0x7a]),
  print: within([0x20, 0x7e]),
  punct: within([0x21, 0x2f], [0x3a, 0x40], [0x5b, 0x60], [0x7b, 0x7e]),
  space: within([0x09, 0x0d], [0x20, 0x20]),
  upper: within([0x41, 0x5a]),
  word,
  xdigit: within([0x30, 0x39], [0x41, 0x46], [0x61, 0x66]),
};

/** `pL`, `p{Greek}`, `P{^Lu}`, as it stands behind the backslash. */
export const UNICODE_CLASS = /^[pP](?:\{(\^?([A-Za-z_]+))\}|([A-Z]))/;

/** A class by its name: `[:alpha:]`, `L`, `Greek`; undefined where there is none of that name. */
export function namedClass(name: string, negated: boolean): Test | undefined {
  const posix = /^\[:(.*):\]$/.exec(name)?.[1];
  const test = posix === undefined ? unicode(name) : Object.hasOwn(POSIX, posix) ? POSIX[posix] : undefined;
  return test && negated ? not(test) : test;
}

function unicode(name: string): Test | undefined {
  if (name === "Any") return () => true;
  for (const property of [name, `Script=${name}`]) {
    try {
      const pattern = new RegExp(`^\\p{${property}}$`, "u");
      return (code) => pattern.test(String.fromCodePoint(code));
    } catch {
      // Not a category: perhaps a script.
    }
  }
  return undefined;
}

export function charClass(tests: readonly Test[], negated: boolean): Test {
  const any: Test = (code) => tests.some((test) => test(code));
  return negated ? not(any) : any;
}

/** The characters that differ from one in case only, and itself. */
function cases(code: number): readonly number[] {
  const char = String.fromCodePoint(code);
  return [char, char.toLowerCase(), char.toUpperCase()].flatMap((form) =>
    [...form].length === 1 ? (form.codePointAt(0) ?? []) : [],
  );
}

export function literal(code: number, fold: Fold): Test {
  if (fold === "as_is") return (c) => c === code;
  const forms = cases(code);
  return (c) => forms.includes(c);
}

export function folded(test: Test, fold: Fold): Test {
  return fold === "as_is" ? test : (code) => cases(code).some(test);
}
