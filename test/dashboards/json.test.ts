import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { dashboards, rendered } from "../../dashboards/src/index.ts";

const folder = resolve(import.meta.dirname, "../../dashboards");
const files = dashboards().map(rendered);

/** `npm run dashboards` runs this with UPDATE_DASHBOARDS set and generates the files. */
describe("dashboards/*.json", () => {
  it.each(files)("$file is generated from the code", ({ file, text }) => {
    const path = join(folder, file);
    if (process.env.UPDATE_DASHBOARDS !== undefined) writeFileSync(path, text);
    expect(readFileSync(path, "utf8") === text, "differs: npm run dashboards").toBe(true);
  });

  it("are the only ones", () => {
    const present = readdirSync(folder).filter((name) => name.endsWith(".json"));
    expect(present.sort()).toEqual(files.map(({ file }) => file).sort());
  });
});
