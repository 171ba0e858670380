import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { buildConfig } from "./build.ts";
import { type CheckOptions, checkRelations } from "./checks.ts";
import type { Config } from "./config.ts";
import { isIpmiExporterFile, translateIpmiExporter } from "./ipmi-exporter.ts";
import { inOrder, problemsOf } from "./issues.ts";
import { configJsonSchema } from "./json-schema.ts";
import { ConfigError, type ConfigProblem } from "./problem.ts";
import { loadRoleRules } from "./role-rules.ts";
import type { RuleFile } from "./rule-file.ts";
import { fileSchema } from "./schema.ts";
import { sentence } from "./sentences.ts";
import { loadSeverityRules, type SeverityVocabulary } from "./severity-rules.ts";
import { ConfigSource } from "./source.ts";

const HOLDERS_OF_SECRETS = /^(auths|http_sd|events|cluster|traps)$/;

interface ParseOptions extends CheckOptions {
  /** File of the text. Problems name it, and paths are relative to its folder. */
  readonly path: string;
}

/**
 * Reads a configuration file and its rule files, but not the files of secrets. If `env` is given, variables that the
 * file names must be set in it. Throws ConfigError, also if a file cannot be read.
 */
export async function loadConfig(
  path: string,
  env?: CheckOptions["env"],
  options: Pick<CheckOptions, "knownQuirks"> & SeverityVocabulary = {},
): Promise<Config> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const message = code === "ENOENT" ? "no such file" : `cannot be read (${code ?? "unknown reason"})`;
    throw new ConfigError([{ file: path, line: 0, column: 0, path: "", message }], { cause });
  }
  const config = parseConfig(text, { ...options, path, env });
  const filesOf = (section: "roles" | "severities"): RuleFile[] =>
    config[section].files.map((file, i) => ({
      path: file,
      problem: (message) => config.source.problem([section, "files", i], message),
    }));
  const problems: ConfigProblem[] = [];
  const loaded = async <T>(rules: Promise<readonly T[]>): Promise<readonly T[]> => {
    try {
      return await rules;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(...error.problems);
      return [];
    }
  };
  const roles = await loaded(loadRoleRules(filesOf("roles"), options));
  const severities = await loaded(loadSeverityRules(filesOf("severities"), options));
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    ...config,
    roles: { ...config.roles, rules: roles },
    severities: { ...config.severities, rules: severities },
  };
}

/**
 * The configuration in `text` with all defaults. Throws a ConfigError with all errors, in the order of the file.
 */
export function parseConfig(text: string, options: ParseOptions): Config {
  const source = new ConfigSource(text, options.path);
  const values = source.values();
  const foreign = isIpmiExporterFile(values) ? translateIpmiExporter(values, source) : undefined;
  const raw = withoutEmptySections(foreign?.file ?? values);
  const result = fileSchema.safeParse(raw, { error: (issue) => sentence(issue) });
  const issues = result.success ? [] : result.error.issues;
  // Created once, since a file of another program has an issue in each line.
  const shape = issues.length > 0 ? { schema: configJsonSchema(), secretive: HOLDERS_OF_SECRETS } : undefined;
  const problems = [
    ...(shape ? issues.flatMap((issue) => problemsOf(issue, raw, source, shape)) : []),
    ...checkRelations(raw, source, options),
  ];
  if (!result.success || problems.length > 0) throw new ConfigError(inOrder(problems));
  const config = {
    ...buildConfig(result.data, source, resolve(options.path, ".."), raw),
    // Nothing, or comments only; {} holds a configuration without hosts.
    isEmpty: values === null || values === undefined,
  };
  return foreign ? { ...config, foreign: true, notes: foreign.notes } : config;
}

/** `targets:` without a value is an empty section, and `modules: { slow: }` a module with all defaults. */
function withoutEmptySections(raw: unknown): unknown {
  if (raw === null || raw === undefined) return {};
  if (typeof raw !== "object" || Array.isArray(raw)) return raw;
  const sections = Object.entries(raw).filter(([, value]) => value !== null);
  return Object.fromEntries(
    sections.map(([key, value]) => [key, key === "modules" ? emptyForNull(value) : value] as const),
  );
}

function emptyForNull(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, member ?? {}]));
}
