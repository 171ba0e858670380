import { existsSync } from "node:fs";
import { BmcPool, SdrCache } from "../bmc/index.ts";
import { type Config, ConfigError, loadRoleRules, loadSeverityRules, parseConfig } from "../config/index.ts";
import { renderProbe } from "../exposition/index.ts";
import { buildInventory } from "../inventory/index.ts";
import { UdpTransport } from "../ipmi/index.ts";
import { systemClock } from "../lib/index.ts";
import { readConfig } from "../main.ts";
import { FAILURE_REASONS, type FailureReason, type Host } from "../model/index.ts";
import { PollSettingsBook } from "../poll-settings.ts";
import { probeTarget } from "../probe-target.ts";
import { ProbeRefused } from "../web/index.ts";
import { problemLines } from "./problem-lines.ts";

export interface ProbeCommand {
  readonly target: string;
  readonly configFile: string;
  readonly module?: string;
  readonly auth?: string;
  readonly timeoutMs?: number;
  readonly debug: boolean;
  readonly username?: string;
  readonly passwordFile?: string;
}

const noFailures = Object.fromEntries(FAILURE_REASONS.map((reason) => [reason, 0])) as Record<FailureReason, number>;

/**
 * Asks one BMC and prints the metrics that /probe would answer. 0 when it was reached, 1 when not, 2 when
 * it could not be asked.
 */
export async function probe(command: ProbeCommand): Promise<number> {
  let host: Host;
  let book: PollSettingsBook;
  try {
    const config = await configOf(command);
    book = await PollSettingsBook.read(config, process.env);
    const hosts = new Map(buildInventory(config).map((h) => [h.name, h]));
    // Somebody at a terminal may ask any address: probe.allow guards the HTTP endpoint.
    const open = { ...config, probe: { ...config.probe, allow: EVERYWHERE } };
    host = await probeTarget(command, open, hosts);
    book.settingsOf(host);
  } catch (error) {
    for (const line of problemsOf(error)) process.stderr.write(`lightsout: ${line}\n`);
    return 2;
  }
  return ask(command, host, book);
}

async function ask(command: ProbeCommand, host: Host, book: PollSettingsBook): Promise<number> {
  const transport = new UdpTransport();
  const settingsOf = async (h: Host) => book.settingsOf(h);
  const rules = { roles: () => book.roles, severities: () => book.severities };
  const pool = new BmcPool({ transport, clock: systemClock, cache: new SdrCache(), ...rules, settingsOf });
  const begin = performance.now();
  const trace = (direction: string, text: string): void => {
    const at = (performance.now() - begin).toFixed(1).padStart(8);
    process.stdout.write(`# ${at} ms ${direction.padEnd(8)} ${text}\n`);
  };
  const interrupt = new AbortController();
  const onSignal = (): void => interrupt.abort();
  process.once("SIGINT", onSignal);
  try {
    const timeout = AbortSignal.timeout(command.timeoutMs ?? book.moduleOf(host).timeoutMs);
    const signal = AbortSignal.any([timeout, interrupt.signal]);
    const snapshot = await pool.poll(host, { purpose: "probe", signal, trace: command.debug ? trace : undefined });
    if (snapshot.failure) process.stderr.write(`lightsout: ${host.name}: ${snapshot.failure.message}\n`);
    const failures = snapshot.failure ? { ...noFailures, [snapshot.failure.reason]: 1 } : noFailures;
    const lastSuccessAt = snapshot.up ? snapshot.startedAt + snapshot.durationMs : undefined;
    process.stdout.write(renderProbe({ host, snapshot, failures, polls: 1, lastSuccessAt }));
    return snapshot.up ? 0 : 1;
  } finally {
    process.removeListener("SIGINT", onSignal);
    await pool.close();
    await transport.close();
  }
}

const EVERYWHERE = ["0.0.0.0/0", "::/0"].flatMap(
  (network) => parseConfig(`probe: { allow: ["${network}"] }`, { path: "" }).probe.allow,
);

const PASSWORD_VARIABLE = "LIGHTSOUT_PASSWORD";

/** The file where there is one; else what the options say. */
async function configOf(command: ProbeCommand): Promise<Config> {
  const { username, passwordFile, configFile } = command;
  if (username === undefined) {
    if (!existsSync(configFile)) {
      const message = `there is no ${configFile}; give --config.file, or --username and --password-file`;
      throw new ProbeRefused(400, message);
    }
    return readConfig(configFile, process.env);
  }
  if (passwordFile === undefined && process.env[PASSWORD_VARIABLE] === undefined) {
    const message = `there is no password for ${username}; give --password-file, or set ${PASSWORD_VARIABLE}`;
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
