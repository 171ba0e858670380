/**
 * `npm run release`: builds and checks everything that a release consists of, in release/. It publishes nothing.
 *
 *   npm run release -- --dry-run     lists what only the owner of the project knows, e.g. its address, and goes on
 *   npm run release                  needs these facts, a clean checkout and the tag vVERSION
 *   --out FOLDER                     another folder instead of release/; it must be empty or absent
 */
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { fetched, fetchedPath, fetchProgram } from "./fetched.mjs";
import * as checks from "./release/checks.mjs";
import { debianPackage } from "./release/deb.mjs";
import { about, changelogSection, unknownFacts, versionProblems } from "./release/facts.mjs";
import { rpmPackage } from "./release/rpm.mjs";
import { npm, run } from "./release/run.mjs";
import { bill } from "./release/sbom.mjs";
import { fileTree } from "./release/tree.mjs";
import { currentBuild, installed, nodePackages, root } from "./steps.mjs";

/** Runs a step and prints its result. @throws Error that names the step */
async function step(title, action) {
  try {
    const result = await action();
    console.log(`  ok    ${title}`);
    return result;
  } catch (error) {
    throw new Error(`${title}: ${error.message}`, { cause: error });
  }
}

/** Helm of this machine, or the one that the tests use. */
async function findHelm() {
  if (installed("helm")) return "helm";
  const one = fetched.find(({ program }) => program.startsWith("helm-4"));
  if (!existsSync(fetchedPath(one.program))) await fetchProgram(one);
  return fetchedPath(one.program);
}

/** Problems of the checkout: a release is built from the commit of its tag. */
async function checkoutProblems(version) {
  const git = (...args) => run("git", args, { cwd: root }).then((text) => text.trim());
  const [changes, tags] = [await git("status", "--porcelain"), await git("tag", "--points-at", "HEAD")];
  return [
    ...(changes === "" ? [] : ["the checkout has changes that are not committed"]),
    ...(tags.split("\n").includes(`v${version}`) ? [] : [`the commit does not have the tag v${version}`]),
  ];
}

/** Builds all files in a folder and checks them. */
async function build(work, out, dryRun) {
  const { version } = about();
  const { date, text } = await step("CHANGELOG.md has a section of this version", () => changelogSection(version));
  const epoch = String(Date.parse(`${date}T00:00:00Z`) / 1000);
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, `lightsout-${version}.changes.md`), text);

  console.log("build");
  await step("dist", async () => {
    // A release has nothing of earlier builds. A dry run must not remove programs that tests are using.
    if (!dryRun) rmSync(join(root, "dist"), { recursive: true, force: true });
    if ((await currentBuild()) !== 0) throw new Error("npm run build failed");
  });
  const tarball = await step("npm package", async () => {
    // --ignore-scripts: dist has just been built.
    const [{ filename }] = JSON.parse(
      await npm(["pack", root, "--ignore-scripts", "--json", "--pack-destination", work]),
    );
    const file = join(out, `lightsout-${version}.npm.tgz`);
    renameSync(join(work, filename), file);
    return file;
  });
  const tree = join(work, "tree");
  await step("file tree with manual page and completions", () => fileTree(tree, { tarball, date }));
  const deb = await step("Debian package", () => debianPackage(tree, work, out, { date, epoch }));
  const rpm = await step("RPM package", () => rpmPackage(tree, work, out, { epoch }));
  const helm = await findHelm();
  const chart = await step("chart", async () => {
    await run(helm, ["package", join(root, "helm/lightsout"), "--destination", work]);
    const file = join(out, `lightsout-${version}.chart.tgz`);
    renameSync(join(work, `lightsout-${version}.tgz`), file);
    return file;
  });
  const sbom = join(out, `lightsout-${version}.cdx.json`);
  await step("SBOM", async () => writeFileSync(sbom, await bill(work)));
  await step("checksums", () => {
    const lines = readdirSync(out)
      .sort()
      .map((name) => {
        const digest = createHash("sha256")
          .update(readFileSync(join(out, name)))
          .digest("hex");
        return `${digest}  ${name}\n`;
      });
    writeFileSync(join(out, "SHA256SUMS"), lines.join(""));
  });

  console.log("check");
  await step("all names have the version", () => checks.namesHaveVersion([tarball, deb, rpm, chart, sbom]));
  await step("the image gets all files that it copies", () => checks.imageContextIsComplete());
  await step("the npm package in an empty folder serves the demo", () => checks.tarballServes(tarball, work));
  const debRoot = await step("the .deb installs and runs", () => checks.debInstalls(deb, work));
  await step("lintian accepts the .deb", () => checks.lintianAccepts(deb));
  await step("the .rpm installs and runs", () => checks.rpmInstalls(rpm, work));
  await step("systemd-analyze verifies the unit", () => checks.unitVerifies(debRoot, work));
  await step("groff renders the manual page", () => checks.manPageRenders(debRoot, work));
  await step("the .deb purges", () => checks.debPurges(debRoot));
  await step("the chart passes lint and renders", () => checks.chartRenders(chart, helm));
  await step("the SBOM names all dependencies", () => checks.sbomIsComplete(sbom));
  await step("the checksums match", () => checks.sumsMatch(out));
}

/** @throws Error if an argument is unknown */
function optionsOf(args) {
  const { values } = parseArgs({ args, options: { "dry-run": { type: "boolean" }, out: { type: "string" } } });
  const ours = join(root, "release");
  return { dryRun: values["dry-run"] === true, out: resolve(values.out ?? ours), isOurs: values.out === undefined };
}

async function main(args) {
  let options;
  try {
    options = optionsOf(args);
  } catch (error) {
    console.error(`release: ${error.message}`);
    return 2;
  }
  const { dryRun, out, isOurs } = options;
  if (isOurs) rmSync(out, { recursive: true, force: true });
  else if (existsSync(out) && readdirSync(out).length > 0) {
    console.error(`release: ${out} is not empty`);
    return 2;
  }
  const { version } = about();
  console.log(`lightsout ${version}${dryRun ? ", dry run" : ""}`);
  const missing = checks.missingPrograms();
  const problems = [
    ...(missing.length === 0
      ? []
      : [`not installed: ${missing.join(", ")}; npm test installs them on Debian, as root`]),
    ...versionProblems(),
    ...(dryRun ? [] : await checkoutProblems(version)),
  ];
  const unknown = unknownFacts();
  if (!dryRun) problems.push(...unknown.map(({ where, how }) => `not known: ${where}; ${how}`));
  if (problems.length > 0) {
    for (const problem of problems) console.error(`  problem: ${problem}`);
    return 1;
  }
  if ((await nodePackages()) !== 0) return 1;
  const work = mkdtempSync(join(tmpdir(), "lightsout-release-"));
  try {
    await build(work, out, dryRun);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  console.log(`\nfiles in ${relative(process.cwd(), out) || "."}:`);
  for (const name of readdirSync(out)) console.log(`  ${name}`);
  if (unknown.length > 0) {
    console.log("\nA release also needs facts that are not known yet:");
    for (const { where, how } of unknown) console.log(`  ${where}\n      ${how}`);
  }
  return 0;
}

process.exitCode = await main(process.argv.slice(2)).catch((error) => {
  console.error(`  FAILED ${error.message}`);
  return 1;
});
