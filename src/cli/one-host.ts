import { existsSync } from "node:fs";
import { type Config, ConfigError, loadRoleRules, loadSeverityRules, parseConfig } from "../config/index.ts";
import { PollSettingsBook, probeTarget, readConfig } from "../exporter/index.ts";
import { loadHosts } from "../inventory/index.ts";
import type { Host } from "../model/index.ts";
import { ProbeRefused } from "../web/index.ts";
import { problemLines } from "./problem-lines.ts";

/** Options of commands that poll one BMC. */
export interface OneHostCommand {
  /** A host of the inventory, or an address. */
  readonly target: string;
  readonly configFile: string;
  readonly module?: string;
  readonly auth?: string;
  readonly timeoutMs?: number;
  readonly username?: string;
  readonly passwordFile?: string;
}

export interface OneHost {
  readonly host: Host;
  readonly book: PollSettingsBook;
}

/** The host of a command, with its settings. Undefined if it cannot be polled; the reason is printed on standard error. */
export async function oneHost(command: OneHostCommand): Promise<OneHost | undefined> {
  try {
    const config = await configOf(command);
    const book = await PollSettingsBook.read(config, process.env);
    const hosts = await hostsOf(config);
    // On the command line any address is allowed; probe.allow protects the HTTP endpoint.
    const open = { ...config, probe: { ...config.probe, allow: EVERYWHERE } };
    const host = await probeTarget(command, open, hosts);
    book.settingsOf(host);
    return { host, book };
  } catch (error) {
    for (const line of problemsOf(error)) process.stderr.write(`lightsout: ${line}\n`);
    return undefined;
  }
}

/** Runs `poll` with a signal that aborts at the timeout of the host or on Ctrl-C. */
export async function untilTimeout<T>(
  { host, book }: OneHost,
  timeoutMs: number | undefined,
  poll: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const interrupt = new AbortController();
  const onSignal = (): void => interrupt.abort();
  process.once("SIGINT", onSignal);
  try {
    const timeout = AbortSignal.timeout(timeoutMs ?? book.moduleOf(host).timeoutMs);
    return await poll(AbortSignal.any([timeout, interrupt.signal]));
  } finally {
    process.removeListener("SIGINT", onSignal);
  }
}

/** The hosts of every source of the configuration. Sources that cannot be read are printed: the host may be one of theirs. */
async function hostsOf(config: Config): Promise<ReadonlyMap<string, Host>> {
  const { hosts, failures } = await loadHosts(config);
  for (const { text } of failures) process.stderr.write(`lightsout: ${text}\n`);
  return hosts;
}

const EVERYWHERE = ["0.0.0.0/0", "::/0"].flatMap(
  (network) => parseConfig(`probe: { allow: ["${network}"] }`, { path: "" }).probe.allow,
);

const PASSWORD_VARIABLE = "LIGHTSOUT_PASSWORD";

/** The configuration from the options if they have a user name, or else from the file. */
async function configOf(command: OneHostCommand): Promise<Config> {
  const { username, passwordFile, configFile } = command;
  if (username === undefined) {
    if (!existsSync(configFile)) {
      const message = `${configFile} does not exist; give --config.file, or --username and --password-file`;
      throw new ProbeRefused(400, message);
    }
    return readConfig(configFile, process.env);
  }
  if (passwordFile === undefined && process.env[PASSWORD_VARIABLE] === undefined) {
    const message = `no password for ${username}; give --password-file, or set ${PASSWORD_VARIABLE}`;
    return Promise.reject(new ProbeRefused(400, message));
  }
  const password = passwordFile === undefined ? { password_env: PASSWORD_VARIABLE } : { password_file: passwordFile };
  const text = JSON.stringify({ auths: { default: { username, ...password } } });
  const config = parseConfig(text, { path: "options", env: process.env });
  const [roles, severities] = await Promise.all([loadRoleRules(), loadSeverityRules()]);
  return { ...config, roles: { files: [], rules: roles }, severities: { files: [], rules: severities } };
}

function problemsOf(error: unknown): readonly string[] {
  if (error instanceof ConfigError) return problemLines(error);
  if (error instanceof Error) return [error.message];
  return [String(error)];
}
