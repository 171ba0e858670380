import { type ConfigError, formatProblem } from "../config/index.ts";

/** Remedies for configuration files that cannot be read, by error code. */
const REMEDIES: Readonly<Record<string, string>> = {
  ENOENT: "give --config.file, or set LIGHTSOUT_CONFIG",
  EISDIR: "this is a folder; give the file in it",
  EACCES: "this user has no permission to read it",
};

/** The problems of a configuration, one line each, with a remedy if the file itself cannot be read. */
export function problemLines(error: ConfigError): readonly string[] {
  const code = error.cause instanceof Error && "code" in error.cause ? String(error.cause.code) : "";
  const remedy = REMEDIES[code];
  return error.problems.map((problem) => {
    const aboutFile = problem.line === 0 && problem.path === "";
    return aboutFile && remedy !== undefined ? `${formatProblem(problem)}; ${remedy}` : formatProblem(problem);
  });
}
