import { NO_ROLE, type Quantity, type RoleRule } from "../model/index.ts";
import { PlanVariants, RuleList, type RuleSubject, type RuleTest } from "./rule-list.ts";

/** What role rules match; none of it changes while the machine runs. */
export interface RoleSubject extends RuleSubject {
  readonly quantity?: Quantity;
}

/** The current role rules; the first that matches decides. Immutable except for the plans it caches. */
export class Roles {
  readonly #rules: RuleList<RoleRule, RoleSubject>;
  /** Plans of sensors to which these rules are applied. */
  readonly plans = new PlanVariants();

  /** @throws SyntaxError if a name is not a regular expression */
  constructor(rules: readonly RoleRule[] = []) {
    this.#rules = RuleList.compile(rules, ownTests);
  }

  /** Rules from a reloaded configuration: the previous object if they did not change, so that plans are kept. */
  static renewed(rules: readonly RoleRule[], previous?: Roles): Roles {
    return previous?.hasRules(rules) ? previous : new Roles(rules);
  }

  /** True if a reloaded configuration has the same rules. */
  hasRules(rules: readonly RoleRule[]): boolean {
    return this.#rules.isSameAs(rules);
  }

  /** Undefined if no rule matches, or if the rule that matches has the role "none". */
  roleOf(subject: RoleSubject): string | undefined {
    const rule = this.ruleOf(subject);
    return rule === undefined || rule.role === NO_ROLE ? undefined : rule.role;
  }

  /** The rule that decides about a sensor; its role may be "none". */
  ruleOf(subject: RoleSubject): RoleRule | undefined {
    return this.#rules.first(subject);
  }
}

function ownTests({ quantities }: RoleRule): readonly RuleTest<RoleSubject>[] {
  return quantities ? [({ quantity }) => quantity !== undefined && quantities.includes(quantity)] : [];
}
