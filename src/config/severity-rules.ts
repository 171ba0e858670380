import { fileURLToPath } from "node:url";
import { z } from "zod";
import { snakeCase } from "../lib/index.ts";
import { HEALTH_WORDS, type Health, type HealthWord, type SeverityRule } from "../model/index.ts";
import type { RoleVocabulary } from "./role-rules.ts";
import {
  commonKeys,
  listOf,
  loadRules,
  manufacturersOf,
  oneOrMore,
  parseRules,
  type RuleFile,
  type RuleForm,
  unknownWords,
} from "./rule-file.ts";
import { mustBe } from "./sentences.ts";

/** Valid words in rules. A word is checked only if its list is given. */
export interface SeverityVocabulary extends RoleVocabulary {
  /** All states that sensors can assert, and all events. */
  readonly knownStates?: readonly string[];
  /** Event/reading types in snake case. */
  readonly knownEventTypes?: readonly string[];
}

/** Path of the shipped rules; the same relative path from src/ and dist/. */
export const SHIPPED_SEVERITY_RULES = fileURLToPath(new URL("../../rules/severity.yml", import.meta.url));

const severity = () => z.enum(HEALTH_WORDS);
const words = (form: string) => oneOrMore(z.string().min(1), mustBe(`${form}, or a list of them`)).optional();
const numbers = (most: number, form: string) =>
  oneOrMore(z.int().min(0).max(most), mustBe(`${form}, or a list of them`)).optional();

const ruleSchema = z.strictObject({
  severity: severity(),
  deasserted: severity().optional(),
  state: words("a state"),
  kind: commonKeys.kind,
  sensor_type: numbers(0xff, "a sensor type from 0 to 255"),
  event_type: words("an event/reading type"),
  name: commonKeys.name,
  entity: commonKeys.entity,
  manufacturer: commonKeys.manufacturer,
  product: numbers(0xffff, "a product id from 0 to 65535"),
});

const healthOf = (word: HealthWord): Health => HEALTH_WORDS.indexOf(word) as Health;

const severityForm = (vocabulary: SeverityVocabulary): RuleForm<z.output<typeof ruleSchema>, SeverityRule> => ({
  schema: ruleSchema,
  check(rule, path, source) {
    const problems = Object.keys(rule).every((key) => key === "severity" || key === "deasserted")
      ? [source.problem(path, "matches every state of every sensor; give state, kind, name or another key")]
      : [];
    const checked = [
      { key: "state", written: rule.state, known: vocabulary.knownStates },
      { key: "kind", written: rule.kind, known: vocabulary.knownKinds, plain: snakeCase },
      { key: "event_type", written: rule.event_type, known: vocabulary.knownEventTypes, plain: snakeCase },
      {
        key: "manufacturer",
        written: rule.manufacturer,
        known: vocabulary.knownManufacturers,
        plain: (word: string) => word.toLowerCase(),
      },
    ];
    return [...problems, ...unknownWords(checked, path, source)];
  },
  build(rule, origin) {
    const { deasserted, state, kind, sensor_type, event_type, name, entity, manufacturer, product } = rule;
    return {
      severity: healthOf(rule.severity),
      ...(deasserted !== undefined && { deasserted: healthOf(deasserted) }),
      ...(state !== undefined && { states: listOf(state) }),
      ...(kind !== undefined && { kinds: listOf(kind).map(snakeCase) }),
      ...(sensor_type !== undefined && { sensorTypes: listOf(sensor_type) }),
      ...(event_type !== undefined && { eventTypes: listOf(event_type).map(snakeCase) }),
      ...(name !== undefined && { name }),
      ...(entity !== undefined && { entities: listOf(entity) }),
      ...(manufacturer !== undefined && { manufacturers: manufacturersOf(manufacturer) }),
      ...(product !== undefined && { products: listOf(product) }),
      origin,
    };
  },
});

/**
 * The rules of these files in their order, then the shipped ones. Throws a ConfigError with the errors of all files.
 */
export function loadSeverityRules(
  files: readonly RuleFile[] = [],
  vocabulary: SeverityVocabulary = {},
): Promise<readonly SeverityRule[]> {
  return loadRules(files, SHIPPED_SEVERITY_RULES, severityForm(vocabulary));
}

/** The rules in `text`. Throws a ConfigError with all errors, in the order of the file. */
export function parseSeverityRules(
  text: string,
  file: string,
  vocabulary: SeverityVocabulary = {},
): readonly SeverityRule[] {
  return parseRules(text, file, severityForm(vocabulary));
}
