import { manufacturerName } from "../ipmi/index.ts";
import type { RoleRule, SeverityRule } from "../model/index.ts";

/** What rules of every kind match; none of it changes while the machine runs. */
export interface RuleSubject {
  readonly name: string;
  /** Sensor type in snake case. */
  readonly kind: string;
  /** Absent if the protocol has no entities. */
  readonly entityId?: number;
  /** IANA enterprise number of the BMC's manufacturer. */
  readonly manufacturerId?: number;
}

type Rule = Pick<RoleRule & SeverityRule, "name" | "kinds" | "entities" | "manufacturers" | "origin">;

/** One condition of a rule. */
export type RuleTest<S extends RuleSubject> = (subject: S) => boolean;

interface CompiledRule<R extends Rule, S extends RuleSubject> {
  readonly rule: R;
  readonly tests: readonly RuleTest<S>[];
}

/** Compiled rules in order; a rule matches if all its tests do. Immutable. */
export class RuleList<R extends Rule, S extends RuleSubject> {
  readonly #rules: readonly CompiledRule<R, S>[];

  private constructor(rules: readonly CompiledRule<R, S>[]) {
    this.#rules = rules;
  }

  /**
   * @param ownTests the conditions that only this kind of rule has
   * @throws SyntaxError if a name is not a regular expression
   */
  static compile<R extends Rule, S extends RuleSubject>(
    rules: readonly R[],
    ownTests: (rule: R) => readonly RuleTest<S>[],
  ): RuleList<R, S> {
    return new RuleList(rules.map((rule) => ({ rule, tests: [...ownTests(rule), ...commonTests(rule)] })));
  }

  /** The rules that pass a filter, in their order. */
  narrowed(isCandidate: (rule: R) => boolean): RuleList<R, S> {
    return new RuleList(this.#rules.filter(({ rule }) => isCandidate(rule)));
  }

  /** The first rule that matches. */
  first(subject: S): R | undefined {
    return this.#rules.find(({ tests }) => tests.every((matches) => matches(subject)))?.rule;
  }

  /** All rules that match. */
  matching(subject: S): readonly R[] {
    return this.#rules.filter(({ tests }) => tests.every((matches) => matches(subject))).map(({ rule }) => rule);
  }

  /** True if a reloaded configuration has the same rules; their positions in files are ignored. */
  isSameAs(rules: readonly R[]): boolean {
    return textOf(this.#rules.map(({ rule }) => rule)) === textOf(rules);
  }
}

/** The tests that every kind of rule has; the cheap ones first, the regular expression last. */
function commonTests(rule: Rule): RuleTest<RuleSubject>[] {
  const { kinds, entities, manufacturers } = rule;
  const tests: RuleTest<RuleSubject>[] = [];
  if (kinds) tests.push(({ kind }) => kinds.includes(kind));
  if (entities) tests.push(({ entityId }) => entityId !== undefined && entities.includes(entityId));
  if (manufacturers) {
    tests.push(({ manufacturerId: id }) => {
      if (id === undefined) return false;
      const vendor = manufacturerName(id)?.toLowerCase();
      return manufacturers.includes(id) || (vendor !== undefined && manufacturers.includes(vendor));
    });
  }
  if (rule.name !== undefined) {
    const pattern = new RegExp(rule.name, "i");
    tests.push(({ name }) => pattern.test(name));
  }
  return tests;
}

const textOf = (rules: readonly Rule[]): string => JSON.stringify(rules.map(({ origin: _, ...rule }) => rule));

/**
 * Plans of sensors with rules applied, one variant per manufacturer and product. All hosts that share a plan share its
 * variants.
 */
export class PlanVariants {
  readonly #plans = new WeakMap<object, Map<string, unknown>>();

  /** The variant of a plan. Created once, so it is the same object in every poll. */
  of<P extends object>(plan: P, make: string, create: () => P): P {
    let byMake = this.#plans.get(plan) as Map<string, P> | undefined;
    if (!byMake) {
      byMake = new Map();
      this.#plans.set(plan, byMake);
    }
    const variant = byMake.get(make) ?? create();
    byMake.set(make, variant);
    return variant;
  }
}
