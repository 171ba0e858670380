import { quoted } from "./address.ts";
import { type NumberRange, numberAt, parseRange, sizeOf } from "./host-list.ts";

/*
 * Patterns in addresses, places and labels:
 *
 *   {host}           the name of the host
 *   {1}, {2} ...     the value of the first, second ... bracket of the host list, as written
 *   {1-7}, {01-36/2} numbers over the hosts in order; see spread()
 */

/** The host for which a pattern is filled in. */
export interface PatternContext {
  readonly name: string;
  readonly values: readonly string[];
  /** Index of the host among `count` hosts, from 0. */
  readonly index: number;
  readonly count: number;
}

type Piece = string | { readonly bracket: number } | { readonly range: NumberRange; readonly text: string };

export interface Pattern {
  readonly text: string;
  readonly pieces: readonly Piece[];
}

/** @throws Error whose message is for users */
export function parsePattern(text: string): Pattern {
  const pieces = text.split(/(\{[^{}]*\})/).map((piece): Piece => {
    if (!/^\{.*\}$/.test(piece)) {
      if (/[{}]/.test(piece)) throw new Error(`${quoted(text)} has an unmatched brace`);
      return piece;
    }
    const inner = piece.slice(1, -1);
    if (inner === "host") return "{host}";
    if (/^[1-9]\d?$/.test(inner)) return { bracket: Number(inner) };
    const range = inner.includes("-") ? parseRange(inner) : undefined;
    if (!range)
      throw new Error(`${quoted(text)} has an unknown placeholder, ${quoted(piece)}; known: {host}, {1} and {1-7}`);
    return { range, text: piece };
  });
  return { text, pieces };
}

/** Whether several of `count` hosts get the same numbers from the ranges of a pattern. */
export function repeats(pattern: Pattern, count: number): boolean {
  const ranges = pattern.pieces.filter((piece) => typeof piece === "object" && "range" in piece);
  return ranges.length > 0 && ranges.every((piece) => sizeOf(piece.range) < count);
}

/** The text for one host. Throws an Error if the host has no such bracket. */
export function fillPattern(pattern: Pattern, context: PatternContext): string {
  return pattern.pieces
    .map((piece) => {
      if (piece === "{host}") return context.name;
      if (typeof piece === "string") return piece;
      if ("range" in piece) return spread(piece.range, context.index, context.count);
      const value = context.values[piece.bracket - 1];
      if (value === undefined) {
        throw new Error(
          `${quoted(pattern.text)}: ${context.name} comes from a list with ${brackets(context.values.length)}`,
        );
      }
      return value;
    })
    .join("");
}

/**
 * The number of a range for the host at `index` of `count`. Each host has its own number if there are enough;
 * otherwise hosts are spread evenly over the numbers, and neighbours share one.
 */
function spread(range: NumberRange, index: number, count: number): string {
  const size = sizeOf(range);
  return numberAt(range, Math.floor((index * size) / Math.max(size, count)));
}

function brackets(count: number): string {
  if (count === 0) return "no brackets";
  return count === 1 ? "one bracket" : `${count} brackets`;
}
