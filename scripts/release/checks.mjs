/** Checks of built release files: each is installed and used as on a target machine. A check throws Error if it fails. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { installed, root } from "../steps.mjs";
import { about, maintainer, packageVersion } from "./facts.mjs";
import { npm, run } from "./run.mjs";

function need(good, problem) {
  if (!good) throw new Error(problem);
}

/** A TCP port of 127.0.0.1 that was free a moment ago. */
const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

const MEANWHILE_MS = 90_000;

/** Installs the tarball into an empty folder and runs its demo. */
export async function tarballServes(tarball, work) {
  const folder = join(work, "install");
  mkdirSync(folder);
  await npm(["install", "--omit=dev", "--prefix", folder, tarball], { cwd: folder });
  await demoServes(join(folder, "node_modules/.bin/lightsout"), folder);
}

/** Runs the demo of an installed program and requests metrics and a runbook. */
async function demoServes(bin, folder) {
  const [web, control] = [await freePort(), await freePort()];
  const args = ["demo", "--web.listen-address", `127.0.0.1:${web}`, "--control-port", String(control)];
  const child = spawn(bin, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text) => {
      output = (output + text).slice(-5000);
    });
  let ended = false;
  const end = new Promise((resolve) => {
    child.once("error", (error) => {
      output += error.message;
    });
    child.once("close", () => {
      ended = true;
      resolve();
    });
  });
  try {
    const get = (path) =>
      fetch(`http://127.0.0.1:${web}${path}`).then(
        (answer) => answer.text(),
        () => "",
      );
    const deadline = performance.now() + MEANWHILE_MS;
    while (!/^bmc_up\{.*\} 1$/m.test(await get("/metrics"))) {
      need(!ended && performance.now() < deadline, `the demo serves no host:\n${output}`);
      await sleep(200);
    }
    need((await get("/runbooks/FanFailed")).includes("<h1>FanFailed</h1>"), "the demo does not serve runbooks");
    need(!output.includes("npm start"), 'the demo of an installed package prints "npm start"');
  } finally {
    child.kill("SIGTERM");
    const late = setTimeout(() => child.kill("SIGKILL"), 15_000);
    await end;
    clearTimeout(late);
  }
}

/** The installed program in a root folder prints the version of the package and the rules, and serves its demo. */
async function works(rootFolder) {
  const text = await run(join(rootFolder, "usr/bin/lightsout"), ["--version"]);
  need(text.trim() === about().version, `lightsout --version prints ${JSON.stringify(text)}`);
  const rules = await run(join(rootFolder, "usr/bin/lightsout"), ["rules"]);
  need(rules.includes("alert: FanFailed"), "lightsout rules prints no alerts");
  await demoServes(join(rootFolder, "usr/bin/lightsout"), rootFolder);
}

const EXPECTED = [
  "etc/default/lightsout",
  "etc/lightsout/lightsout.yml",
  "etc/lightsout/secrets",
  "usr/bin/lightsout",
  "usr/lib/systemd/system/lightsout.service",
  "usr/lib/systemd/system/lightsout.socket",
  "usr/share/bash-completion/completions/lightsout",
  "usr/share/doc/lightsout/copyright",
  "usr/share/fish/vendor_completions.d/lightsout.fish",
  "usr/share/man/man1/lightsout.1.gz",
  "usr/share/zsh/site-functions/_lightsout",
];

function hasFiles(rootFolder) {
  for (const path of EXPECTED) need(existsSync(join(rootFolder, path)), `the package does not install /${path}`);
  const { mode } = lstatSync(join(rootFolder, "etc/lightsout/secrets"));
  need((mode & 0o777) === 0o700, "/etc/lightsout/secrets must have the mode 0700");
}

/** Installs the .deb into a root folder of its own; returns that folder. */
export async function debInstalls(deb, work) {
  const folder = join(work, "deb-root");
  mkdirSync(join(folder, "var/lib/dpkg/updates"), { recursive: true });
  mkdirSync(join(folder, "var/lib/dpkg/info"));
  for (const name of ["status", "available"]) writeFileSync(join(folder, "var/lib/dpkg", name), "");
  // Its scripts run here and not in the folder, which has no shell; its dependency nodejs is not in the folder, either.
  const force = ["--force-script-chrootless", "--force-depends", "--force-not-root"];
  await run("dpkg", [`--root=${folder}`, "--log=/dev/null", ...force, "--install", deb]);
  hasFiles(folder);
  await works(folder);
  const state = await run("dpkg-query", [
    `--admindir=${join(folder, "var/lib/dpkg")}`,
    "--show",
    `--showformat=\${Status}`,
    "lightsout",
  ]);
  need(state === "install ok installed", `dpkg reports "${state}"`);
  await run(join(folder, "usr/bin/lightsout"), ["config", "check", join(folder, "etc/lightsout/lightsout.yml")]);
  return folder;
}

/** Purging the .deb leaves none of its files; its scripts run for this root folder only. */
export async function debPurges(folder) {
  writeFileSync(join(folder, "etc/lightsout/secrets/default"), "secret\n");
  const force = ["--force-script-chrootless", "--force-not-root"];
  await run("dpkg", [`--root=${folder}`, "--log=/dev/null", ...force, "--purge", "lightsout"]);
  for (const path of ["etc/lightsout", "etc/default/lightsout", "usr/bin/lightsout", "usr/share/lightsout"])
    need(!existsSync(join(folder, path)), `/${path} remains after a purge`);
}

/** Installs the RPM into a root folder of its own. */
export async function rpmInstalls(rpm, work) {
  const folder = join(work, "rpm-root");
  mkdirSync(folder);
  const args = ["--root", folder, "--nodeps", "--noscripts", "--ignorearch", "--install", rpm];
  await run("rpm", args);
  hasFiles(folder);
  await works(folder);
  const config = await run("rpm", ["-qpc", rpm]);
  need(config.includes("/etc/lightsout/lightsout.yml"), "the RPM does not mark its configuration files");
}

/** systemd-analyze verify on the unit and the socket that a package installed. */
export async function unitVerifies(rootFolder, work) {
  const folder = join(work, "units");
  mkdirSync(folder);
  const names = ["lightsout.service", "lightsout.socket"];
  for (const name of names) {
    const text = readFileSync(join(rootFolder, "usr/lib/systemd/system", name), "utf8");
    // It also checks that the program exists.
    writeFileSync(join(folder, name), text.replace("/usr/bin/node", process.execPath));
  }
  const files = names.map((name) => join(folder, name));
  await run("systemd-analyze", ["verify", "--man=no", "--no-pager", ...files]);
  const [, main] = /^ExecStart=\S+ (\S+)/m.exec(
    readFileSync(join(rootFolder, "usr/lib/systemd/system/lightsout.service"), "utf8"),
  );
  need(existsSync(join(rootFolder, main)), `the unit starts ${main}, which the package does not install`);
}

/** Tags of lintian about what only an author can give. */
const OF_AN_AUTHOR = ["no-maintainer-field", "malformed-contact", "no-changelog", "debian-changelog-file-missing"];

/** lintian without errors; without an author, its errors about the maintainer are left to the list of unknown facts. */
export async function lintianAccepts(deb) {
  const suppressed = maintainer() === undefined ? ["--suppress-tags", OF_AN_AUTHOR.join(",")] : [];
  await run("lintian", ["--allow-root", "--fail-on", "error", "--tag-display-limit", "0", ...suppressed, deb]);
}

/** groff renders the manual page without a warning. */
export async function manPageRenders(rootFolder, work) {
  const page = join(work, "lightsout.1");
  writeFileSync(page, await run("gzip", ["-dc", join(rootFolder, "usr/share/man/man1/lightsout.1.gz")]));
  const text = await run("groff", ["-man", "-Tutf8", "-ww", page]);
  for (const word of ["serve", "simulate", "rules"]) need(text.includes(word), `the manual page lacks ${word}`);
}

/** The SBOM names every production dependency of the lock file with its version, and nothing else. */
export function sbomIsComplete(file) {
  const { bomFormat, components, metadata } = JSON.parse(readFileSync(file, "utf8"));
  const { name: own, version } = metadata.component;
  need(`${own}@${version}` === `lightsout@${about().version}`, `the SBOM is about ${own}@${version}`);
  need(bomFormat === "CycloneDX", "the SBOM is not in the format CycloneDX");
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  const expected = Object.entries(packages)
    .filter(([path, { dev, optional }]) => path !== "" && !dev && !optional)
    .map(([path, one]) => `${path.replace(/^.*node_modules\//, "")}@${one.version}`);
  const listed = components.map(({ group, name, version }) => `${group ? `${group}/` : ""}${name}@${version}`);
  const missing = expected.filter((one) => !listed.includes(one));
  const others = listed.filter((one) => !expected.includes(one));
  need(missing.length === 0, `the SBOM lacks ${missing.join(", ")}`);
  need(others.length === 0, `the SBOM has ${others.join(", ")}, which no installation has`);
  need(expected.length > 20, "the lock file has no dependencies");
}

/** Every file of the folder is in SHA256SUMS with its digest. */
export function sumsMatch(folder) {
  const lines = readFileSync(join(folder, "SHA256SUMS"), "utf8").trim().split("\n");
  const sums = new Map(lines.map((line) => line.split("  ").reverse()));
  const files = readdirSync(folder).filter((name) => name !== "SHA256SUMS");
  need(sums.size === files.length, "SHA256SUMS does not name every file");
  for (const name of files) {
    const digest = createHash("sha256")
      .update(readFileSync(join(folder, name)))
      .digest("hex");
    need(sums.get(name) === digest, `SHA256SUMS: the digest of ${name} differs`);
  }
}

/** The packaged chart passes lint and renders the image of this version. */
export async function chartRenders(chart, helm) {
  const set = ["--set", "image.repository=registry.example.org/lightsout"];
  await run(helm, ["lint", "--strict", chart, ...set]);
  const text = await run(helm, ["template", "lightsout", chart, ...set, "--set", "prometheusRule.enabled=true"]);
  need(text.includes(`registry.example.org/lightsout:${about().version}`), "the chart renders another version");
  need(text.includes("alert: FanFailed"), "the packaged chart has no rules");
}

/** Every file that the Dockerfile copies exists and is in the build context; nothing else is. */
export function imageContextIsComplete() {
  const dockerfile = readFileSync(join(root, "Dockerfile"), "utf8");
  const admitted = readFileSync(join(root, ".dockerignore"), "utf8").match(/(?<=^!).+$/gm) ?? [];
  const sources = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, words]) => words.split(/ +/));
  for (const source of sources) {
    need(existsSync(join(root, source)), `the Dockerfile copies ${source}, which does not exist`);
    need(admitted.includes(source), `.dockerignore does not admit ${source}`);
  }
  for (const path of admitted) need(sources.includes(path), `.dockerignore admits ${path}, which is not copied`);
}

/** The names of the files have the version. */
export function namesHaveVersion(files) {
  const { version } = about();
  for (const file of files) {
    const name = basename(file);
    need(name.includes(version) || name.includes(packageVersion(version)), `${name} lacks the version ${version}`);
  }
}

/** The programs of these checks that are not installed. */
export const missingPrograms = () =>
  ["dpkg", "dpkg-deb", "rpmbuild", "rpm", "lintian", "systemd-analyze", "groff", "tar"].filter(
    (one) => !installed(one),
  );
