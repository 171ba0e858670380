import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";

const read = (name: string): string => readFileSync(resolve(import.meta.dirname, "..", name), "utf8");

it(".editorconfig states what biome formats", () => {
  const { formatter } = JSON.parse(read("biome.json")) as {
    readonly formatter: { readonly indentStyle: string; readonly indentWidth: number; readonly lineWidth: number };
  };
  const settings = Object.fromEntries(
    [...read(".editorconfig").matchAll(/^(\w+) = (\w+)$/gm)].reverse().map(([, key, value]) => [key, value]),
  );
  expect(settings).toMatchObject({
    indent_style: formatter.indentStyle,
    indent_size: String(formatter.indentWidth),
    max_line_length: String(formatter.lineWidth),
    end_of_line: "lf",
    insert_final_newline: "true",
  });
});
