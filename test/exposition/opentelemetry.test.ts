import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { FAMILIES, rackPowerBudget } from "../../src/exposition/index.ts";
import { SENSOR_TYPES, sensorKind } from "../../src/ipmi/index.ts";
import { THRESHOLD_NAMES } from "../../src/model/index.ts";

const page = readFileSync(resolve(import.meta.dirname, "../../docs/opentelemetry.md"), "utf8");
const families = [...FAMILIES, rackPowerBudget].map(({ name }) => name);
/** Metrics of the conventions this page speaks of. */
const METRICS = [
  ...["hw.errors", "hw.status", "hw.power", "hw.energy", "hw.host.power", "hw.host.ambient_temperature"],
  ...["hw.temperature", "hw.temperature.limit", "hw.fan.speed", "hw.fan.speed.limit", "hw.fan.speed_ratio"],
  ...["hw.voltage", "hw.voltage.limit", "hw.power_supply.limit", "hw.physical_disk.endurance_utilization"],
];

/** First words of the rows of the table below a heading of columns. */
function rowsOf(head: string): readonly (readonly string[])[] {
  const [, table = ""] = page.split(`${head}\n`);
  const [rows = ""] = table.split("\n\n");
  return rows
    .split("\n")
    .slice(1)
    .map((row) => row.split(" | ").map((cell) => cell.replaceAll(/^\| | \|$/g, "")));
}
const wordsOf = (cell = ""): readonly string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, word = ""]) => word);

describe("docs/opentelemetry.md", () => {
  const rows = rowsOf("| family | metric | how |");

  it("has a row for every family of hosts, in their order", () => {
    expect(rows.map(([family]) => wordsOf(family)[0])).toEqual(families);
  });

  it("maps each family to a metric of the conventions or states that it has no counterpart", () => {
    for (const [family, metric = ""] of rows)
      expect(["attributes", "no counterpart", ...METRICS.map((name) => `\`${name}\``)], family).toContain(metric);
    expect(rows.filter(([, metric]) => metric !== "no counterpart").length).toBeGreaterThan(15);
  });

  it("translates thresholds and kinds that the exporter can report", () => {
    const limits = rowsOf("| `threshold` | `hw.limit_type` |").flatMap(([names]) => wordsOf(names));
    expect(limits.sort()).toEqual([...THRESHOLD_NAMES].sort());
    const kinds = rowsOf("| `kind` | `hw.type` |").flatMap(([names]) => wordsOf(names));
    const known = [...SENSOR_TYPES.map(sensorKind), "storage_controller", "volume"];
    expect(kinds.filter((kind) => !known.includes(kind))).toEqual([]);
  });

  it("has an example collector that renames families as the table says", () => {
    const config = parse(/```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? "") as {
      readonly processors: Readonly<
        Record<string, { readonly metric_statements: readonly { readonly statements: readonly string[] }[] }>
      >;
    };
    const statements = config.processors["transform/hw"]?.metric_statements.flatMap((one) => one.statements) ?? [];
    const renamed = statements.flatMap((line) => {
      const [, to, from] = /^set\(name, "([^"]+)"\) where name == "([^"]+)"$/.exec(line) ?? [];
      return to === undefined || from === undefined ? [] : [[from, to]];
    });
    expect(renamed.length).toBeGreaterThan(3);
    for (const [from, to] of renamed)
      expect(rows.find(([family]) => family === `\`${from}\``)?.[1], from).toBe(`\`${to}\``);
    for (const name of statements.join("\n").match(/\bbmc_\w+/g) ?? []) expect(families).toContain(name);
  });
});
