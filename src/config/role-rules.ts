import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { fileProblem, nearest, snakeCase } from "../lib/index.ts";
import { NO_ROLE, type Quantity, type RoleRule } from "../model/index.ts";
import { ConfigError, type ConfigPath, type ConfigProblem } from "./problem.ts";
import { mustBe, sentence } from "./sentences.ts";
import { ConfigSource } from "./source.ts";

/** What rules may name; words are checked only where the list of them is given. */
export interface RoleVocabulary {
  /** Sensor types in snake case. */
  readonly knownKinds?: readonly string[];
  readonly knownManufacturers?: readonly string[];
}

/** The rules that come with the program; the same place from src/ and from dist/. */
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
const NAME = mustBe("a regular expression");
const KIND = mustBe("a sensor type, or a list of them");
const QUANTITY = mustBe("a quantity, or a list of them");
const ENTITY = mustBe("an entity id from 0 to 255, or a list of them");
const MANUFACTURER = mustBe("an IANA enterprise number, the name of a manufacturer, or a list of them");

const oneOrMore = <T extends z.ZodType>(form: T, error: ReturnType<typeof mustBe>) =>
  z.union([form, z.array(form).min(1)], { error });

const ruleSchema = z.strictObject({
  role: z.string({ error: ROLE }).regex(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/, { error: ROLE }),
  name: z.string({ error: NAME }).min(1, { error: NAME }).refine(isRegex, { error: NAME }).optional(),
  kind: oneOrMore(z.string().min(1), KIND).optional(),
  quantity: oneOrMore(z.string().min(1), QUANTITY).optional(),
  entity: oneOrMore(z.int().min(0).max(255), ENTITY).optional(),
  manufacturer: oneOrMore(z.union([z.int().min(0), z.string().min(1)]), MANUFACTURER).optional(),
});

const fileSchema = z.strictObject({ rules: z.array(ruleSchema) });

type WrittenRule = z.output<typeof ruleSchema>;

function isRegex(text: string): boolean {
  try {
    new RegExp(text, "i");
    return true;
  } catch {
    return false;
  }
}

/** Where a configuration names a file of rules. */
export interface RoleFile {
  /** Absolute. */
  readonly path: string;
  /** Makes a problem of what is wrong with the file as a whole. */
  readonly problem: (message: string) => ConfigProblem;
}

/**
 * The rules of these files in their order, and the shipped ones behind them. Throws a ConfigError that
 * lists everything that is wrong with all of them.
 */
export async function loadRoleRules(
  files: readonly RoleFile[] = [],
  vocabulary: RoleVocabulary = {},
): Promise<readonly RoleRule[]> {
  const shipped: RoleFile = {
    path: SHIPPED_ROLE_RULES,
    problem: (message) => ({ file: SHIPPED_ROLE_RULES, line: 0, column: 0, path: "", message }),
  };
  const rules: RoleRule[] = [];
  const problems: ConfigProblem[] = [];
  for (const { path, problem } of [...files, shipped]) {
    try {
      rules.push(...parseRoleRules(await readFile(path, "utf8"), path, vocabulary));
    } catch (error) {
      if (error instanceof ConfigError) problems.push(...error.problems);
      else problems.push(problem(`${path}: ${unreadable(error)}`));
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return rules;
}

function unreadable(error: unknown): string {
  const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
  return isMissing ? "no such file" : `cannot be read: ${fileProblem(error)}`;
}

/** The rules that `text` holds. Throws a ConfigError that lists everything that is wrong, in the order of the file. */
export function parseRoleRules(text: string, file: string, vocabulary: RoleVocabulary = {}): readonly RoleRule[] {
  const source = new ConfigSource(text, file);
  const raw = source.values();
  // Nothing but comments, or `rules:` with nothing behind it, is a file without rules.
  const filled =
    raw === null || raw === undefined ? { rules: [] } : isMapping(raw) ? { ...raw, rules: raw.rules ?? [] } : raw;
  const result = fileSchema.safeParse(filled, { error: (issue) => sentence(issue) });
  if (!result.success)
    throw new ConfigError(inOrder(result.error.issues.flatMap((issue) => problemsOf(issue, source))));
  const problems = result.data.rules.flatMap((rule, i) => checkRule(rule, ["rules", i], source, vocabulary));
  if (problems.length > 0) throw new ConfigError(inOrder(problems));
  return result.data.rules.map(built);
}

function problemsOf(issue: z.core.$ZodIssue, source: ConfigSource): ConfigProblem[] {
  const path = issue.path.map((step) => (typeof step === "number" ? step : String(step)));
  if (issue.code !== "unrecognized_keys") return [source.problem(path, issue.message)];
  const known = Object.keys(path.length === 0 ? fileSchema.shape : ruleSchema.shape);
  return issue.keys.map((key) => source.problem([...path, key], `unknown key; ${suggestion(key, known)}`, "key"));
}

function checkRule(
  rule: WrittenRule,
  path: ConfigPath,
  source: ConfigSource,
  { knownKinds, knownManufacturers }: RoleVocabulary,
): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (Object.keys(rule).every((key) => key === "role")) {
    problems.push(source.problem(path, "matches every sensor; give name, kind, quantity, entity or manufacturer"));
  }
  const check = (
    key: "kind" | "quantity" | "manufacturer",
    known: readonly string[] | undefined,
    plain: (word: string) => string,
  ): void => {
    const written = rule[key];
    for (const [i, word] of listOf<string | number>(written).entries()) {
      if (!known || typeof word === "number" || known.some((k) => plain(k) === plain(word))) continue;
      const at = Array.isArray(written) ? [...path, key, i] : [...path, key];
      problems.push(source.problem(at, `no ${key} is named "${word}"; ${suggestion(word, known)}`));
    }
  };
  check("kind", knownKinds, snakeCase);
  check("quantity", QUANTITIES, (word) => word);
  check("manufacturer", knownManufacturers, (word) => word.toLowerCase());
  return problems;
}

function built(rule: WrittenRule): RoleRule {
  const { role, name, kind, quantity, entity, manufacturer } = rule;
  return {
    role,
    ...(name !== undefined && { name }),
    ...(kind !== undefined && { kinds: listOf(kind).map(snakeCase) }),
    ...(quantity !== undefined && { quantities: listOf(quantity) as readonly Quantity[] }),
    ...(entity !== undefined && { entities: listOf(entity) }),
    ...(manufacturer !== undefined && {
      manufacturers: listOf<string | number>(manufacturer).map((m) => (typeof m === "string" ? m.toLowerCase() : m)),
    }),
  };
}

function listOf<T extends string | number>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return typeof value === "object" ? value : [value];
}

function suggestion(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near === undefined ? `known: ${known.join(", ")}` : `did you mean "${near}"?`;
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function inOrder(problems: readonly ConfigProblem[]): ConfigProblem[] {
  return [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
}
