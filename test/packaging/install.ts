import { cpSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "../e2e/build.ts";
import { type RunResult, run, runOrFail } from "../rig/run.ts";

/** Runs npm in a folder, without the settings of an outer npm, which would make it use another folder. */
export function npm(folder: string, ...args: readonly string[]): Promise<RunResult> {
  const outer = Object.keys(process.env).filter((name) => /^npm_(config_(local_)?prefix|package_)/.test(name));
  const env = Object.fromEntries(outer.map((name) => [name, undefined]));
  const quiet = ["--prefer-offline", "--no-audit", "--no-fund", "--no-update-notifier"];
  return run("npm", ["--prefix", folder, ...args, ...quiet], { env, timeoutMs: 90_000 });
}

/**
 * Installs the package from its tarball into an empty folder and returns the package's folder. If the dependencies are
 * neither in the cache nor in the registry, links to our own are made instead, with a warning.
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

/** Runs `npm ci --omit=dev` in a folder with our package.json; if that fails, links our dependencies, with a warning. */
export async function productionDependencies(folder: string): Promise<void> {
  const result = await npm(folder, "ci", "--omit=dev");
  if (result.code === 0) return;
  console.warn(`npm ci failed, the dependencies are linked instead: ${firstError(result)}`);
  linkDependencies(join(folder, "node_modules"));
}

const firstError = ({ stderr }: RunResult): string => stderr.split("\n").find((line) => line.includes("error")) ?? "";

/** Links, because copies of the direct dependencies would not find their own dependencies. */
function linkDependencies(target: string): void {
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { dependencies: object };
  for (const name of Object.keys(dependencies)) {
    mkdirSync(dirname(join(target, name)), { recursive: true });
    symlinkSync(join(root, "node_modules", name), join(target, name));
  }
}

/** Copies files and folders as a COPY instruction does. */
export function copyInto(folder: string, sources: readonly string[], from: string, target: string): void {
  for (const source of sources) {
    const into = target.endsWith("/") ? join(folder, target, source.split("/").at(-1) ?? "") : join(folder, target);
    mkdirSync(dirname(into), { recursive: true });
    cpSync(join(from, source), into, { recursive: true });
  }
}
