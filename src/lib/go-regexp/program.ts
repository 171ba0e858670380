import type { Test } from "./classes.ts";
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
