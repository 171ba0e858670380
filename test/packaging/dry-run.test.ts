import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { changelogSection, packageVersion, unknownFacts, versionProblems } from "../../scripts/release/facts.mjs";
import { builtMain, root } from "../e2e/build.ts";
import { temporaryFolder } from "../rig/child.ts";
import { withPeers } from "../rig/requirements.ts";
import { run } from "../rig/run.ts";

const about = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Readonly<Record<string, unknown>>;
const { version } = about as { readonly version: string };
const release = (...args: readonly string[]) =>
  run(process.execPath, [join(root, "scripts", "release.mjs"), ...args], { timeoutMs: 500_000 });

describe("the facts of a release", () => {
  it("have the section of a version in the changelog, and nothing of others", () => {
    const text =
      "# Changelog\n\n## Unreleased\n\n- a\n\n## 1.1.0 / 2026-02-03\n\n- [FEATURE] b\n\n### c\n\n- d\n\n## 1.0.0 / 2026-01-01\n- e\n";
    expect(changelogSection("1.1.0", text)).toEqual({ date: "2026-02-03", text: "- [FEATURE] b\n\n### c\n\n- d\n" });
    expect(changelogSection("1.0.0", text)).toEqual({ date: "2026-01-01", text: "- e\n" });
    expect(() => changelogSection("1.2.0", text)).toThrow('no heading "## 1.2.0 / YYYY-MM-DD"');
    expect(() => changelogSection("1.0.0", "## 1.0.0 / soon\n")).toThrow("is not YYYY-MM-DD");
    expect(changelogSection(version).text.length).toBeGreaterThan(1000);
  });

  it("have a pre-release that sorts before its release", () => {
    expect(packageVersion("1.2.3")).toBe("1.2.3");
    expect(packageVersion("1.2.3-rc.1")).toBe("1.2.3~rc.1");
  });

  it("have one version everywhere", () => {
    expect(versionProblems()).toEqual([]);
  });

  it("are absent where only the owner of the project knows them, and are listed then", () => {
    const missing = unknownFacts().map(({ where }) => where.split(",")[0]);
    for (const name of ["repository", "homepage", "bugs", "author"])
      expect(missing.includes(`package.json: ${name}`), name).toBe(about[name] === undefined);
    const dockerfile = readFileSync(join(root, "Dockerfile"), "utf8");
    for (const name of ["BUILD_DIGEST", "BASE_DIGEST"])
      expect(missing.includes(`Dockerfile: ARG ${name}`)).toBe(
        !new RegExp(`^ARG ${name}="@sha256:`, "m").test(dockerfile),
      );
  });

  it("are required for a release: without them nothing is built", async () => {
    if (unknownFacts().length === 0) return; // everything is known: this would build the release
    const { path: folder, remove } = temporaryFolder("release");
    try {
      const result = await release("--out", folder);
      expect(result.code).toBe(1);
      for (const { where } of unknownFacts()) expect(result.stderr).toContain(`not known: ${where}`);
      expect(readdirSync(folder)).toEqual([]);
    } finally {
      remove();
    }
  });

  it("are not mixed with files of an earlier release, and options are checked", async () => {
    const { path: folder, remove } = temporaryFolder("release");
    try {
      mkdirSync(join(folder, "old"));
      expect(await release("--dry-run", "--out", folder)).toMatchObject({ code: 2 });
      expect(await release("--dryrun")).toMatchObject({ code: 2, stderr: expect.stringContaining("--dryrun") });
    } finally {
      remove();
    }
  });
});

withPeers(["dpkg-deb", "rpmbuild", "lintian", "groff", "systemd-analyze", "helm-4.1"], "a dry run", () => {
  beforeAll(() => builtMain(), 120_000);

  it("builds all files of a release and uses each", { timeout: 550_000 }, async () => {
    const { path: folder, remove } = temporaryFolder("release");
    try {
      const result = await release("--dry-run", "--out", folder);
      expect(result.code, result.stdout + result.stderr).toBe(0);
      expect(result.stdout).not.toContain("FAILED");
      for (const check of [
        "the npm package in an empty folder serves the demo",
        "the .deb installs and runs",
        "the .deb purges",
        "lintian accepts the .deb",
        "the .rpm installs and runs",
        "systemd-analyze verifies the unit",
        "the SBOM names all dependencies",
        "the checksums match",
      ])
        expect(result.stdout).toContain(`  ok    ${check}\n`);
      expect(readdirSync(folder).sort()).toEqual(
        [
          "SHA256SUMS",
          `lightsout-${version}-1.noarch.rpm`,
          `lightsout-${version}.cdx.json`,
          `lightsout-${version}.changes.md`,
          `lightsout-${version}.chart.tgz`,
          `lightsout-${version}.npm.tgz`,
          `lightsout_${version}-1_all.deb`,
        ].sort(),
      );
      for (const { where } of unknownFacts()) expect(result.stdout).toContain(where);

      // The same files with programs of their own.
      const sums = await run("/bin/sh", ["-c", `cd "${folder}" && sha256sum --check --strict SHA256SUMS`]);
      expect(sums.code, sums.stdout).toBe(0);
      const fields = await run("dpkg-deb", [
        "--field",
        join(folder, `lightsout_${version}-1_all.deb`),
        "Version",
        "Depends",
      ]);
      expect(fields.stdout).toBe(`Version: ${version}-1\nDepends: nodejs (>= 20)\n`);
      const contents = await run("dpkg-deb", ["--contents", join(folder, `lightsout_${version}-1_all.deb`)]);
      expect(contents.stdout).toMatch(/^drwx------ root\/root .* \.\/etc\/lightsout\/secrets\/$/m);
      expect(contents.stdout).not.toMatch(/node_modules\/(?:typescript|vitest)\//);
      // A changed file is noticed.
      writeFileSync(join(folder, `lightsout-${version}.changes.md`), "other\n");
      const changed = await run("/bin/sh", ["-c", `cd "${folder}" && sha256sum --check --quiet SHA256SUMS`]);
      expect(changed.code).toBe(1);
    } finally {
      remove();
    }
  });
});
