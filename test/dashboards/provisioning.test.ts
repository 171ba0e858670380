import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { dashboards, root } from "./panels.ts";

const examples = join(root, "examples", "grafana");
const provisioning = join(examples, "provisioning");

/** All files of one kind, read. */
function read<T>(kind: string): readonly T[] {
  const names = readdirSync(join(provisioning, kind));
  expect(names.filter((name) => !name.endsWith(".yml"))).toEqual([]);
  return names.map((name) => parse(readFileSync(join(provisioning, kind, name), "utf8"), { strict: true }) as T);
}

interface Providers {
  readonly apiVersion: number;
  readonly providers: readonly {
    readonly name: string;
    readonly type: string;
    readonly options: { readonly path: string };
  }[];
}

interface Sources {
  readonly apiVersion: number;
  readonly datasources: readonly {
    readonly type: string;
    readonly uid: string;
    readonly url: string;
    readonly jsonData: object;
  }[];
}

describe("examples/grafana", () => {
  it("provisions the folder of the dashboards", () => {
    const [file] = read<Providers>("dashboards");
    expect(file?.apiVersion).toBe(1);
    const [provider] = file?.providers ?? [];
    expect(provider).toMatchObject({ name: "lightsout", type: "file" });
    const path = provider?.options.path.replace(`\${LIGHTSOUT}`, root) ?? "";
    expect(statSync(path).isDirectory()).toBe(true);
    for (const { uid } of dashboards) expect(existsSync(join(path, `${uid}.json`)), uid).toBe(true);
  });

  it("provisions a data source of the type that the dashboards use", () => {
    const [file] = read<Sources>("datasources");
    expect(file?.apiVersion).toBe(1);
    expect(file?.datasources).toMatchObject([{ type: "prometheus", jsonData: { timeInterval: "60s" } }]);
    expect(new URL(file?.datasources[0]?.url ?? "").protocol).toBe("http:");
  });

  it.each([join(examples, "README.md"), join(root, "dashboards", "README.md")])("%s links to what is there", (page) => {
    const links = [...readFileSync(page, "utf8").matchAll(/\]\(([^)]+)\)/g)].map(([, target = ""]) => target);
    expect(links.length).toBeGreaterThan(0);
    for (const target of links) expect(existsSync(join(page, "..", target)), target).toBe(true);
  });
});
