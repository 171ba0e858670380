import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ConfigError, type ConvertedConfig, convertIpmiExporter, formatProblem } from "../config/index.ts";

/** Folder of the passwords in the converted configuration if no other is given. */
const DEFAULT_FOLDER = "secrets";

/**
 * Converts a configuration file of ipmi_exporter and prints the result. Passwords are never printed: they are written to
 * files in `secretsDir`, or not at all if it is undefined. Returns the exit code.
 */
export async function convertConfig(file: string, secretsDir: string | undefined): Promise<number> {
  let converted: ConvertedConfig;
  try {
    converted = convertIpmiExporter(await readFile(file, "utf8"), file, secretsDir ?? DEFAULT_FOLDER);
  } catch (error) {
    const lines = error instanceof ConfigError ? error.problems.map(formatProblem) : [cannot("read", file, error)];
    for (const line of lines) process.stderr.write(`${line}\n`);
    return 1;
  }
  for (const note of converted.notes) process.stderr.write(`${formatProblem(note)}\n`);
  if (secretsDir !== undefined && !(await writeSecrets(converted, secretsDir))) return 1;
  process.stdout.write(converted.text);
  if (secretsDir === undefined)
    process.stderr.write(
      `lightsout: passwords are not printed; --secrets-dir ${DEFAULT_FOLDER} writes them to the files that the configuration names\n`,
    );
  return 0;
}

/** Writes files that only the owner can read. Never overwrites a file, which may be newer than the old configuration. */
async function writeSecrets({ secrets }: ConvertedConfig, folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    process.stderr.write(`${cannot("create", folder, error)}\n`);
    return false;
  }
  let good = true;
  for (const [name, secret] of secrets) {
    try {
      await writeFile(join(folder, name), secret.revealBytes(), { mode: 0o600, flag: "wx" });
    } catch (error) {
      good = false;
      process.stderr.write(`${cannot("write", join(folder, name), error)}\n`);
    }
  }
  return good;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  EACCES: "permission denied",
  EEXIST: "it exists already; remove it, or give another folder",
  ENOTDIR: "this is not a folder",
  EISDIR: "this is a folder",
};

function cannot(what: string, path: string, error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? "unknown reason";
  return `${path}: cannot ${what} it: ${REASONS[code] ?? code}`;
}
