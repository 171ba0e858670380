import { isWordCode, type Test } from "./classes.ts";
import { GoRegexpError, type Node, type Place } from "./syntax.ts";

/** A step of a program; numbers are places in it. */
type Step =
  | { readonly kind: "one"; readonly test: Test; readonly next: number }
  | { readonly kind: "at"; readonly place: Place; readonly next: number }
  | { readonly kind: "both"; readonly first: number; readonly second: number }
  | { readonly kind: "end" };

export interface Program {
  readonly steps: readonly Step[];
  readonly start: number;
}

/** Steps of the largest program: what a character of the text may cost. */
const MOST_STEPS = 5000;

/**
 * The program of an expression, made from its end to its beginning.
 *
 * @throws GoRegexpError where its repetitions make it too long
 */
export function compile(node: Node): Program {
  const steps: Step[] = [{ kind: "end" }];
  const add = (step: Step): number => {
    if (steps.length >= MOST_STEPS)
      throw new GoRegexpError(`its repetitions make it too long: more than ${MOST_STEPS} steps`);
    return steps.push(step) - 1;
  };
  const build = (part: Node, next: number): number => {
    switch (part.kind) {
      case "one":
        return add({ kind: "one", test: part.test, next });
      case "at":
        return add({ kind: "at", place: part.place, next });
      case "sequence":
        return part.nodes.reduceRight((after, each) => build(each, after), next);
      case "choice":
        return part.nodes
          .map((each) => build(each, next))
          .reduceRight((second, first) => add({ kind: "both", first, second }));
      case "repeat":
        return repeated(part, next);
    }
  };
  const repeated = ({ node: part, min, max }: Extract<Node, { kind: "repeat" }>, next: number): number => {
    let after = next;
    if (max === Number.POSITIVE_INFINITY) {
      // The loop refers to itself: its place is known before its body.
      const loop = add({ kind: "end" });
      steps[loop] = { kind: "both", first: build(part, loop), second: next };
      after = loop;
    } else for (let n = min; n < max; n++) after = add({ kind: "both", first: build(part, after), second: next });
    for (let n = 0; n < min; n++) after = build(part, after);
    return after;
  };
  const start = build(node, 0);
  return { steps, start };
}

/** Whether the text has a match anywhere. Takes steps times characters at most, whatever the expression. */
export function runs({ steps, start }: Program, text: string): boolean {
  const codes = [...text].map((char) => char.codePointAt(0) ?? 0);
  const seen = new Int32Array(steps.length).fill(-1);
  let now: number[] = [];
  for (let at = 0; at <= codes.length; at++) {
    // A match may begin at each character.
    const open = [start, ...now];
    const next: number[] = [];
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      if (seen[place] === at) continue;
      seen[place] = at;
      const step = steps[place];
      if (!step) continue;
      if (step.kind === "end") return true;
      if (step.kind === "both") open.push(step.first, step.second);
      else if (step.kind === "at") {
        if (isAt(step.place, codes, at)) open.push(step.next);
      } else if (at < codes.length && step.test(codes[at] ?? 0)) next.push(step.next);
    }
    now = next;
  }
  return false;
}

const NEWLINE = 10;

function isAt(place: Place, codes: readonly number[], at: number): boolean {
  const isEdge = isWord(codes[at - 1]) !== isWord(codes[at]);
  switch (place) {
    case "text_start":
      return at === 0;
    case "text_end":
      return at === codes.length;
    case "line_start":
      return at === 0 || codes[at - 1] === NEWLINE;
    case "line_end":
      return at === codes.length || codes[at] === NEWLINE;
    case "word_boundary":
      return isEdge;
    case "inside":
      return !isEdge;
  }
}

const isWord = (code: number | undefined): boolean => code !== undefined && isWordCode(code);
