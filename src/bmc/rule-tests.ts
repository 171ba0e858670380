import { manufacturerName } from "../ipmi/index.ts";
import type { RoleRule, SeverityRule } from "../model/index.ts";

/** What rules of every sort are asked about; none of it changes while the machine runs. */
export interface RuleSubject {
  readonly name: string;
  /** Sensor type in snake case. */
  readonly kind: string;
  /** Absent where the protocol has no entities. */
  readonly entityId?: number;
  /** IANA enterprise number of the BMC's maker. */
  readonly manufacturerId?: number;
}

type Common = Pick<RoleRule & SeverityRule, "name" | "kinds" | "entities" | "manufacturers">;

/** The tests of what rules of every sort have; the cheap ones first, the regular expression last. */
export function commonTests(rule: Common): ((subject: RuleSubject) => boolean)[] {
  const { kinds, entities, manufacturers } = rule;
  const tests: ((subject: RuleSubject) => boolean)[] = [];
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

/** Rules as text, to see whether an edition of the configuration changed them; where they stand does not count. */
export function writtenRules(rules: readonly (RoleRule | SeverityRule)[]): string {
  return JSON.stringify(rules.map(({ origin: _, ...rule }) => rule));
}
