import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { configurationReference, parseConfig } from "../../src/config/index.ts";

const page = resolve(import.meta.dirname, "../../docs/configuration.md");
const REGION = /(<!-- reference: .*? -->\n)([\s\S]*?)(<!-- end of reference -->)/;

/** Tables as they are whatever width a formatter gave their columns. */
const unpadded = (text = ""): string => text.replaceAll(/ +/g, " ").replaceAll(/-{3,}/g, "---").trim();

describe("docs/configuration.md", () => {
  it("has the reference generated from the schema", () => {
    const expected = configurationReference();
    if (process.env.UPDATE === "1") {
      const text = readFileSync(page, "utf8");
      writeFileSync(
        page,
        text.replace(REGION, (_, from, __, to) => `${from}\n${expected}\n\n${to}`),
      );
    }
    expect(unpadded(REGION.exec(readFileSync(page, "utf8"))?.[2])).toBe(unpadded(expected));
  });

  it("has a valid configuration as example", () => {
    const example = /```yaml\n([\s\S]*?)```/.exec(readFileSync(page, "utf8"))?.[1] ?? "";
    expect(parseConfig(example, { path: "example.yml" }).targets).toHaveLength(1);
  });

  it("describes every key", () => {
    const rows = configurationReference()
      .split("\n")
      .filter((line) => line.startsWith("| `"));
    expect(rows.filter((row) => row.endsWith("|  |"))).toEqual([]);
  });
});
