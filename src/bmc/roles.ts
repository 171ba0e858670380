import { manufacturerName } from "../ipmi/index.ts";
import { NO_ROLE, type Quantity, type RoleRule } from "../model/index.ts";
import { type SensorPlan, withRoles } from "./over-ipmi/sensor-plan.ts";

/** What rules are asked about; none of it changes while the machine runs. */
export interface RoleSubject {
  readonly name: string;
  /** Sensor type in snake case. */
  readonly kind: string;
  readonly quantity?: Quantity;
  /** Absent where the protocol has no entities. */
  readonly entityId?: number;
  /** IANA enterprise number of the BMC's maker. */
  readonly manufacturerId?: number;
}

type Test = (subject: RoleSubject) => boolean;

interface CompiledRule {
  readonly role: string;
  readonly tests: readonly Test[];
}

/** Rules ready to be asked; the first that matches decides. Immutable but for what it remembers of plans. */
export class Roles {
  readonly #written: string;
  readonly #rules: readonly CompiledRule[];
  readonly #plans = new WeakMap<SensorPlan, Map<number, SensorPlan>>();

  /** @throws SyntaxError where a name is no regular expression */
  constructor(rules: readonly RoleRule[] = []) {
    this.#written = JSON.stringify(rules);
    this.#rules = rules.map((rule) => ({ role: rule.role, tests: testsOf(rule) }));
  }

  /** Rules of a new edition of the configuration: `before` itself where they did not change, so that plans stay. */
  static renewed(rules: readonly RoleRule[], before?: Roles): Roles {
    return before && before.#written === JSON.stringify(rules) ? before : new Roles(rules);
  }

  /** Undefined where no rule matches, or one that says "none". */
  roleOf(subject: RoleSubject): string | undefined {
    const rule = this.#rules.find(({ tests }) => tests.every((matches) => matches(subject)));
    return rule === undefined || rule.role === NO_ROLE ? undefined : rule.role;
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
  const { kinds, quantities, entities, manufacturers } = rule;
  const tests: Test[] = [];
  // The cheap ones first: a regular expression is asked last.
  if (kinds) tests.push(({ kind }) => kinds.includes(kind));
  if (quantities) tests.push(({ quantity }) => quantity !== undefined && quantities.includes(quantity));
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
