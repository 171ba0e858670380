import { fileURLToPath } from "node:url";
import { z } from "zod";
import { snakeCase } from "../lib/index.ts";
import { NO_ROLE, type Quantity, type RoleRule } from "../model/index.ts";
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
export interface RoleVocabulary {
  /** Sensor types in snake case. */
  readonly knownKinds?: readonly string[];
  readonly knownManufacturers?: readonly string[];
}

/** Path of the shipped rules; the same relative path from src/ and dist/. */
export const SHIPPED_ROLE_RULES = fileURLToPath(new URL("../../rules/roles.yml", import.meta.url));

const QUANTITIES: readonly string[] = [
  "temperature",
  "fan_speed",
  "fan_ratio",
  "voltage",
  "current",
  "power",
  "energy",
  "humidity",
  "airflow",
  "other",
] satisfies readonly Quantity[];

const ROLE = mustBe(`a word in snake case, such as inlet, or ${NO_ROLE}`);
const QUANTITY = mustBe("a quantity, or a list of them");

const ruleSchema = z.strictObject({
  role: z.string({ error: ROLE }).regex(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/, { error: ROLE }),
  name: commonKeys.name,
  kind: commonKeys.kind,
  quantity: oneOrMore(z.string().min(1), QUANTITY).optional(),
  entity: commonKeys.entity,
  manufacturer: commonKeys.manufacturer,
});

const roleForm = ({
  knownKinds,
  knownManufacturers,
}: RoleVocabulary): RuleForm<z.output<typeof ruleSchema>, RoleRule> => ({
  schema: ruleSchema,
  check(rule, path, source) {
    const problems = Object.keys(rule).every((key) => key === "role")
      ? [source.problem(path, "matches every sensor; give name, kind, quantity, entity or manufacturer")]
      : [];
    const words = [
      { key: "kind", written: rule.kind, known: knownKinds, plain: snakeCase },
      { key: "quantity", written: rule.quantity, known: QUANTITIES },
      {
        key: "manufacturer",
        written: rule.manufacturer,
        known: knownManufacturers,
        plain: (word: string) => word.toLowerCase(),
      },
    ];
    return [...problems, ...unknownWords(words, path, source)];
  },
  build({ role, name, kind, quantity, entity, manufacturer }, origin) {
    return {
      role,
      ...(name !== undefined && { name }),
      ...(kind !== undefined && { kinds: listOf(kind).map(snakeCase) }),
      ...(quantity !== undefined && { quantities: listOf(quantity) as readonly Quantity[] }),
      ...(entity !== undefined && { entities: listOf(entity) }),
      ...(manufacturer !== undefined && { manufacturers: manufacturersOf(manufacturer) }),
      origin,
    };
  },
});

/**
 * The rules of these files in their order, then the shipped ones. Throws a ConfigError with the errors of all files.
 */
export function loadRoleRules(
  files: readonly RuleFile[] = [],
  vocabulary: RoleVocabulary = {},
): Promise<readonly RoleRule[]> {
  return loadRules(files, SHIPPED_ROLE_RULES, roleForm(vocabulary));
}

/** The rules in `text`. Throws a ConfigError with all errors, in the order of the file. */
export function parseRoleRules(text: string, file: string, vocabulary: RoleVocabulary = {}): readonly RoleRule[] {
  return parseRules(text, file, roleForm(vocabulary));
}
