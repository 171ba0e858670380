import { isWordCode } from "./classes.ts";
import type { Program } from "./program.ts";
import type { Place } from "./syntax.ts";

/** Where a program may be after some of a text: places, and the last character as far as it matters to the next. */
interface State {
  readonly places: readonly number[];
  readonly before: number | undefined;
  /** By character, and at ASCII by the end of the text: what was found out so far. */
  readonly next: (State | "match" | undefined)[];
}

/** Characters whose way on is remembered; behind them stands the end of the text. */
const ASCII = 128;
const END = ASCII;
/** States that are remembered; then all are forgotten. */
const MOST_STATES = 100;

/**
 * Runs a program on texts and remembers where each character led, so that texts of one kind cost a look-up a
 * character. What is not known yet costs as many steps as the program has at most.
 */
export class Machine {
  readonly #program: Program;
  readonly #states = new Map<string, State>();
  #start: State;

  constructor(program: Program) {
    this.#program = program;
    this.#start = this.#state([], undefined);
  }

  /** Whether the text has a match anywhere. */
  matches(text: string): boolean {
    let state = this.#start;
    for (let at = 0; at < text.length; at++) {
      const code = text.codePointAt(at) ?? 0;
      if (code > 0xffff) at++;
      const known = code < ASCII ? state.next[code] : undefined;
      const next = known ?? this.#advance(state, code);
      if (next === "match") return true;
      state = next;
    }
    return (state.next[END] ?? this.#advance(state, undefined)) === "match";
  }

  /** @param code undefined at the end of the text */
  #advance(state: State, code: number | undefined): State | "match" {
    const { steps, start } = this.#program;
    // A match may begin at each character.
    const open = [...state.places, start];
    const seen = new Set<number>();
    const places = new Set<number>();
    let next: State | "match" | undefined;
    for (let place = open.pop(); place !== undefined && !next; place = open.pop()) {
      if (seen.has(place)) continue;
      seen.add(place);
      const step = steps[place];
      if (!step) continue;
      if (step.kind === "end") next = "match";
      else if (step.kind === "both") open.push(step.first, step.second);
      else if (step.kind === "at") {
        if (isAt(step.place, state.before, code)) open.push(step.next);
      } else if (code !== undefined && step.test(code)) places.add(step.next);
    }
    next ??= this.#state(
      [...places].sort((a, b) => a - b),
      code,
    );
    if (code === undefined) state.next[END] = next;
    else if (code < ASCII) state.next[code] = next;
    return next;
  }

  #state(places: readonly number[], before: number | undefined): State {
    const kind = before === undefined ? undefined : likeOf(before);
    const key = `${kind} ${places.join(" ")}`;
    const known = this.#states.get(key);
    if (known) return known;
    if (this.#states.size >= MOST_STATES) {
      this.#states.clear();
      this.#start = { ...this.#start, next: [] };
    }
    const state: State = { places, before: kind, next: [] };
    this.#states.set(key, state);
    return state;
  }
}

const NEWLINE = 0x0a;
const A_WORD = 0x61;
const NO_WORD = 0x20;

/** One character for all that are the same to the places between characters. */
function likeOf(code: number): number {
  return code === NEWLINE ? NEWLINE : isWordCode(code) ? A_WORD : NO_WORD;
}

function isAt(place: Place, before: number | undefined, after: number | undefined): boolean {
  const isEdge = isWord(before) !== isWord(after);
  switch (place) {
    case "text_start":
      return before === undefined;
    case "text_end":
      return after === undefined;
    case "line_start":
      return before === undefined || before === NEWLINE;
    case "line_end":
      return after === undefined || after === NEWLINE;
    case "word_boundary":
      return isEdge;
    case "inside":
      return !isEdge;
  }
}

const isWord = (code: number | undefined): boolean => code !== undefined && isWordCode(code);
