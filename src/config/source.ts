import { type Document, isMap, isScalar, isSeq, LineCounter, type Pair, type YAMLMap } from "yaml";
import { ConfigError, type ConfigPath, type ConfigProblem, formatPath, type Position } from "./problem.ts";
import { startOf, yamlDocument, yamlFaultText } from "./yaml-document.ts";

/** Longest quote of what somebody wrote by mistake. */
const LONGEST_MESSAGE = 1000;

/**
 * A configuration as a YAML document, which knows the positions of its values. Its text is private, since it may hold
 * passwords.
 */
export class ConfigSource {
  readonly file: string;
  readonly #document: Document;
  readonly #lines: LineCounter;
  /** Pairs of mappings by key: a file may have ten thousand errors, and each looks up its position. */
  readonly #pairs = new WeakMap<YAMLMap, Map<string, Pair>>();

  constructor(text: string, file: string) {
    this.file = file;
    this.#lines = new LineCounter();
    const { document, faults } = yamlDocument(text, { lineCounter: this.#lines, merge: true });
    this.#document = document;
    if (faults.length > 0)
      throw new ConfigError(
        faults.map(({ code, at }) => ({
          file,
          ...this.#position(at),
          path: "",
          message: `YAML: ${yamlFaultText(code)}`,
        })),
      );
  }

  /** The document as plain values, with aliases and merge keys resolved. Throws ConfigError if they cannot be. */
  values(): unknown {
    try {
      return this.#document.toJS({ maxAliasCount: 1000 });
    } catch (cause) {
      throw new ConfigError([this.problem([], "too many YAML aliases")], { cause });
    }
  }

  /** Position of the value or key at `path`, or of its nearest parent in the file. */
  at(path: ConfigPath, part: "key" | "value" = "value"): Position {
    let node: unknown = this.#document.contents;
    let offset = startOf(node) ?? 0;
    for (const [depth, step] of path.entries()) {
      const last = depth === path.length - 1;
      if (isMap(node)) {
        const pair = this.#pairsOf(node).get(String(step));
        if (!pair) break;
        const keyOffset = startOf(pair.key);
        node = pair.value;
        offset = (last && part === "key" ? keyOffset : (startOf(node) ?? keyOffset)) ?? offset;
      } else if (isSeq(node) && typeof step === "number") {
        node = node.items[step];
        offset = startOf(node) ?? offset;
      } else break;
    }
    return this.#position(offset);
  }

  /** A problem with the value of `path`. */
  problem(path: ConfigPath, message: string, part: "key" | "value" = "value"): ConfigProblem {
    return { file: this.file, ...this.at(path, part), path: clip(formatPath(path)), message: clip(message) };
  }

  #pairsOf(map: YAMLMap): Map<string, Pair> {
    const known = this.#pairs.get(map);
    if (known) return known;
    const pairs = new Map(
      map.items.flatMap((pair) => (isScalar(pair.key) ? [[String(pair.key.value), pair] as const] : [])),
    );
    this.#pairs.set(map, pairs);
    return pairs;
  }

  #position(offset: number): Position {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }
}

function clip(text: string): string {
  return text.length > LONGEST_MESSAGE ? `${text.slice(0, LONGEST_MESSAGE)}...` : text;
}
