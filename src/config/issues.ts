import type { z } from "zod";
import { nearest } from "../lib/index.ts";
import { type JsonSchema, schemaAt } from "./json-schema.ts";
import type { ConfigPath, ConfigProblem } from "./problem.ts";
import type { ConfigSource } from "./source.ts";

interface FileShape {
  /** Schema of the file, for suggestions. */
  readonly schema: JsonSchema;
  /** Sections in which a key without a value may be a secret whose key is missing. */
  readonly secretive: RegExp;
}

/** The problems of one schema issue, with position and remedy. */
export function problemsOf(
  issue: z.core.$ZodIssue,
  raw: unknown,
  source: ConfigSource,
  shape: FileShape,
): ConfigProblem[] {
  const path = issue.path.map((step) => (typeof step === "number" ? step : String(step)));
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => unknownKey([...path], key, raw, source, shape));
  if (issue.code === "invalid_key") {
    const problem = source.problem(path, issue.issues[0]?.message ?? "is not a valid name", "key");
    // In `{ "user:hunter2": ... }` the name holds a password.
    const [name = ""] = String(path.at(-1)).split(":");
    return [{ ...problem, path: source.problem([...path.slice(0, -1), name], "").path }];
  }
  return [source.problem(path, issue.message)];
}

function unknownKey(
  parent: ConfigPath,
  key: string,
  raw: unknown,
  source: ConfigSource,
  { schema, secretive }: FileShape,
): ConfigProblem {
  const known = Object.keys(schemaAt(schema, parent)?.properties ?? {});
  const message = `unknown key; ${suggestKey(key, known)}`;
  // `{ password:hunter2 }` is one key, and in `{ password, hunter2 }` the second word is a key: both may hold a password.
  const [name, ...rest] = key.split(":");
  if (rest.length > 0) {
    const hint = `unknown key; is a space missing after the colon? ${suggestKey(name ?? "", known)}`;
    return { ...source.problem([...parent, key], hint, "key"), path: source.problem([...parent, name ?? ""], "").path };
  }
  const nameless = secretive.test(String(parent[0])) && valueAt(raw, [...parent, key]) === null;
  const problem = source.problem([...parent, key], message, "key");
  return nameless && nearest(key, known) === undefined
    ? { ...problem, path: source.problem(parent, "").path }
    : problem;
}

function suggestKey(key: string, known: readonly string[]): string {
  const near = nearest(key, known);
  return near === undefined ? `known: ${known.join(", ")}` : `did you mean "${near}"?`;
}

function valueAt(raw: unknown, path: ConfigPath): unknown {
  return path.reduce<unknown>((value, step) => (value as Record<string | number, unknown> | undefined)?.[step], raw);
}

/** In the order of the file. */
export function inOrder(problems: readonly ConfigProblem[]): ConfigProblem[] {
  return [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
}
