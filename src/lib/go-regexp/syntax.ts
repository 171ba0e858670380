import {
  charClass,
  type Fold,
  folded,
  literal,
  namedClass,
  PERL_CLASSES,
  type Test,
  UNICODE_CLASS,
} from "./classes.ts";

/** A regular expression, taken apart. Which of several matches is found does not matter here, so lazy is greedy. */
export type Node =
  | { readonly kind: "one"; readonly test: Test }
  | { readonly kind: "at"; readonly place: Place }
  | { readonly kind: "sequence"; readonly nodes: readonly Node[] }
  | { readonly kind: "choice"; readonly nodes: readonly Node[] }
  | { readonly kind: "repeat"; readonly node: Node; readonly min: number; readonly max: number };

/** Where something matches without taking a character. */
export type Place = "text_start" | "text_end" | "line_start" | "line_end" | "word_boundary" | "inside";

/** What is wrong with a regular expression, and where: a sentence without the expression. */
export class GoRegexpError extends Error {
  override readonly name = "GoRegexpError";
}

interface Flags {
  readonly i: boolean;
  readonly m: boolean;
  readonly s: boolean;
  readonly U: boolean;
}

const MOST_REPEATS = 1000;
const DEEPEST = 200;
const PLACES: Readonly<Record<string, Place>> = {
  A: "text_start",
  z: "text_end",
  b: "word_boundary",
  B: "inside",
};
const CONTROLS: Readonly<Record<string, number>> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 };

/**
 * Parses the syntax of Go's regexp package (RE2): https://pkg.go.dev/regexp/syntax
 *
 * @throws GoRegexpError for what Go refuses, too: look-around, back-references, `x**`
 */
export function parseGoRegexp(text: string): Node {
  const parser = new Parser(text);
  return parser.whole();
}

class Parser {
  readonly #chars: readonly string[];
  #at = 0;
  #depth = 0;
  #flags: Flags = { i: false, m: false, s: false, U: false };
  readonly #names = new Set<string>();

  constructor(text: string) {
    this.#chars = [...text];
  }

  whole(): Node {
    const node = this.#choice();
    if (this.#peek() === ")") throw this.#wrong("a ) without its (");
    return node;
  }

  #choice(): Node {
    if (++this.#depth > DEEPEST) throw this.#wrong(`groups are nested more than ${DEEPEST} deep`);
    const nodes = [this.#sequence()];
    while (this.#take("|")) nodes.push(this.#sequence());
    this.#depth--;
    return nodes.length === 1 && nodes[0] ? nodes[0] : { kind: "choice", nodes };
  }

  #sequence(): Node {
    const nodes: Node[] = [];
    for (let next = this.#peek(); next !== undefined && next !== "|" && next !== ")"; next = this.#peek()) {
      if (this.#takeText("\\Q")) {
        nodes.push(...this.#quoted());
        continue;
      }
      const node = this.#one();
      if (node) nodes.push(this.#repeated(node));
    }
    return nodes.length === 1 && nodes[0] ? nodes[0] : { kind: "sequence", nodes };
  }

  /** One thing that can be repeated; undefined for flags, which are nothing by themselves. */
  #one(): Node | undefined {
    const char = this.#next();
    switch (char) {
      case "(":
        return this.#group();
      case "[":
        return { kind: "one", test: folded(this.#class(), this.#fold) };
      case ".":
        return { kind: "one", test: this.#flags.s ? () => true : (c) => c !== 10 };
      case "^":
        return { kind: "at", place: this.#flags.m ? "line_start" : "text_start" };
      case "$":
        return { kind: "at", place: this.#flags.m ? "line_end" : "text_end" };
      case "*":
      case "+":
      case "?":
        throw this.#wrong(`${char} repeats nothing`, 1);
      case "\\":
        return this.#escape();
      default:
        return { kind: "one", test: literal(codeOf(char), this.#fold) };
    }
  }

  get #fold(): Fold {
    return this.#flags.i ? "any_case" : "as_is";
  }

  #group(): Node | undefined {
    const outer = this.#flags;
    if (this.#take("?")) {
      const name =
        this.#takeText("P<") || (this.#peek() === "<" && !/[=!]/.test(this.#peek(1) ?? "") && this.#take("<"));
      if (name) this.#name();
      else if (/[=!<]/.test(this.#peek() ?? ""))
        throw this.#wrong("(?=, (?!, (?<= and (?<! (look-around) are not part of Go's regular expressions", 2);
      else if (!this.#readFlags()) return undefined;
    }
    const node = this.#choice();
    if (!this.#take(")")) throw this.#wrong("a ( without its )");
    this.#flags = outer;
    return node;
  }

  #name(): void {
    const start = this.#at;
    while (/^\w$/.test(this.#peek() ?? "")) this.#at++;
    const name = this.#chars.slice(start, this.#at).join("");
    if (name === "" || !this.#take(">")) throw this.#wrong("the name of a group must be letters, digits and _, then >");
    if (this.#names.has(name)) throw this.#wrong(`two groups are named ${name}`);
    this.#names.add(name);
  }

  /** `i-s:` of `(?i-s:…)`; false where it was `(?i)`, which holds to the end of the group around it. */
  #readFlags(): boolean {
    let on = true;
    const flags = { ...this.#flags };
    for (;;) {
      const char = this.#next();
      if (char === "i" || char === "m" || char === "s" || char === "U") flags[char] = on;
      else if (char === "-" && on) on = false;
      else if (char === ":" || char === ")") {
        this.#flags = flags;
        return char === ":";
      } else throw this.#wrong(`(?${char ?? ""} is no group that Go knows; its flags are i, m, s and U`, 1);
    }
  }

  #repeated(node: Node): Node {
    const range = this.#range();
    if (!range) return node;
    this.#take("?");
    if (this.#range()) throw this.#wrong("a repetition of a repetition, as in **; put the first in (?: )", 1);
    return { kind: "repeat", node, ...range };
  }

  #range(): { readonly min: number; readonly max: number } | undefined {
    if (this.#take("*")) return { min: 0, max: Number.POSITIVE_INFINITY };
    if (this.#take("+")) return { min: 1, max: Number.POSITIVE_INFINITY };
    if (this.#take("?")) return { min: 0, max: 1 };
    // What is no range is text: `a{,2}` means itself.
    const range = /^\{(\d+)(?:(,)(\d*))?\}/.exec(this.#chars.slice(this.#at, this.#at + 16).join(""));
    if (!range) return undefined;
    const min = Number(range[1]);
    const max = range[2] === undefined ? min : range[3] === "" ? Number.POSITIVE_INFINITY : Number(range[3]);
    if (min > MOST_REPEATS || (max > MOST_REPEATS && max !== Number.POSITIVE_INFINITY))
      throw this.#wrong(`${range[0]} repeats more than ${MOST_REPEATS} times, the most Go takes`);
    if (max < min) throw this.#wrong(`${range[0]} ends before it begins`);
    this.#at += range[0].length;
    return { min, max };
  }

  #quoted(): Node[] {
    const nodes: Node[] = [];
    while (this.#peek() !== undefined && !this.#takeText("\\E")) {
      nodes.push({ kind: "one", test: literal(codeOf(this.#next()), this.#fold) });
    }
    const last = nodes.pop();
    return last ? [...nodes, this.#repeated(last)] : nodes;
  }

  #escape(): Node | undefined {
    const letter = this.#peek() ?? "";
    const place = PLACES[letter];
    if (place) {
      this.#at++;
      return { kind: "at", place };
    }
    if (letter === "E") {
      this.#at++;
      return undefined;
    }
    const test = this.#escapedClass();
    if (test) return { kind: "one", test: folded(test, this.#fold) };
    return { kind: "one", test: literal(this.#escapedChar(), this.#fold) };
  }

  /** \d, \pL and their like, after the backslash. */
  #escapedClass(): Test | undefined {
    const letter = this.#peek() ?? "";
    const perl = PERL_CLASSES[letter];
    if (perl) {
      this.#at++;
      return perl;
    }
    const found = UNICODE_CLASS.exec(this.#chars.slice(this.#at, this.#at + 40).join(""));
    if (!found) return undefined;
    const isTwice = found[1]?.startsWith("^") ?? false;
    const test = namedClass(found[2] ?? found[3] ?? "", (letter === "P") !== isTwice);
    if (!test) throw this.#wrong(`\\${found[0]} names no class of characters`);
    this.#at += found[0].length;
    return test;
  }

  /** The character behind a backslash. */
  #escapedChar(): number {
    const char = this.#next();
    if (char === undefined) throw this.#wrong("a backslash at the end");
    const control = CONTROLS[char];
    if (control !== undefined) return control;
    const rest = this.#chars.slice(this.#at, this.#at + 10).join("");
    const digits = char === "x" ? /^(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,8})\})/.exec(rest) : undefined;
    if (digits) {
      this.#at += digits[0].length;
      const code = Number.parseInt(digits[1] ?? digits[2] ?? "", 16);
      if (code <= 0x10ffff) return code;
    }
    const octal = /^[0-7]$/.test(char) ? /^[0-7]{0,2}/.exec(rest)?.[0] : undefined;
    if (octal !== undefined && (char === "0" || octal !== "")) {
      this.#at += octal.length;
      return Number.parseInt(char + octal, 8);
    }
    if (/^[1-9]$/.test(char))
      throw this.#wrong(`\\${char} (a back-reference) is not part of Go's regular expressions`, 2);
    if (/^[\x21-\x7e]$/.test(char) && !/^[0-9A-Za-z]$/.test(char)) return codeOf(char);
    throw this.#wrong(`\\${char} means nothing to Go`, 2);
  }

  #class(): Test {
    const negated = this.#take("^");
    const tests: Test[] = [];
    for (let first = true; ; first = false) {
      const char = this.#peek();
      if (char === undefined) throw this.#wrong("a [ without its ]");
      if (char === "]" && !first) break;
      const posix = char === "[" ? /^\[:(\^?)(\w+):\]/.exec(this.#chars.slice(this.#at, this.#at + 16).join("")) : null;
      if (posix) {
        const test = namedClass(`[:${posix[2]}:]`, posix[1] === "^");
        if (!test) throw this.#wrong(`${posix[0]} names no class of characters`);
        this.#at += posix[0].length;
        tests.push(test);
        continue;
      }
      this.#at++;
      const escaped = char === "\\" ? this.#escapedClass() : undefined;
      if (escaped) {
        tests.push(escaped);
        continue;
      }
      const low = char === "\\" ? this.#escapedChar() : codeOf(char);
      tests.push(this.#classRange(low));
    }
    this.#at++;
    return charClass(tests, negated);
  }

  #classRange(low: number): Test {
    if (this.#peek() !== "-" || this.#peek(1) === "]" || this.#peek(1) === undefined) return (c) => c === low;
    this.#at++;
    const char = this.#next();
    const high = char === "\\" ? this.#escapedChar() : codeOf(char);
    if (high < low) throw this.#wrong("a range in [ ] ends before it begins");
    return (c) => c >= low && c <= high;
  }

  #peek(ahead = 0): string | undefined {
    return this.#chars[this.#at + ahead];
  }

  #next(): string | undefined {
    return this.#chars[this.#at++];
  }

  #take(char: string): boolean {
    if (this.#peek() !== char) return false;
    this.#at++;
    return true;
  }

  #takeText(text: string): boolean {
    const chars = [...text];
    if (chars.some((char, i) => this.#peek(i) !== char)) return false;
    this.#at += chars.length;
    return true;
  }

  #wrong(message: string, back = 0): GoRegexpError {
    return new GoRegexpError(`at character ${Math.min(this.#at - back, this.#chars.length) + 1}: ${message}`);
  }
}

const codeOf = (char: string | undefined): number => char?.codePointAt(0) ?? 0;
