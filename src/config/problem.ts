/** Position in a file; both numbers start at 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Keys and indices from the root of the document to a value. */
export type ConfigPath = readonly (string | number)[];

/** One error of a configuration. `message` never holds a secret. */
export interface ConfigProblem extends Position {
  readonly file: string;
  /** `targets[2].adress`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
}

/** An invalid configuration, with all its errors in the order of the file. */
export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[];

  constructor(all: readonly ConfigProblem[], options: { cause?: unknown } = {}) {
    const problems = listed(all);
    super(problems.map(formatProblem).join("\n"), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "ConfigError";
    this.problems = problems;
  }
}

/** A file of another program has an error in each line; more would make the log unreadable. */
const MOST_PROBLEMS = 200;

function listed(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  const rest = problems.slice(MOST_PROBLEMS);
  const [first] = rest;
  if (!first) return problems;
  const message = `and ${rest.length} more problems; is this the right file?`;
  return [...problems.slice(0, MOST_PROBLEMS), { file: first.file, line: 0, column: 0, path: "", message }];
}

/** `lightsout.yml:12:5: targets[2].adress: unknown key; did you mean "address"?` */
export function formatProblem(problem: ConfigProblem): string {
  const place = problem.line > 0 ? `${problem.file}:${problem.line}:${problem.column}` : problem.file;
  return problem.path === "" ? `${place}: ${problem.message}` : `${place}: ${problem.path}: ${problem.message}`;
}

/** `["targets", 2, "labels", "a b"]` -> `targets[2].labels["a b"]` */
export function formatPath(path: ConfigPath): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (/^[\w-]+$/.test(step)) text += text === "" ? step : `.${step}`;
    else text += `[${JSON.stringify(step)}]`;
  }
  return text;
}
