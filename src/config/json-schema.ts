import { z } from "zod";
import type { ConfigPath } from "./problem.ts";
import { fileSchema } from "./schema.ts";

/** The keywords of JSON Schema that the schema of the configuration uses. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly additionalProperties?: boolean | JsonSchema;
}

/** The schema of the configuration file, for editors. */
export function configJsonSchema(): JsonSchema {
  const { $schema, ...rest } = z.toJSONSchema(fileSchema, { io: "input" });
  return { $schema, title: "lightsout configuration", ...rest } as JsonSchema;
}

/** The schema of the value at a path; undefined if there can be none. */
export function schemaAt(schema: JsonSchema, path: ConfigPath): JsonSchema | undefined {
  let at: JsonSchema | undefined = schema;
  for (const step of path) {
    if (at === undefined) return undefined;
    if (typeof step === "number") at = at.items ?? at.anyOf?.find(({ items }) => items)?.items;
    else if (at.properties && Object.hasOwn(at.properties, step)) at = at.properties[step];
    else at = typeof at.additionalProperties === "object" ? at.additionalProperties : undefined;
  }
  return at;
}
