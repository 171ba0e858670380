import type { z } from "zod";
import { nearest } from "../lib/index.ts";
import { type JsonSchema, schemaAt } from "./json-schema.ts";
import type { ConfigPath, ConfigProblem } from "./problem.ts";
import type { ConfigSource } from "./source.ts";

export interface FileShape {
  /** What may stand where, for the keys that are known. */
  readonly schema: JsonSchema;
  /** Sections in which a key that stands alone may be a secret whose key went missing. */
  readonly secretive: RegExp;
}

/** The problems that one issue of a schema is: the place in the file, and what would do. */
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
  // In `{ password:hunter2 }` the whole is a key, and in `{ password, hunter2 }` so is the second word.
  const [name, ...rest] = key.split(":");
  if (rest.length > 0) {
    const hint = `unknown key; is a space missing behind the colon? ${suggestKey(name ?? "", known)}`;
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

/** As they stand in the file. */
export function inOrder(problems: readonly ConfigProblem[]): ConfigProblem[] {
  return [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
}
