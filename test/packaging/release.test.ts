import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { root } from "../e2e/build.ts";

const read = (...path: readonly string[]): string => readFileSync(join(root, ...path), "utf8");
const { version } = JSON.parse(read("package.json")) as { readonly version: string };

describe(`version ${version}`, () => {
  it("is the version of the lock file", () => {
    const lock = JSON.parse(read("package-lock.json")) as { version: string; packages: Record<string, object> };
    expect(lock.version).toBe(version);
    expect(lock.packages[""]).toMatchObject({ version });
  });

  it("is the version of the chart and of the application in it", () => {
    expect(parse(read("helm", "lightsout", "Chart.yaml"))).toMatchObject({ version, appVersion: version });
  });

  it("is the version in the label of the container image", () => {
    expect(/^ARG VERSION=(.+)$/m.exec(read("Dockerfile"))?.[1]).toBe(version);
  });

  it("is the first release in the changelog, with a date", () => {
    const headings = [...read("CHANGELOG.md").matchAll(/^## (.+)$/gm)].map(([, heading = ""]) => heading);
    const releases = headings.filter((heading) => heading !== "Unreleased");
    const [latest = "", date = ""] = releases[0]?.split(" / ") ?? [];
    expect(latest).toBe(version);
    expect(date).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(new Date(date).toISOString().slice(0, 10)).toBe(date);
    // Unreleased changes are on top
    expect(headings.indexOf("Unreleased")).toBeLessThanOrEqual(0);
  });

  it("is the version of the files that docs/install.md names", () => {
    const named = [...read("docs", "install.md").matchAll(/lightsout[-:](\d+\.\d+\.\d+)/g)].map(([, found]) => found);
    expect(named.length).toBeGreaterThan(1);
    expect(new Set(named)).toEqual(new Set([version]));
  });
});
