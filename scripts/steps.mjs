/**
 * Steps shared by `npm start`, `npm test` and `npm run bench`: install npm packages if needed, build if needed, run a
 * program with its output shown. Uses only Node.js itself, because it runs before anything is installed.
 */
import { spawn } from "node:child_process";
import { accessSync, constants, readdirSync, statSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** When a file last changed, in ms; undefined if it does not exist. */
export function changedAt(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

/** The newest change of any file below a folder, in ms. */
export function newestIn(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((newest, entry) => Math.max(newest, changedAt(join(entry.parentPath ?? entry.path, entry.name)) ?? 0), 0);
}

/** Whether a program is installed. Also looks in sbin, which is not in every user's PATH. */
export function installed(program) {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"].filter((f) => f !== "");
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Runs a program without input and shows its output. Resolves to its exit code; 1 after a signal or if it does not exist. */
export function show(program, args, env = {}) {
  return new Promise((done) => {
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ["ignore", "inherit", "inherit"],
    });
    const forward = (signal) => child.kill(signal);
    process.on("SIGTERM", forward);
    const end = (code) => {
      process.off("SIGTERM", forward);
      done(code);
    };
    child.once("error", (error) => {
      console.error(`${program}: ${error.message}`);
      end(1);
    });
    child.once("close", (code) => end(code ?? 1));
  });
}

/** Runs npm; the same npm that runs this script, if any, since npm may not be in PATH. */
export function npm(...args) {
  const self = process.env.npm_execpath;
  return self?.endsWith(".js") ? show(process.execPath, [self, ...args]) : show("npm", args);
}

/** Installs npm packages if there are none or the lock file is newer. Resolves to an exit code. */
export async function nodePackages() {
  const have = changedAt(join(root, "node_modules", ".package-lock.json"));
  const want = changedAt(join(root, "package-lock.json"));
  if (have !== undefined && (want === undefined || have >= want)) return 0;
  console.log("Installing npm packages (npm ci) ...");
  return npm("ci");
}

/** Builds dist/ if it is missing or older than its sources. Resolves to an exit code. */
export async function currentBuild() {
  const built = changedAt(join(root, "dist", "cli", "main.js"));
  const sources = Math.max(newestIn(join(root, "src")), changedAt(join(root, "tsconfig.build.json")) ?? 0);
  if (built !== undefined && built >= sources) return 0;
  console.log("Building (npm run build) ...");
  return npm("run", "--silent", "build");
}
