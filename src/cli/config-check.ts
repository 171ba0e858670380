import { type Config, ConfigError, formatProblem, loadWebConfig } from "../config/index.ts";
import { PollSettingsBook, readConfig } from "../exporter/index.ts";
import { loadHosts, RackBudgets, rejectionText } from "../inventory/index.ts";
import { problemLines } from "./problem-lines.ts";

interface CheckOptions {
  /** Warnings are problems, too. */
  readonly strict: boolean;
  /** Also request the servers of http_sd. */
  readonly online: boolean;
}

/** What a check found; warnings are no reason to refuse the file. */
interface Findings {
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
  /** "72 hosts" */
  readonly summary: string;
}

/**
 * Checks a configuration file and prints its problems and warnings. Sends nothing to a BMC. Returns the exit code: 0
 * without a problem, 1 with problems or, if `strict`, with warnings.
 */
export async function checkConfig(file: string, options: CheckOptions): Promise<number> {
  try {
    const { problems, warnings, summary } = await check(await readConfig(file, process.env), file, options);
    for (const line of [...warnings, ...problems]) process.stderr.write(`${line}\n`);
    if (problems.length > 0) return 1;
    process.stdout.write(`${file}: ok, ${summary}\n`);
    return options.strict && warnings.length > 0 ? 1 : 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const line of problemLines(error)) process.stderr.write(`${line}\n`);
    return 1;
  }
}

async function check(config: Config, file: string, { online }: CheckOptions): Promise<Findings> {
  const { hosts, failures, rejections } = await loadHosts(online ? config : { ...config, httpSd: [] });
  const credentials = (await PollSettingsBook.read(config, process.env)).problems();
  const unreadable = failures.filter(({ isMissing }) => !isMissing);
  const problems = [...unreadable.map(({ text }) => text), ...rejections.map(rejectionText)].map(
    (problem) => `${file}: ${problem}`,
  );
  const warnings = [
    ...config.notes.map(formatProblem),
    ...failures.filter(({ isMissing }) => isMissing).map(({ text }) => `${file}: ${text}`),
  ];
  const budgets = new RackBudgets(config);
  if (config.foreign) {
    const summary = `ipmi_exporter configuration with ${counted(Object.keys(config.written.auths).length, "module")}`;
    return { problems: [...problems, ...credentials], warnings, summary };
  }
  const servers = online ? 0 : config.httpSd.length;
  const hasSource = config.httpSd.length + config.fileSd.length > 0;
  if (hosts.size === 0 && !hasSource) warnings.push(`${file}: no host to poll; give targets, file_sd or http_sd`);
  // The hosts of http_sd may be in these racks; serve logs the same after it has loaded them.
  if (servers === 0 && hosts.size > 0)
    warnings.push(...budgets.unused([...hosts.values()]).map((unused) => `${file}: ${unused}`));
  const more = servers > 0 ? `, and those of ${counted(servers, "http_sd server")}` : "";
  return { problems: [...problems, ...credentials], warnings, summary: `${counted(hosts.size, "host")}${more}` };
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** Checks a web configuration and its certificates and prints the problems. Returns the exit code: 0 without a problem. */
export async function checkWebConfig(file: string, { strict }: Pick<CheckOptions, "strict">): Promise<number> {
  try {
    const { tls, users, notes } = await loadWebConfig(file);
    for (const note of notes) process.stderr.write(`${file}: ${note}\n`);
    const expires = tls && new Date(tls.certificateExpiresAt).toISOString();
    const what = tls === undefined ? "plain HTTP" : `TLS, certificate valid until ${expires}`;
    process.stdout.write(`${file}: ok, ${what}, ${counted(users.size, "user")}\n`);
    return strict && notes.length > 0 ? 1 : 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const line of problemLines(error)) process.stderr.write(`${line}\n`);
    return 1;
  }
}
