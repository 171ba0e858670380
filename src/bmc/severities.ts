import type { StateRow } from "../ipmi/index.ts";
import type { Health, SeverityRule } from "../model/index.ts";
import { PlanVariants, RuleList, type RuleSubject, type RuleTest } from "./rule-list.ts";

/** The sensor of a state; none of it changes while the machine runs. */
export interface SeveritySubject extends RuleSubject {
  readonly sensorType: number;
  /** Event/reading type in snake case. */
  readonly eventType: string;
  readonly productId?: number;
}

/** The severity of a state, and the rule behind it. */
export interface Grade {
  /** While the state is asserted, and of the event for its begin. */
  readonly asserted: Health;
  /** Of the event for its end. */
  readonly deasserted: Health;
  /** The rule that decided; absent: none matched, and the table of the protocol applies. */
  readonly rule?: SeverityRule;
}

type Rules = RuleList<SeverityRule, SeveritySubject>;

/** The current severity rules; the first that matches decides. Immutable except for what it caches. */
export class Severities {
  readonly #rules: Rules;
  /** The few rules that can decide about a state. Bounded by the states of the specification. */
  readonly #byState = new Map<string, Rules>();
  /** Plans of sensors to which these rules are applied. */
  readonly plans = new PlanVariants();

  /** @throws SyntaxError if a name is not a regular expression */
  constructor(rules: readonly SeverityRule[] = []) {
    this.#rules = RuleList.compile(rules, ownTests);
  }

  /** Rules from a reloaded configuration: the previous object if they did not change, so that plans are kept. */
  static renewed(rules: readonly SeverityRule[], previous?: Severities): Severities {
    return previous?.hasRules(rules) ? previous : new Severities(rules);
  }

  /** True if a reloaded configuration has the same rules. */
  hasRules(rules: readonly SeverityRule[]): boolean {
    return this.#rules.isSameAs(rules);
  }

  /**
   * The severity of a sensor's state. `builtIn` applies if no rule matches. If a rule has no severity for the end of a
   * state, the next rule that has one decides, but it is never worse than that of the state.
   */
  gradeOf(subject: SeveritySubject, state: string, builtIn: Pick<StateRow, "asserted" | "deasserted">): Grade {
    const matching = this.#about(state).matching(subject);
    const [rule] = matching;
    if (rule === undefined) return builtIn;
    const ending = matching.find((other) => other.deasserted !== undefined)?.deasserted ?? 0;
    const deasserted = rule.deasserted ?? (Math.min(ending, rule.severity) as Health);
    return { asserted: rule.severity, deasserted, rule };
  }

  #about(state: string): Rules {
    const known = this.#byState.get(state) ?? this.#rules.narrowed(({ states }) => states?.includes(state) ?? true);
    this.#byState.set(state, known);
    return known;
  }
}

function ownTests({ sensorTypes, eventTypes, products }: SeverityRule): readonly RuleTest<SeveritySubject>[] {
  const tests: RuleTest<SeveritySubject>[] = [];
  if (sensorTypes) tests.push(({ sensorType }) => sensorTypes.includes(sensorType));
  if (eventTypes) tests.push(({ eventType }) => eventTypes.includes(eventType));
  if (products) tests.push(({ productId }) => productId !== undefined && products.includes(productId));
  return tests;
}
