import { ConfigError, formatProblem, loadWebConfig } from "../config/index.ts";
import { PollSettingsBook, readConfig } from "../exporter/index.ts";
import { buildInventory, RackBudgets } from "../inventory/index.ts";
import { problemLines } from "./problem-lines.ts";

/** Says what is wrong with a configuration file; 0 when nothing is. */
export async function checkConfig(file: string): Promise<number> {
  try {
    const config = await readConfig(file, process.env);
    for (const note of config.notes) process.stderr.write(`${formatProblem(note)}\n`);
    const hosts = buildInventory(config);
    const budgets = new RackBudgets(config);
    const problems = (await PollSettingsBook.read(config, process.env)).problems();
    for (const problem of problems) process.stderr.write(`${file}: ${problem}\n`);
    if (problems.length > 0) return 1;
    const discovered = config.fileSd.length + config.httpSd.length;
    if (config.foreign) {
      const modules = Object.keys(config.written.auths).length;
      process.stdout.write(
        `${file}: ok, a file of ipmi_exporter with ${modules} ${modules === 1 ? "module" : "modules"}\n`,
      );
      return 0;
    }
    if (hosts.length === 0 && discovered === 0)
      process.stderr.write(`${file}: no host to poll; give targets, file_sd or http_sd\n`);
    // What discovery will tell is not known here; serve says the same once it is.
    if (discovered === 0 && hosts.length > 0)
      for (const idle of budgets.unused(hosts)) process.stderr.write(`${file}: ${idle}\n`);
    const more =
      discovered > 0 ? `, and what ${discovered} discovery ${discovered === 1 ? "source" : "sources"} will tell` : "";
    process.stdout.write(`${file}: ok, ${hosts.length} ${hosts.length === 1 ? "host" : "hosts"}${more}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const line of problemLines(error)) process.stderr.write(`${line}\n`);
    return 1;
  }
}

/** Says what is wrong with a web configuration and its certificates; 0 when nothing is. */
export async function checkWebConfig(file: string): Promise<number> {
  try {
    const { tls, users, notes } = await loadWebConfig(file);
    for (const note of notes) process.stderr.write(`${file}: ${note}\n`);
    const expires = tls && new Date(tls.certificateExpiresAt).toISOString();
    const what = tls === undefined ? "plain HTTP" : `TLS, certificate until ${expires}`;
    process.stdout.write(`${file}: ok, ${what}, ${users.size} ${users.size === 1 ? "user" : "users"}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const line of problemLines(error)) process.stderr.write(`${line}\n`);
    return 1;
  }
}
