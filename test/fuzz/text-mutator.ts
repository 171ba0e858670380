import type { Random } from "../ipmi/fuzz/random.ts";

const LONGEST = 8192;

/** Words that mean something to a parser, to the language it is written in, or to nobody. */
const WORDS: readonly string[] = [
  ...["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf", "then", "length", "toJSON"],
  ...[
    "null",
    "~",
    "true",
    "false",
    "yes",
    "",
    " ",
    "0",
    "-1",
    "1",
    "07",
    "1e999",
    "-0",
    "0x1f",
    "0o17",
    ".inf",
    ".nan",
  ],
  ...["9".repeat(40), "2147483648", "4294967296", "9007199254740993", "1.5", "5m", "0s", "1y2w3d4h5m6s7ms"],
  ...["99999999999999999999y", "400d", "[]", "{}", "[[[[", "]]]]", "{{{{", "}}}}", "[1-99999999]", "[1-3,7]"],
  ...["{host}", "{1}", "{1-7}", "{", "}", "&a", "*a", "<<: *a", "&a [*a]", "!!binary", "!!set", "!!omap", "!!str"],
  ...["!!js/function", "!x", "%YAML 1.2", "---", "...", "- ", ": ", ": |\n", "? ", "# ", "|", ">", "'", '"', "`", "\\"],
  ...["\t", "\n", "\r\n", "\0", "\u0007", "\ufeff", "\ud800", "\u2028", "ä", "😀", "%00", "%ff", "%", "+", "&", "="],
  ...[
    "a".repeat(300),
    "[".repeat(300),
    "{a: ".repeat(200),
    "- ".repeat(200),
    "*".repeat(50),
    "(a+)+$",
    ".*".repeat(20),
  ],
  ...["../../etc/passwd", "/dev/null", "10.0.0.0/8", "0.0.0.0/0", "::/0", "fe80::1%lo", "10.0.0.300", "[::1]:623"],
  ...["default", "targets", "labels", "modules", "auths", "hosts", "rack", "password", "interval", "timeout"],
];

/** Names that objects have of themselves come from text as well, and must be names like others. */
const VALUES: readonly string[] = [
  ...["null", "true", "0", "-1", "1e308", "[]", "{}", '""', '"x"', "[[]]", "[null]", '{"a":{"a":{"a":1}}}'],
  ...['{"__proto__":{"polluted":1}}', '{"constructor":{"prototype":{"polluted":1}}}', '{"toString":1}', '"__proto__"'],
  ...['["constructor","__proto__"]', '{"length":-1}', '"5m"', '"99999999999y"', '{"then":1}', '"\\u0000"', '"\\ud800"'],
];

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** Makes texts out of valid ones: characters, words and lines, or the values of what is JSON. */
export class TextMutator {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  next(valid: readonly string[]): string {
    const random = this.#random;
    if (random.once(20)) return this.#noise();
    let text = random.pick(valid);
    for (let n = 1 + random.below(4); n > 0; n--) text = this.#mutated(text, random.pick(valid));
    return text.slice(0, LONGEST);
  }

  #noise(): string {
    const random = this.#random;
    if (random.once(2)) return random.bytes(random.below(200)).toString(random.once(2) ? "latin1" : "utf8");
    return Array.from({ length: random.below(30) }, () => random.pick(WORDS)).join(random.pick(["", " ", "\n", ": "]));
  }

  #mutated(text: string, other: string): string {
    const random = this.#random;
    const isJson = /^\s*[[{]/.test(text);
    switch (random.below(isJson ? 14 : 9)) {
      case 0:
        return this.#splice(text, 1, String.fromCharCode(random.once(4) ? random.below(0x10000) : random.below(128)));
      case 1:
        return this.#splice(text, 0, random.pick(WORDS));
      case 2:
        return this.#splice(text, random.below(20), "");
      case 3:
        return text.slice(0, random.below(text.length + 1));
      case 4:
        return text.slice(0, random.below(text.length + 1)) + other.slice(random.below(other.length + 1));
      case 5:
      case 6:
        return this.#otherWord(text);
      case 7:
      case 8:
        return this.#otherLines(text, other);
      default:
        return this.#otherValue(text);
    }
  }

  #splice(text: string, length: number, insert: string): string {
    const at = this.#random.below(text.length + 1);
    return text.slice(0, at) + insert + text.slice(at + length);
  }

  #otherWord(text: string): string {
    const words = text.split(/([\w.]+)/);
    // Words stand at the odd places.
    const at = 2 * this.#random.below(Math.max(1, words.length >> 1)) + 1;
    if (at >= words.length) return text;
    words[at] = this.#random.once(3)
      ? (words[2 * this.#random.below(words.length >> 1) + 1] ?? "")
      : this.#random.pick(WORDS);
    return words.join("");
  }

  #otherLines(text: string, other: string): string {
    const random = this.#random;
    const lines = text.split("\n");
    const theirs = other.split("\n");
    const at = random.below(lines.length);
    const line = lines[at] ?? "";
    switch (random.below(6)) {
      case 0:
        lines.splice(at, 1 + random.below(3));
        break;
      case 1:
        lines.splice(at, 0, ...lines.slice(at, at + 1 + random.below(4)));
        break;
      case 2:
        lines[at] = " ".repeat(random.below(8)) + line.trimStart();
        break;
      case 3:
        lines.splice(at, 0, random.pick(theirs));
        break;
      case 4:
        lines[at] = line.replace(/:.*/, () => `: ${random.pick(WORDS)}`);
        break;
      default:
        lines[at] = line.replace(/[^\s:-][^:]*:/, () => `${random.pick(WORDS)}:`);
    }
    return lines.join("\n");
  }

  /** Another value at some place of JSON; the text as it is where it is none any more. */
  #otherValue(text: string): string {
    let root: Json;
    try {
      root = JSON.parse(text) as Json;
    } catch {
      return this.#splice(text, 1, this.#random.pick(VALUES));
    }
    const places: { readonly holder: Record<string, Json>; readonly name: string }[] = [];
    const walk = (value: Json): void => {
      if (typeof value !== "object" || value === null) return;
      const holder = value as Record<string, Json>;
      for (const name of Object.keys(holder)) {
        places.push({ holder, name });
        walk(holder[name] ?? null);
      }
    };
    walk(root);
    if (places.length === 0) return this.#random.pick(VALUES);
    const { holder, name } = this.#random.pick(places);
    const value = JSON.parse(this.#random.pick(VALUES)) as Json;
    const asName = this.#random.once(3) && !Array.isArray(holder);
    const at = asName ? this.#random.pick(WORDS) : name;
    // Assigned, __proto__ would be none of its names.
    Object.defineProperty(holder, at, { value, enumerable: true, configurable: true, writable: true });
    return JSON.stringify(root);
  }
}
