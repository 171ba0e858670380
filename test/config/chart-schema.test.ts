import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { configJsonSchema } from "../../src/config/index.ts";
import { chartSchema } from "./chart-schema.ts";

const chart = resolve(import.meta.dirname, "../../helm/lightsout");
const file = resolve(chart, "values.schema.json");
const schema = chartSchema() as { readonly properties: Readonly<Record<string, { properties?: object }>> };

/** Every key named anywhere below. */
function* keys(part: unknown): Generator<string> {
  if (typeof part !== "object" || part === null) return;
  for (const [name, value] of Object.entries(part)) {
    if (name === "properties") yield* Object.keys(value as object);
    yield* keys(value);
  }
}

describe("the schema of the chart's values", () => {
  it("equals the one generated from the schema of the configuration", () => {
    const expected = `${JSON.stringify(schema, undefined, 2)}\n`;
    if (process.env.UPDATE === "1") writeFileSync(file, expected);
    // UPDATE=1 npx vitest run test/config makes it
    expect(readFileSync(file, "utf8") === expected).toBe(true);
  });

  it("has exactly the keys of values.yaml", () => {
    const values = parse(readFileSync(resolve(chart, "values.yaml"), "utf8")) as Record<string, object>;
    expect(Object.keys(values).concat("global").sort()).toEqual(Object.keys(schema.properties).sort());
    const settings = Object.entries(values).filter(
      ([name, value]) => !Array.isArray(value) && schema.properties[name]?.properties && name !== "config",
    );
    for (const [name, value] of settings)
      for (const key of Object.keys(value))
        expect(Object.keys(schema.properties[name]?.properties ?? {})).toContain(key);
  });

  it("accepts every key of the configuration except secrets and state_dir", () => {
    const config = Object.keys(configJsonSchema().properties ?? {});
    const { config: others, ...top } = schema.properties;
    const taken = [...Object.keys(top), ...Object.keys(others?.properties ?? {})];
    expect(config.filter((key) => !taken.includes(key))).toEqual(["state_dir"]);
    expect([...keys(schema)].filter((key) => ["kg", "credentials"].includes(key))).toEqual([]);
    expect(JSON.stringify(schema.properties.auths)).not.toContain('"password":');
  });
});
