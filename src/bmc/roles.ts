import { NO_ROLE, type Quantity, type RoleRule } from "../model/index.ts";
import { type SensorPlan, withRoles } from "./over-ipmi/sensor-plan.ts";
import { commonTests, type RuleSubject, writtenRules } from "./rule-tests.ts";

/** What rules are asked about; none of it changes while the machine runs. */
export interface RoleSubject extends RuleSubject {
  readonly quantity?: Quantity;
}

type Test = (subject: RoleSubject) => boolean;

interface CompiledRule {
  readonly rule: RoleRule;
  readonly tests: readonly Test[];
}

/** Rules ready to be asked; the first that matches decides. Immutable but for what it remembers of plans. */
export class Roles {
  readonly #written: string;
  readonly #rules: readonly CompiledRule[];
  readonly #plans = new WeakMap<SensorPlan, Map<number, SensorPlan>>();

  /** @throws SyntaxError where a name is no regular expression */
  constructor(rules: readonly RoleRule[] = []) {
    this.#written = writtenRules(rules);
    this.#rules = rules.map((rule) => ({ rule, tests: testsOf(rule) }));
  }

  /** Rules of a new edition of the configuration: `before` itself where they did not change, so that plans stay. */
  static renewed(rules: readonly RoleRule[], before?: Roles): Roles {
    return before && before.#written === writtenRules(rules) ? before : new Roles(rules);
  }

  /** Undefined where no rule matches, or one that says "none". */
  roleOf(subject: RoleSubject): string | undefined {
    const rule = this.ruleOf(subject);
    return rule === undefined || rule.role === NO_ROLE ? undefined : rule.role;
  }

  /** The rule that decides about a sensor, also one that says "none". */
  ruleOf(subject: RoleSubject): RoleRule | undefined {
    return this.#rules.find(({ tests }) => tests.every((matches) => matches(subject)))?.rule;
  }

  /**
   * The plan with the roles of its sensors, for a BMC of this maker. Made once: all hosts that share the
   * plan share the answer, and the answer stays the same object from poll to poll.
   */
  applied(plan: SensorPlan, manufacturerId: number): SensorPlan {
    let byMaker = this.#plans.get(plan);
    if (!byMaker) {
      byMaker = new Map();
      this.#plans.set(plan, byMaker);
    }
    const known = byMaker.get(manufacturerId);
    if (known) return known;
    const made = withRoles(plan, ({ name, kind, unit, definition }) =>
      this.roleOf({ name, kind, quantity: unit?.quantity, entityId: definition.entityId, manufacturerId }),
    );
    byMaker.set(manufacturerId, made);
    return made;
  }
}

function testsOf(rule: RoleRule): Test[] {
  const { quantities } = rule;
  const tests: Test[] = [];
  if (quantities) tests.push(({ quantity }) => quantity !== undefined && quantities.includes(quantity));
  return [...tests, ...commonTests(rule)];
}
