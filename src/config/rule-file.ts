import { readFile } from "node:fs/promises";
import { z } from "zod";
import { fileProblem, nearest } from "../lib/index.ts";
import type { RuleOrigin } from "../model/index.ts";
import { ConfigError, type ConfigPath, type ConfigProblem } from "./problem.ts";
import { mustBe, sentence } from "./sentences.ts";
import { ConfigSource } from "./source.ts";

/** A rule file that the configuration names. */
export interface RuleFile {
  /** Absolute. */
  readonly path: string;
  /** Problem with the file as a whole, at the place of its name in the configuration. */
  readonly problem: (message: string) => ConfigProblem;
}

/** A kind of rules: a rule as written (`W`) and as used (`R`). */
export interface RuleForm<W, R> {
  /** Schema of one rule as written. */
  readonly schema: z.ZodType<W> & { readonly shape: Readonly<Record<string, unknown>> };
  /** Checks that the schema cannot express. */
  check(rule: W, path: ConfigPath, source: ConfigSource): readonly ConfigProblem[];
  build(rule: W, origin: RuleOrigin): R;
}

/** Valid words of a key, and which of them are equal. */
interface KnownWords {
  readonly key: string;
  readonly written: unknown;
  /** Words are not checked if the list is absent. */
  readonly known: readonly string[] | undefined;
  readonly plain?: (word: string) => string;
}

/**
 * The rules of these files in their order, then the shipped ones. Throws a ConfigError with the errors of all files.
 */
export async function loadRules<W, R>(
  files: readonly RuleFile[],
  shippedPath: string,
  form: RuleForm<W, R>,
): Promise<readonly R[]> {
  const shipped: RuleFile = {
    path: shippedPath,
    problem: (message) => ({ file: shippedPath, line: 0, column: 0, path: "", message }),
  };
  const rules: R[] = [];
  const problems: ConfigProblem[] = [];
  for (const { path, problem } of [...files, shipped]) {
    try {
      rules.push(...parseRules(await readFile(path, "utf8"), path, form));
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

/** The rules in `text`. Throws a ConfigError with all errors, in the order of the file. */
export function parseRules<W, R>(text: string, file: string, form: RuleForm<W, R>): readonly R[] {
  const source = new ConfigSource(text, file);
  const raw = source.values();
  // A file with comments only, or with `rules:` without a value, has no rules.
  const filled =
    raw === null || raw === undefined ? { rules: [] } : isMapping(raw) ? { ...raw, rules: raw.rules ?? [] } : raw;
  const fileSchema = z.strictObject({ rules: z.array(form.schema) });
  const result = fileSchema.safeParse(filled, { error: (issue) => sentence(issue) });
  if (!result.success) {
    const known = { file: Object.keys(fileSchema.shape), rule: Object.keys(form.schema.shape) };
    throw new ConfigError(inOrder(result.error.issues.flatMap((issue) => problemsOf(issue, source, known))));
  }
  const { rules } = result.data;
  const problems = rules.flatMap((rule, i) => form.check(rule, ["rules", i], source));
  if (problems.length > 0) throw new ConfigError(inOrder(problems));
  return rules.map((rule, i) => form.build(rule, { file, line: source.at(["rules", i]).line }));
}

function problemsOf(
  issue: z.core.$ZodIssue,
  source: ConfigSource,
  known: { readonly file: readonly string[]; readonly rule: readonly string[] },
): ConfigProblem[] {
  const path = issue.path.map((step) => (typeof step === "number" ? step : String(step)));
  if (issue.code !== "unrecognized_keys") return [source.problem(path, issue.message)];
  const keys = path.length === 0 ? known.file : known.rule;
  return issue.keys.map((key) => source.problem([...path, key], `unknown key; ${suggestion(key, keys)}`, "key"));
}

/** Problems of unknown words, each with its place and the nearest known word. Numbers are not checked. */
export function unknownWords(words: readonly KnownWords[], path: ConfigPath, source: ConfigSource): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  for (const { key, written, known, plain = (word: string) => word } of words) {
    for (const [i, word] of (Array.isArray(written) ? written : [written]).entries()) {
      if (!known || typeof word !== "string" || known.some((k) => plain(k) === plain(word))) continue;
      const at = Array.isArray(written) ? [...path, key, i] : [...path, key];
      problems.push(source.problem(at, `no ${key} is named "${word}"; ${suggestion(word, known)}`));
    }
  }
  return problems;
}

const MOST_SHOWN = 30;

function suggestion(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  const rest = known.length > MOST_SHOWN ? " ..." : "";
  return near === undefined ? `known: ${known.slice(0, MOST_SHOWN).join(", ")}${rest}` : `did you mean "${near}"?`;
}

/** One value or a list of them. */
export const oneOrMore = <T extends z.ZodType>(form: T, error: ReturnType<typeof mustBe>) =>
  z.union([form, z.array(form).min(1)], { error });

export function listOf<T extends string | number>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return typeof value === "object" ? value : [value];
}

const NAME = mustBe("a regular expression");
const ENTITY = mustBe("an entity id from 0 to 255, or a list of them");
const MANUFACTURER = mustBe("an IANA enterprise number, the name of a manufacturer, or a list of them");

/** Keys that several kinds of rules have. */
export const commonKeys = {
  name: z.string({ error: NAME }).min(1, { error: NAME }).refine(isRegex, { error: NAME }).optional(),
  kind: oneOrMore(z.string().min(1), mustBe("a sensor type, or a list of them")).optional(),
  entity: oneOrMore(z.int().min(0).max(255), ENTITY).optional(),
  manufacturer: oneOrMore(z.union([z.int().min(0), z.string().min(1)]), MANUFACTURER).optional(),
};

/** Manufacturers of a rule: numbers, and names in lower case. */
export const manufacturersOf = (
  written: string | number | readonly (string | number)[],
): readonly (string | number)[] =>
  listOf<string | number>(written).map((m) => (typeof m === "string" ? m.toLowerCase() : m));

function isRegex(text: string): boolean {
  try {
    new RegExp(text, "i");
    return true;
  } catch {
    return false;
  }
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function inOrder(problems: readonly ConfigProblem[]): ConfigProblem[] {
  return [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
}
