import { type ConfigError, formatProblem } from "../config/index.ts";

/** What would do, for a configuration file that could not be read at all. */
const REMEDIES: Readonly<Record<string, string>> = {
  ENOENT: "give --config.file, or set LIGHTSOUT_CONFIG",
  EISDIR: "this is a folder; give the file in it",
  EACCES: "this user may not read it",
};

/** The problems of a configuration, a line each, with what would do where the file itself is the problem. */
export function problemLines(error: ConfigError): readonly string[] {
  const code = error.cause instanceof Error && "code" in error.cause ? String(error.cause.code) : "";
  const remedy = REMEDIES[code];
  return error.problems.map((problem) => {
    const aboutFile = problem.line === 0 && problem.path === "";
    return aboutFile && remedy !== undefined ? `${formatProblem(problem)}; ${remedy}` : formatProblem(problem);
  });
}
