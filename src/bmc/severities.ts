import { eventTypeWord, type SensorDefinition, type StateRow } from "../ipmi/index.ts";
import type { Health, SeverityRule } from "../model/index.ts";
import type { PlannedSensor } from "./over-ipmi/planned-sensor.ts";
import { type SensorPlan, withGrades } from "./over-ipmi/sensor-plan.ts";
import { commonTests, type RuleSubject, writtenRules } from "./rule-tests.ts";

/** The sensor of a state; none of it changes while the machine runs. */
export interface SeveritySubject extends RuleSubject {
  readonly sensorType: number;
  /** Event/reading type in snake case. */
  readonly eventType: string;
  readonly productId?: number;
}

/** How bad a state is, and who says so. */
export interface Grade {
  /** While it is asserted, and of the event that says it began. */
  readonly asserted: Health;
  /** Of the event that says it ended. */
  readonly deasserted: Health;
  /** The rule that decided; absent: none matched, and what the protocol's own table says counts. */
  readonly rule?: SeverityRule;
}

type Test = (subject: SeveritySubject) => boolean;

interface CompiledRule {
  readonly rule: SeverityRule;
  readonly tests: readonly Test[];
}

/** Rules ready to be asked; the first that matches decides. Immutable but for what it remembers. */
export class Severities {
  readonly #written: string;
  readonly #rules: readonly CompiledRule[];
  /** The rules that can decide about a state: few of all. Bounded by the states of the protocol. */
  readonly #byState = new Map<string, readonly CompiledRule[]>();
  readonly #plans = new WeakMap<SensorPlan, Map<string, SensorPlan>>();

  /** @throws SyntaxError where a name is no regular expression */
  constructor(rules: readonly SeverityRule[] = []) {
    this.#written = writtenRules(rules);
    this.#rules = rules.map((rule) => ({ rule, tests: testsOf(rule) }));
  }

  /** Rules of a new edition of the configuration: `before` itself where they did not change, so that plans stay. */
  static renewed(rules: readonly SeverityRule[], before?: Severities): Severities {
    return before && before.#written === writtenRules(rules) ? before : new Severities(rules);
  }

  /**
   * How bad a state of a sensor is. `builtIn` is what counts where no rule matches. A rule that says nothing
   * of the end of a state leaves that to the rules behind it, as long as the end is not worse than the state.
   */
  gradeOf(subject: SeveritySubject, state: string, builtIn: Pick<StateRow, "asserted" | "deasserted">): Grade {
    const matching = this.#about(state).filter(({ tests }) => tests.every((matches) => matches(subject)));
    const [first] = matching;
    if (first === undefined) return builtIn;
    const { rule } = first;
    const ending = matching.find((other) => other.rule.deasserted !== undefined)?.rule.deasserted ?? 0;
    const deasserted = rule.deasserted ?? (Math.min(ending, rule.severity) as Health);
    return { asserted: rule.severity, deasserted, rule };
  }

  #about(state: string): readonly CompiledRule[] {
    const known = this.#byState.get(state);
    if (known) return known;
    const found = this.#rules.filter(({ rule }) => rule.states?.includes(state) ?? true);
    this.#byState.set(state, found);
    return found;
  }

  /**
   * The plan whose sensors know how bad their states are, on a BMC of this make. Made once: all hosts that
   * share the plan share the answer, and a state is looked up when a sensor of the plan first asserts it.
   */
  applied(plan: SensorPlan, manufacturerId: number, productId: number): SensorPlan {
    let byMake = this.#plans.get(plan);
    if (!byMake) {
      byMake = new Map();
      this.#plans.set(plan, byMake);
    }
    const make = `${manufacturerId}/${productId}`;
    const known = byMake.get(make);
    if (known) return known;
    const made = withGrades(plan, (sensor) => {
      const grades = new Map<string, Health>();
      return (state, builtIn) => {
        const remembered = grades.get(state);
        if (remembered !== undefined) return remembered;
        const subject = subjectOf(sensor, manufacturerId, productId);
        const { asserted } = this.gradeOf(subject, state, { asserted: builtIn, deasserted: 0 });
        grades.set(state, asserted);
        return asserted;
      };
    });
    byMake.set(make, made);
    return made;
  }
}

/** What rules are asked about a sensor of a plan. */
export function subjectOf(
  {
    name,
    kind,
    definition,
  }: Pick<PlannedSensor, "name" | "kind"> & {
    readonly definition: Pick<SensorDefinition, "sensorType" | "eventType" | "entityId">;
  },
  manufacturerId: number,
  productId: number,
): SeveritySubject {
  const { sensorType, eventType, entityId } = definition;
  return { name, kind, sensorType, eventType: eventTypeWord(eventType), entityId, manufacturerId, productId };
}

function testsOf(rule: SeverityRule): Test[] {
  const { sensorTypes, eventTypes, products } = rule;
  const tests: Test[] = [];
  if (sensorTypes) tests.push(({ sensorType }) => sensorTypes.includes(sensorType));
  if (eventTypes) tests.push(({ eventType }) => eventTypes.includes(eventType));
  if (products) tests.push(({ productId }) => productId !== undefined && products.includes(productId));
  return [...tests, ...commonTests(rule)];
}
