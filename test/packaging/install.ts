import { cpSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "../e2e/build.ts";
import { type RunResult, run, runOrFail } from "../rig/run.ts";

/** npm in a folder; without an outer npm's settings, which would send it to another one. */
export function npm(folder: string, ...args: readonly string[]): Promise<RunResult> {
  const outer = Object.keys(process.env).filter((name) => /^npm_(config_(local_)?prefix|package_)/.test(name));
  const env = Object.fromEntries(outer.map((name) => [name, undefined]));
  const quiet = ["--prefer-offline", "--no-audit", "--no-fund", "--no-update-notifier"];
  return run("npm", ["--prefix", folder, ...args, ...quiet], { env, timeoutMs: 90_000 });
}

/**
 * The folder of the package, installed from its tarball into an empty folder. Where neither cache nor registry has its
 * dependencies they are links to ours, and a warning says so.
 */
export async function installTarball(tarball: string, folder: string): Promise<string> {
  const installed = join(folder, "node_modules", "lightsout");
  const result = await npm(folder, "install", tarball);
  if (result.code === 0) return installed;
  console.warn(`npm install of the tarball failed, its dependencies are linked instead: ${firstError(result)}`);
  mkdirSync(installed, { recursive: true });
  await runOrFail("tar", ["-xzf", tarball, "-C", installed, "--strip-components=1"]);
  linkDependencies(join(folder, "node_modules"));
  mkdirSync(join(folder, "node_modules", ".bin"), { recursive: true });
  symlinkSync("../lightsout/dist/cli/main.js", join(folder, "node_modules", ".bin", "lightsout"));
  return installed;
}

/** What `npm ci --omit=dev` puts into a folder with our package.json; linked, with a warning, where it cannot. */
export async function productionDependencies(folder: string): Promise<void> {
  const result = await npm(folder, "ci", "--omit=dev");
  if (result.code === 0) return;
  console.warn(`npm ci failed, the dependencies are linked instead: ${firstError(result)}`);
  linkDependencies(join(folder, "node_modules"));
}

const firstError = ({ stderr }: RunResult): string => stderr.split("\n").find((line) => line.includes("error")) ?? "";

/** Copies of the direct dependencies would miss their own: a link finds these beside where it leads. */
function linkDependencies(target: string): void {
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { dependencies: object };
  for (const name of Object.keys(dependencies)) {
    mkdirSync(dirname(join(target, name)), { recursive: true });
    symlinkSync(join(root, "node_modules", name), join(target, name));
  }
}

/** Copies files and folders of the project to where a COPY instruction puts them. */
export function copyInto(folder: string, sources: readonly string[], from: string, target: string): void {
  for (const source of sources) {
    const into = target.endsWith("/") ? join(folder, target, source.split("/").at(-1) ?? "") : join(folder, target);
    mkdirSync(dirname(into), { recursive: true });
    cpSync(join(from, source), into, { recursive: true });
  }
}
