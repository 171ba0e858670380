import { stringify } from "yaml";
import { configJsonSchema, type JsonSchema } from "./json-schema.ts";

/** Markdown tables with type, default and description of every key, generated from the schema. */
export function configurationReference(): string {
  const tables: string[] = [];
  collect("", configJsonSchema(), tables);
  return tables.join("\n\n");
}

function collect(path: string, schema: JsonSchema, tables: string[]): void {
  const rows = Object.entries(schema.properties ?? {}).map(([key, value]) => {
    const fallback = schema.required?.includes(key) ? "required" : defaultOf(value);
    return `| \`${key}\` | ${formOf(value)} | ${fallback} | ${escapeCell(value.description ?? "")} |`;
  });
  const title = path === "" ? "### Top level" : `### \`${path}\``;
  tables.push(`${title}\n\n| key | form | default | meaning |\n| --- | --- | --- | --- |\n${rows.join("\n")}`);
  for (const [key, value] of Object.entries(schema.properties ?? {})) {
    const below = memberOf(value);
    const name = path === "" ? key : `${path}.${key}`;
    if (value.properties) collect(name, value, tables);
    else if (below?.properties) collect(value.items ? `${name}[]` : `${name}.NAME`, below, tables);
  }
}

function memberOf(schema: JsonSchema): JsonSchema | undefined {
  if (schema.items) return schema.items;
  return typeof schema.additionalProperties === "object" ? schema.additionalProperties : undefined;
}

function formOf(schema: JsonSchema): string {
  if (schema.anyOf) return schema.anyOf.map(formOf).join(" or ");
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(", ");
  if (schema.const !== undefined) return `\`${schema.const}\``;
  if (schema.properties) return "mapping";
  const member = memberOf(schema);
  if (schema.items && member) return member.properties ? "list of mappings" : `list of ${formOf(member)}`;
  if (member) return member.properties ? "mappings by name" : `${formOf(member)} by name`;
  switch (schema.type) {
    case "string":
      return schema.pattern?.includes("ms)") ? "duration" : "text";
    case "boolean":
      return "`true`, `false`";
    case "integer":
      return schema.maximum === undefined ? "whole number" : `${schema.minimum} to ${schema.maximum}`;
    default:
      return schema.type ?? "any";
  }
}

function defaultOf(schema: JsonSchema): string {
  if (schema.default === undefined) return "";
  const empty = typeof schema.default === "object" && Object.keys(schema.default ?? {}).length === 0;
  if (empty) return schema.properties ? "" : "empty";
  return `\`${stringify(schema.default, { collectionStyle: "flow", lineWidth: 0 })
    .trim()
    .replace(/^\[ (.*) \]$/, "[$1]")}\``;
}

function escapeCell(text: string): string {
  return text.replaceAll("|", "\\|");
}
