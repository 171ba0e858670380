import {
  type Document,
  isCollection,
  isMap,
  isScalar,
  type Node,
  type ParseOptions,
  parseDocument,
  type SchemaOptions,
  visit,
  type YAMLError,
  type YAMLMap,
} from "yaml";
import { neverClosed, type OpenCode } from "./yaml-open.ts";

/** Error codes of the YAML parser, of a key that is reserved in JavaScript, and of what is opened and never closed. */
type YamlFaultCode = YAMLError["code"] | "RESERVED_NAME" | OpenCode;

/** A syntax error; `at` is an offset into the text. */
interface YamlFault {
  readonly code: YamlFaultCode;
  readonly at: number;
}

/** Deepest nesting, counted in nodes and pairs: far more than real files have, and far from a stack overflow. */
const DEEPEST = 100;

type YamlOptions = Pick<SchemaOptions, "schema" | "merge"> & Pick<ParseOptions, "lineCounter">;

/**
 * Parses YAML and returns all errors, in linear time. The search of the parser for duplicate keys is quadratic, and a
 * list of 100,000 hosts may be written as a mapping.
 */
export function yamlDocument(
  text: string,
  options: YamlOptions = {},
): { readonly document: Document; readonly faults: readonly YamlFault[] } {
  // Pretty errors and warnings quote the line, which may hold a password.
  const document = parseDocument(text, { ...options, prettyErrors: false, uniqueKeys: false, logLevel: "error" });
  const found = [...document.errors, ...document.warnings].map(({ code, pos }) => ({ code, at: pos[0] }));
  const faults = found.length > 0 ? withoutConsequences(text, found) : [];
  // The nodes behind a wrong nesting are not the ones of the text's author.
  if (faults.some(({ code }) => code.startsWith("OPEN_"))) return { document, faults };
  const say = (code: YamlFaultCode, node: unknown): void => void faults.push({ code, at: startOf(node) ?? 0 });
  const anchors = new Set<string>();
  visit(document, {
    Scalar(_, { anchor }) {
      if (anchor !== undefined) anchors.add(anchor);
    },
    Alias(_, alias) {
      if (!anchors.has(alias.source)) say("BAD_ALIAS", alias);
    },
    Collection(_, node, path) {
      if (path.length > DEEPEST) {
        say("RESOURCE_EXHAUSTION", node);
        return visit.BREAK;
      }
      if (node.anchor !== undefined) anchors.add(node.anchor);
      if (isMap(node)) checkNames(node, say);
      return undefined;
    },
  });
  return { document, faults };
}

/**
 * The faults that a person corrects. A bracket or quote that is never closed makes the parser stumble somewhere below,
 * often several times, so it takes the place of all faults from there on. Of the same fault on one line the first counts;
 * after an unexpected token the parser expects none of the rest.
 */
function withoutConsequences(text: string, found: readonly YamlFault[]): YamlFault[] {
  const open = neverClosed(text);
  const before = open === undefined ? found : found.filter(({ at }) => at < open.from);
  const faults = [...before, ...(open === undefined ? [] : [{ code: open.code, at: open.at }])];
  return faults.filter(({ code, at }, i) => {
    const previous = faults[i - 1];
    if (previous?.code !== code) return true;
    return code !== "UNEXPECTED_TOKEN" && text.slice(previous.at, at).includes("\n");
  });
}

function checkNames(map: YAMLMap, say: (code: YamlFaultCode, node: unknown) => void): void {
  const names = new Set<string>();
  for (const { key } of map.items) {
    if (isCollection(key)) say("NON_STRING_KEY", key);
    if (!isScalar(key)) continue;
    const name = String(key.value);
    if (names.has(name)) say("DUPLICATE_KEY", key);
    if (name === "__proto__") say("RESERVED_NAME", key);
    names.add(name);
  }
}

/** Where a node starts in the text. */
export function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

/** Message of an error; those of the parser quote the text. */
export function yamlFaultText(code: YamlFaultCode): string {
  return SYNTAX[code] ?? "cannot be read as YAML here";
}

const SYNTAX: Readonly<Partial<Record<YamlFaultCode, string>>> = {
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
  OPEN_BRACE: "this { is never closed; add the missing }",
  OPEN_BRACKET: "this [ is never closed; add the missing ]",
  OPEN_DOUBLE_QUOTE: 'this " is never closed; add the missing "',
  OPEN_SINGLE_QUOTE: "this ' is never closed; add the missing '",
  RESERVED_NAME: "__proto__ cannot be a name",
  RESOURCE_EXHAUSTION: "nested too deeply",
  TAB_AS_INDENT: "a tab; YAML is indented with spaces",
  TAG_RESOLVE_FAILED: "text that starts with ! is a tag and this one is not known; put text in quotes",
  UNEXPECTED_TOKEN: "something that does not belong here; put text with special characters in quotes",
};
