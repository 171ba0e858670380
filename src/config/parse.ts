import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { z } from "zod";
import { nearest } from "../lib/index.ts";
import { buildConfig } from "./build.ts";
import { type CheckOptions, checkRelations } from "./checks.ts";
import type { Config } from "./config.ts";
import { configJsonSchema, schemaAt } from "./json-schema.ts";
import { ConfigError, type ConfigPath, type ConfigProblem } from "./problem.ts";
import { loadRoleRules, type RoleVocabulary } from "./role-rules.ts";
import { fileSchema } from "./schema.ts";
import { sentence } from "./sentences.ts";
import { ConfigSource } from "./source.ts";

export interface ParseOptions extends CheckOptions {
  /** The file the text is from: named in problems, and the folder other files are relative to. */
  readonly path: string;
}

/**
 * Reads a configuration file. Where `env` is given, variables that the file refers to must be set in
 * it; secret files are not read yet, files of role rules are. Throws ConfigError, also when a file
 * cannot be read.
 */
export async function loadConfig(
  path: string,
  env?: CheckOptions["env"],
  options: Pick<CheckOptions, "knownQuirks"> & RoleVocabulary = {},
): Promise<Config> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const message = code === "ENOENT" ? "no such file" : `cannot be read (${code ?? "unknown reason"})`;
    throw new ConfigError([{ file: path, line: 0, column: 0, path: "", message }], { cause });
  }
  const config = parseConfig(text, { ...options, path, env });
  const files = config.roles.files.map((file, i) => ({
    path: file,
    problem: (message: string) => config.source.problem(["roles", "files", i], message),
  }));
  return { ...config, roles: { ...config.roles, rules: await loadRoleRules(files, options) } };
}

/**
 * The configuration that `text` holds, with every default in place. Throws a ConfigError that lists
 * everything that is wrong, in the order of the file.
 */
export function parseConfig(text: string, options: ParseOptions): Config {
  const source = new ConfigSource(text, options.path);
  const raw = withoutEmptySections(source.values());
  const result = fileSchema.safeParse(raw, { error: (issue) => sentence(issue) });
  const problems = [
    ...(result.success ? [] : result.error.issues.flatMap((issue) => problemsOf(issue, raw, source))),
    ...checkRelations(raw, source, options),
  ];
  if (!result.success || problems.length > 0) throw new ConfigError(inOrder(problems));
  return buildConfig(result.data, source, resolve(options.path, ".."));
}

/** `targets:` with nothing behind it is an empty section, and `modules: { slow: }` a module of defaults. */
function withoutEmptySections(raw: unknown): unknown {
  if (raw === null || raw === undefined) return {};
  if (typeof raw !== "object" || Array.isArray(raw)) return raw;
  const sections = Object.entries(raw).filter(([, value]) => value !== null);
  return Object.fromEntries(
    sections.map(([key, value]) => [key, key === "modules" ? emptyForNull(value) : value] as const),
  );
}

function emptyForNull(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, member ?? {}]));
}

function problemsOf(issue: z.core.$ZodIssue, raw: unknown, source: ConfigSource): ConfigProblem[] {
  const path = issue.path.map((step) => (typeof step === "number" ? step : String(step)));
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey([...path], key, raw, source));
  if (issue.code === "invalid_key") {
    return [source.problem(path, issue.issues[0]?.message ?? "is no valid name", "key")];
  }
  return [source.problem(path, issue.message)];
}

function unknownKey(parent: ConfigPath, key: string, raw: unknown, source: ConfigSource): ConfigProblem {
  const known = Object.keys(schemaAt(configJsonSchema(), parent)?.properties ?? {});
  const message = `unknown key; ${suggestKey(key, known)}`;
  // In `{ password:hunter2 }` the whole is a key, and in `{ password, hunter2 }` so is the second word.
  const [name, ...rest] = key.split(":");
  if (rest.length > 0) {
    const hint = `unknown key; is a space missing behind the colon? ${suggestKey(name ?? "", known)}`;
    return { ...source.problem([...parent, key], hint, "key"), path: source.problem([...parent, name ?? ""], "").path };
  }
  const nameless = HOLDERS_OF_SECRETS.test(String(parent[0])) && valueAt(raw, [...parent, key]) === null;
  const problem = source.problem([...parent, key], message, "key");
  return nameless && nearest(key, known) === undefined
    ? { ...problem, path: source.problem(parent, "").path }
    : problem;
}

const HOLDERS_OF_SECRETS = /^(auths|http_sd)$/;

function suggestKey(key: string, known: readonly string[]): string {
  const near = nearest(key, known);
  return near === undefined ? `known: ${known.join(", ")}` : `did you mean "${near}"?`;
}

function valueAt(raw: unknown, path: ConfigPath): unknown {
  return path.reduce<unknown>((value, step) => (value as Record<string | number, unknown> | undefined)?.[step], raw);
}

function inOrder(problems: readonly ConfigProblem[]): ConfigProblem[] {
  return [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
}
