import { type Config, ConfigError, formatProblem, loadWebConfig } from "../config/index.ts";
import { PollSettingsBook, readConfig } from "../exporter/index.ts";
import { Inventory, RackBudgets, rejectionText } from "../inventory/index.ts";
import type { Host } from "../model/index.ts";
import { problemLines } from "./problem-lines.ts";

/** Checks a configuration file and prints its problems. Returns the exit code: 0 without a problem. */
export async function checkConfig(file: string): Promise<number> {
  try {
    const config = await readConfig(file, process.env);
    for (const note of config.notes) process.stderr.write(`${formatProblem(note)}\n`);
    const { hosts, problems } = await readInventory(config, file);
    const budgets = new RackBudgets(config);
    problems.push(...(await PollSettingsBook.read(config, process.env)).problems());
    for (const problem of problems) process.stderr.write(`${file}: ${problem}\n`);
    if (problems.length > 0) return 1;
    if (config.foreign) {
      const modules = Object.keys(config.written.auths).length;
      process.stdout.write(
        `${file}: ok, ipmi_exporter configuration with ${modules} ${modules === 1 ? "module" : "modules"}\n`,
      );
      return 0;
    }
    const servers = config.httpSd.length;
    if (hosts.length === 0 && servers === 0 && config.fileSd.length === 0)
      process.stderr.write(`${file}: no host to poll; give targets, file_sd or http_sd\n`);
    // The hosts of http_sd are not known here; serve logs the same after it has loaded them.
    if (servers === 0 && hosts.length > 0)
      for (const idle of budgets.unused(hosts)) process.stderr.write(`${file}: ${idle}\n`);
    const more = servers > 0 ? `, and those of ${servers} http_sd ${servers === 1 ? "server" : "servers"}` : "";
    process.stdout.write(`${file}: ok, ${hosts.length} ${hosts.length === 1 ? "host" : "hosts"}${more}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const line of problemLines(error)) process.stderr.write(`${line}\n`);
    return 1;
  }
}

/** Hosts of targets and file_sd; prints files that do not exist yet. Servers are not requested. */
async function readInventory(
  config: Config,
  file: string,
): Promise<{ readonly hosts: readonly Host[]; readonly problems: string[] }> {
  const inventory = new Inventory({ ...config, httpSd: [] });
  try {
    await inventory.start();
    const failures = inventory.failures();
    for (const { text, isMissing } of failures) if (isMissing) process.stderr.write(`${file}: ${text}\n`);
    const unreadable = failures.flatMap(({ text, isMissing }) => (isMissing ? [] : [text]));
    const problems = [...unreadable, ...inventory.rejections().map(rejectionText)];
    return { hosts: [...inventory.current().values()], problems };
  } finally {
    inventory.stop();
  }
}

/** Checks a web configuration and its certificates and prints the problems. Returns the exit code: 0 without a problem. */
export async function checkWebConfig(file: string): Promise<number> {
  try {
    const { tls, users, notes } = await loadWebConfig(file);
    for (const note of notes) process.stderr.write(`${file}: ${note}\n`);
    const expires = tls && new Date(tls.certificateExpiresAt).toISOString();
    const what = tls === undefined ? "plain HTTP" : `TLS, certificate valid until ${expires}`;
    process.stdout.write(`${file}: ok, ${what}, ${users.size} ${users.size === 1 ? "user" : "users"}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const line of problemLines(error)) process.stderr.write(`${line}\n`);
    return 1;
  }
}
