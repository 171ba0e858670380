/** The file tree of the Debian and RPM packages: the npm package with its dependencies, and what a system expects. */
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { builtManPage } from "../man-page.mjs";
import { root } from "../steps.mjs";
import { npm, run } from "./run.mjs";

const packaging = join(root, "packaging");
const COMPLETIONS = [
  ["bash", "usr/share/bash-completion/completions/lightsout"],
  ["zsh", "usr/share/zsh/site-functions/_lightsout"],
  ["fish", "usr/share/fish/vendor_completions.d/lightsout.fish"],
];
/** The program that the unit starts, in the npm installation of docs/install.md and in these packages. */
const NPM_MAIN = "/opt/lightsout/node_modules/lightsout/dist/cli/main.js";
const MAIN = "/usr/share/lightsout/dist/cli/main.js";

/**
 * Creates the tree in a folder.
 *
 * @param tarball of npm
 * @param date of the release, YYYY-MM-DD
 */
export async function fileTree(folder, { tarball, date }) {
  const put = (path, content, mode = 0o644) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content, { mode });
  };
  const program = join(folder, "usr/share/lightsout");
  mkdirSync(program, { recursive: true });
  await run("tar", ["-xzf", tarball, "-C", program, "--strip-components=1", "--no-same-owner"]);
  copyFileSync(join(root, "package-lock.json"), join(program, "package-lock.json"));
  await npm(["ci", "--omit=dev", "--ignore-scripts", "--prefix", program], { cwd: program });
  removeUnused(program);
  chmodSync(join(folder, MAIN), 0o755);
  mkdirSync(join(folder, "usr/bin"), { recursive: true });
  symlinkSync("../share/lightsout/dist/cli/main.js", join(folder, "usr/bin/lightsout"));

  const unit = readFileSync(join(packaging, "systemd/lightsout.service"), "utf8");
  if (!unit.includes(NPM_MAIN)) throw new Error(`packaging/systemd/lightsout.service does not start ${NPM_MAIN}`);
  put("usr/lib/systemd/system/lightsout.service", unit.replace(NPM_MAIN, MAIN));
  put("usr/lib/systemd/system/lightsout.socket", readFileSync(join(packaging, "systemd/lightsout.socket")));
  put("etc/lightsout/lightsout.yml", readFileSync(join(packaging, "linux/lightsout.yml")));
  put("etc/default/lightsout", readFileSync(join(packaging, "linux/default")));
  mkdirSync(join(folder, "etc/lightsout/secrets"), { mode: 0o700 });

  put("usr/share/man/man1/lightsout.1.gz", zipped(await builtManPage(date)));
  for (const [shell, path] of COMPLETIONS)
    put(path, await run(process.execPath, [join(root, "dist/cli/main.js"), "completion", shell]));
  const docs = "usr/share/doc/lightsout";
  put(`${docs}/copyright`, copyright(program, date));
  put(`${docs}/changelog.gz`, zipped(readFileSync(join(root, "CHANGELOG.md"), "utf8")));
  symlinkSync("../../lightsout/docs", join(folder, docs, "docs"));
  symlinkSync("../../lightsout/examples", join(folder, docs, "examples"));
  normalizeModes(folder);
}

/** Compressed without a time, so that two builds are equal. */
export const zipped = (text) => gzipSync(Buffer.from(text), { level: 9 });

/** Folders of a dependency that only its developers use, and files that no program reads at run time. */
const FOR_DEVELOPERS = /^(?:test|tests|docs?|examples?|benchmarks?|bin)$/;
const NOT_RUN = /^\.|\.d\.[cm]?ts$|\.map$|\.html$|\.sh$/;

/** Removes from each dependency what is not run; the checks start the program that remains. */
function removeFromDependencies(modules) {
  for (const name of readdirSync(modules)) {
    if (name.startsWith("@")) {
      removeFromDependencies(join(modules, name));
      continue;
    }
    for (const entry of readdirSync(join(modules, name), { withFileTypes: true }))
      if (entry.isDirectory() && FOR_DEVELOPERS.test(entry.name))
        rmSync(join(modules, name, entry.name), { recursive: true });
    for (const path of readdirSync(join(modules, name), { recursive: true, encoding: "utf8" }))
      if (NOT_RUN.test(basename(path))) rmSync(join(modules, name, path), { recursive: true, force: true });
  }
}

/** What the program does not read: files for npm, type declarations, and what other installations need. */
function removeUnused(program) {
  for (const name of ["package-lock.json", "packaging", "CHANGELOG.md", "LICENSE", "node_modules/.package-lock.json"])
    rmSync(join(program, name), { recursive: true, force: true });
  rmSync(join(program, "node_modules/.bin"), { recursive: true, force: true });
  for (const name of readdirSync(join(program, "dist"), { recursive: true, encoding: "utf8" }))
    if (name.endsWith(".d.ts")) rmSync(join(program, "dist", name));
  removeFromDependencies(join(program, "node_modules"));
  // Commands of dependencies.
  for (const name of ["pino/bin.js", "yaml/bin.mjs"]) rmSync(join(program, "node_modules", name), { force: true });
}

/** Modes must not depend on the umask, nor on what other packages shipped. */
function normalizeModes(folder) {
  const executable = new Set([join(folder, MAIN)]);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    if (entry.isDirectory()) chmodSync(path, path.endsWith("etc/lightsout/secrets") ? 0o700 : 0o755);
    else if (entry.isFile()) chmodSync(path, executable.has(path) ? 0o755 : 0o644);
  }
  chmodSync(folder, 0o755);
}

/** The licences in the machine-readable format of Debian: ours, and those of the dependencies. */
function copyright(program, date) {
  const modules = join(program, "node_modules");
  const names = readdirSync(modules).flatMap((name) =>
    name.startsWith("@") ? readdirSync(join(modules, name)).map((one) => `${name}/${one}`) : [name],
  );
  const parts = names.map((name) => {
    const { license, author } = JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8"));
    const holder = (typeof author === "object" ? author.name : author)?.replace(/ [<(].*/, "") || `authors of ${name}`;
    return `Files: usr/share/lightsout/node_modules/${name}/*\nCopyright: ${holder}\nLicense: ${license}\n`;
  });
  const licences = [...new Set(parts.map((part) => /License: (.*)/.exec(part)?.[1]))].filter(
    (one) => one !== "Apache-2.0",
  );
  return [
    "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: lightsout\n",
    `Files: *\nCopyright: ${date.slice(0, 4)} the authors of lightsout\nLicense: Apache-2.0\n`,
    ...parts,
    "License: Apache-2.0\n On Debian systems, /usr/share/common-licenses/Apache-2.0 has the full text.\n",
    ...licences.map(
      (name) => `License: ${name}\n The packages in /usr/share/lightsout/node_modules contain the full text.\n`,
    ),
  ].join("\n");
}

/** A copy of a tree; the file systems of both are the same, so links stay links. */
export const copyTree = (from, to) => cpSync(from, to, { recursive: true, verbatimSymlinks: true });
