import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
} from "yaml";
import { ConfigError, type ConfigPath, type ConfigProblem, formatPath, type Position } from "./problem.ts";

/**
 * The text of a configuration as a YAML document, kept to say where a value stands. Its text is
 * private: passwords may be in it.
 */
export class ConfigSource {
  readonly file: string;
  readonly #document: Document;
  readonly #lines: LineCounter;

  constructor(text: string, file: string) {
    this.file = file;
    this.#lines = new LineCounter();
    // Pretty errors quote the line they are about, and a password may be on it.
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false, merge: true });
    const faults = [...this.#document.errors, ...this.#document.warnings].map(({ code, pos }) => ({
      code,
      at: pos[0],
    }));
    visit(this.#document, {
      Alias: (_, alias) => {
        if (!alias.resolve(this.#document)) faults.push({ code: "BAD_ALIAS", at: offsetOf(alias) ?? 0 });
      },
    });
    if (faults.length > 0) throw new ConfigError(faults.map(({ code, at }) => this.#syntaxProblem(code, at)));
  }

  /** The document as plain values; aliases and merge keys are resolved. Throws ConfigError where they cannot be. */
  values(): unknown {
    try {
      return this.#document.toJS({ maxAliasCount: 1000 });
    } catch (cause) {
      throw new ConfigError([this.problem([], "YAML aliases that multiply without bound")], { cause });
    }
  }

  /** Where the value of `path` starts, or its key; the nearest parent's place for what is not written. */
  at(path: ConfigPath, part: "key" | "value" = "value"): Position {
    let node: unknown = this.#document.contents;
    let offset = offsetOf(node) ?? 0;
    for (const [depth, step] of path.entries()) {
      const last = depth === path.length - 1;
      if (isMap(node)) {
        const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
        if (!pair) break;
        const keyOffset = offsetOf(pair.key);
        node = pair.value;
        offset = (last && part === "key" ? keyOffset : (offsetOf(node) ?? keyOffset)) ?? offset;
      } else if (isSeq(node) && typeof step === "number") {
        node = node.items[step];
        offset = offsetOf(node) ?? offset;
      } else break;
    }
    return this.#position(offset);
  }

  /** A problem with the value of `path`. */
  problem(path: ConfigPath, message: string, part: "key" | "value" = "value"): ConfigProblem {
    return { file: this.file, ...this.at(path, part), path: formatPath(path), message };
  }

  #position(offset: number): Position {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }

  #syntaxProblem(code: YAMLError["code"], offset: number): ConfigProblem {
    const message = SYNTAX[code] ?? "cannot be read as YAML here";
    return { file: this.file, ...this.#position(offset), path: "", message: `YAML: ${message}` };
  }
}

function offsetOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

/** Words of our own: those of the parser quote what stands there. */
const SYNTAX: Readonly<Partial<Record<YAMLError["code"], string>>> = {
  ALIAS_PROPS: "an alias (*name) cannot have an anchor or a tag",
  BAD_ALIAS: "text that starts with * is an alias and this one is not defined; put text in quotes",
  BAD_COLLECTION_TYPE: "a tag that does not fit the value behind it",
  BAD_DIRECTIVE: "a line that starts with % is a directive and this one is not known; put text in quotes",
  BAD_DQ_ESCAPE: "a backslash escape that is not known in \"double quotes\"; use 'single quotes'",
  BAD_INDENT: "wrong indentation",
  BAD_PROP_ORDER: "an anchor or a tag belongs before the value",
  BAD_SCALAR_START: "plain text cannot start with this character; put it in quotes",
  BLOCK_AS_IMPLICIT_KEY: 'a second colon on one line; put text that contains ": " in quotes, or mind the indentation',
  BLOCK_IN_FLOW: "block style inside [ ] or { }",
  DUPLICATE_KEY: "the same key twice in one mapping",
  IMPOSSIBLE: "cannot be read as YAML here",
  KEY_OVER_1024_CHARS: "a key longer than 1024 characters",
  MISSING_CHAR: "a comma, a colon, a space, a quote or a closing bracket is missing",
  MULTILINE_IMPLICIT_KEY: "a key must be on one line; is a colon missing?",
  MULTIPLE_ANCHORS: "more than one anchor for one value",
  MULTIPLE_DOCS: "more than one document in one file (---)",
  MULTIPLE_TAGS: "more than one tag for one value",
  NON_STRING_KEY: "a key must be text",
  RESOURCE_EXHAUSTION: "nested too deeply",
  TAB_AS_INDENT: "a tab; YAML is indented with spaces",
  TAG_RESOLVE_FAILED: "text that starts with ! is a tag and this one is not known; put text in quotes",
  UNEXPECTED_TOKEN: "something that does not belong here; put text with special characters in quotes",
};
