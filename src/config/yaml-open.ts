import { CST, Parser } from "yaml";

/** Deepest nesting that is searched, against a stack overflow. */
const DEEPEST = 200;

/** What is opened and never closed. */
export type OpenCode = "OPEN_BRACE" | "OPEN_BRACKET" | "OPEN_DOUBLE_QUOTE" | "OPEN_SINGLE_QUOTE";

interface Open {
  readonly code: OpenCode;
  /** Offset of the bracket or quote. */
  readonly at: number;
  /** Offset of the outermost collection that ends wrongly because of it. */
  readonly from: number;
  readonly depth: number;
}

/**
 * The first bracket, brace or quote of a YAML text that is never closed. Of nested ones it is the innermost: those around
 * it end wrongly as a consequence.
 */
export function neverClosed(text: string): Open | undefined {
  for (const token of new Parser().parse(text)) {
    const open = token.type === "document" ? openIn(token.value, 0) : undefined;
    // What is nested too deeply has other faults than the bracket at which the search ended.
    if (open) return open.depth > DEEPEST ? undefined : open;
  }
  return undefined;
}

function openIn(token: CST.Token | null | undefined, depth: number): Open | undefined {
  if (token?.type === "double-quoted-scalar")
    return isClosed(token.source, '"') ? undefined : opening("OPEN_DOUBLE_QUOTE", token.offset, depth);
  if (token?.type === "single-quoted-scalar")
    return isClosed(token.source, "'") ? undefined : opening("OPEN_SINGLE_QUOTE", token.offset, depth);
  if (!CST.isCollection(token) || depth > DEEPEST + 1) return undefined;
  const inner = innerOpen(token, depth + 1);
  if (token.type !== "flow-collection") return inner;
  const isMap = token.start.type === "flow-map-start";
  const ends = token.end.some(({ type }) => type === (isMap ? "flow-map-end" : "flow-seq-end"));
  if (ends) return inner;
  const { offset } = token.start;
  return inner ? { ...inner, from: offset } : opening(isMap ? "OPEN_BRACE" : "OPEN_BRACKET", offset, depth);
}

function innerOpen({ items }: CST.BlockMap | CST.BlockSequence | CST.FlowCollection, depth: number): Open | undefined {
  for (const { key, value } of items) {
    const open = openIn(key, depth) ?? openIn(value, depth);
    if (open) return open;
  }
  return undefined;
}

const opening = (code: OpenCode, at: number, depth: number): Open => ({ code, at, from: at, depth });

/** Whether a quoted scalar ends with its quote, which is neither its first character nor escaped. */
function isClosed(source: string, quote: string): boolean {
  if (source.length < 2 || !source.endsWith(quote)) return false;
  if (quote === "'") return ((/'+$/.exec(source.slice(1))?.[0].length ?? 0) & 1) === 1;
  return ((/(\\*)"$/.exec(source)?.[1]?.length ?? 0) & 1) === 0;
}
