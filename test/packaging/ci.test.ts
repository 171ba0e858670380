import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { builtMain, root } from "../e2e/build.ts";
import { lightsout } from "../e2e/lightsout.ts";
import { HELMS } from "../helm/chart.ts";

const read = (...path: readonly string[]): string => readFileSync(join(root, ...path), "utf8");

interface Workflow {
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly needs?: string | readonly string[];
        readonly strategy?: { readonly matrix: { readonly node: readonly number[] } };
        readonly permissions?: Readonly<Record<string, string>>;
        readonly steps: readonly { readonly run?: string; readonly uses?: string }[];
      }
    >
  >;
}
const workflow = (name: string): Workflow => parse(read(".github", "workflows", name), { strict: true }) as Workflow;
/** The cells of a row of the table of supported versions. */
const supported = (program: string): readonly string[] =>
  (new RegExp(`^\\| ${program} \\|(.*)\\|$`, "m").exec(read("docs", "install.md"))?.[1] ?? "")
    .split("|")
    .map((cell) => cell.trim());

describe("the supported versions", () => {
  it("of Node.js are those that are tested, and that the package accepts", () => {
    const { node = [] } = workflow("test.yml").jobs.test?.strategy?.matrix ?? {};
    expect(supported("Node.js")[0]).toBe(node.join(", "));
    const { engines } = JSON.parse(read("package.json")) as { readonly engines: { readonly node: string } };
    expect(engines.node).toBe(`>=${Math.min(...node)}`);
    expect(node).toContain(Number(/^ARG NODE_MAJOR=(\d+)$/m.exec(read("Dockerfile"))?.[1]));
  });

  it("of Helm are those of the tests", () => {
    expect(supported("Helm")[1]).toBe(HELMS.map((name) => name.replace("helm-", "")).join(", "));
  });

  it("of Prometheus and Kubernetes are those that other pages name", () => {
    const prometheus = /^[\d.]+/.exec(supported("Prometheus")[0] ?? "")?.[0];
    expect(read("alerts", "README.md")).toContain(`Rule files for Prometheus ${prometheus} and newer`);
    const kubernetes = /^[\d.]+/.exec(supported("Kubernetes")[0] ?? "")?.[0];
    expect(read("helm", "lightsout", "Chart.yaml")).toContain(`kubeVersion: ">=${kubernetes}.0-0"`);
  });
});

describe("the workflows", () => {
  it("run scripts that package.json has", () => {
    const { scripts } = JSON.parse(read("package.json")) as { readonly scripts: Readonly<Record<string, string>> };
    for (const name of ["test.yml", "release.yml"]) {
      const runs = Object.values(workflow(name).jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
      for (const run of runs)
        for (const [, script = ""] of run.matchAll(/\bnpm run ([\w-]+)/g)) expect(scripts, run).toHaveProperty(script);
      expect(runs).toContain("npm test");
    }
  });

  it("publish only what has been tested, with provenance", () => {
    const { build, image, publish } = workflow("release.yml").jobs;
    expect(build?.steps.flatMap(({ run }) => run ?? [])).toEqual(
      expect.arrayContaining(["npm test", "npm run release"]),
    );
    expect([image?.needs, publish?.needs]).toEqual(["build", ["build", "image"]]);
    for (const job of [build, image])
      expect(job?.steps.some(({ uses }) => uses?.startsWith("actions/attest-build-provenance@"))).toBe(true);
    expect(publish?.steps.some(({ run }) => run?.includes("npm publish --provenance"))).toBe(true);
    for (const job of [build, image, publish]) expect(job?.permissions?.["id-token"]).toBe("write");
  });

  it("give the image the version of the chart, without the v of the tag", () => {
    const image = read(".github", "workflows", "release.yml");
    expect(image).toMatch(/echo "version=\$\{GITHUB_REF_NAME#v\}"/);
    expect(image).toMatch(/tags: \$\{\{ steps\.name\.outputs\.image \}\}:\$\{\{ steps\.name\.outputs\.version \}\}/);
  });

  it("contain no address of a project", () => {
    for (const name of ["test.yml", "release.yml"])
      expect(read(".github", "workflows", name)).not.toMatch(/github\.com\/|ghcr\.io\/(?!\$)/);
  });
});

describe("the template for reports of problems", () => {
  const form = parse(read(".github", "ISSUE_TEMPLATE", "bug.yml"), { strict: true }) as {
    readonly body: readonly {
      readonly type: string;
      readonly id?: string;
      readonly attributes: { readonly label?: string; readonly description?: string };
      readonly validations?: { readonly required: boolean };
    }[];
  };
  const field = (id: string) => form.body.find((one) => one.id === id);

  it("requires the output of probe --debug, and a configuration without secrets", () => {
    expect(field("debug")).toMatchObject({ validations: { required: true } });
    expect(field("debug")?.attributes.label).toBe("lightsout probe HOST --debug");
    expect(field("config")).toMatchObject({ validations: { required: true } });
    expect(field("config")?.attributes.description).toContain("/config");
    const ids = form.body.flatMap(({ id }) => id ?? []);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("names commands that lightsout has", { timeout: 120_000 }, async () => {
    await builtMain();
    const named = [...read(".github", "ISSUE_TEMPLATE", "bug.yml").matchAll(/\blightsout ([a-z]+)(?= HOST|`)/g)];
    expect(named.map(([, name]) => name).sort()).toEqual(["explain", "probe", "version"]);
    for (const [, name = ""] of named) expect((await lightsout([name, "--help"])).code, name).toBe(0);
  });
});
