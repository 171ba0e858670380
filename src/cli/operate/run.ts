import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { type Operations, SettingsError } from "../../bmc/index.ts";
import {
  type Config,
  ConfigError,
  CredentialsError,
  type Privilege,
  type ProtectedAction,
  parseConfig,
} from "../../config/index.ts";
import { readConfig } from "../../exporter/index.ts";
import { HostListError, SelectorError } from "../../inventory/index.ts";
import { UdpTransport } from "../../ipmi/index.ts";
import { fileProblem, Secret, systemClock } from "../../lib/index.ts";
import type { Host } from "../../model/index.ts";
import {
  AuditError,
  AuditLog,
  exitCodeOf,
  fanOutOver,
  Interrupted,
  lineOf,
  Operator,
  type Outcome,
  protectionProblem,
  type Rendering,
  render,
  type Stagger,
  summaryOf,
} from "../../operate/index.ts";
import { subnetGroup } from "../../scheduler/index.ts";
import { problemLines } from "../problem-lines.ts";
import { Accounts } from "./accounts.ts";
import { confirm } from "./confirm.ts";
import type { ChangeOptions, OperateOptions } from "./options.ts";
import { Refusal } from "./refusal.ts";
import { type Selection, selectedHosts } from "./select.ts";
import { askPassword } from "./terminal.ts";

const PASSWORD_VARIABLE = "LIGHTSOUT_PASSWORD";

/** What a command does on each host. */
export interface HostWork<T> extends Rendering<T> {
  /** In words, e.g. "power cycle"; without secrets. */
  readonly name: string;
  readonly run: (operations: Operations, signal: AbortSignal) => Promise<T>;
  /** Answers have several lines, so equal ones are folded by default. */
  readonly isLong?: boolean;
}

export interface Change<T> extends HostWork<T> {
  readonly privilege: Privilege;
  /** Its word in `operate.protect`. */
  readonly action: ProtectedAction;
  /** No question for one host. */
  readonly isHarmless: boolean;
  /** What is sent, for --dry-run, e.g. "Chassis Control 00h/02h: 01". */
  readonly request: string;
  /** Longest wait for the result, ms. */
  readonly waitMs: (config: Config) => number;
  readonly stagger?: (config: Config, hosts: readonly Host[]) => Stagger;
  /** Lines for the confirmation, e.g. the power states. */
  readonly details?: (question: Question) => Promise<readonly string[]>;
}

/** What a confirmation may use to look at the hosts. */
export interface Question {
  readonly hosts: readonly Host[];
  readonly read: <R>(work: (operations: Operations) => Promise<R>, timeoutMs: number) => Promise<readonly Outcome<R>[]>;
}

/** Reads from the selected hosts. Returns the exit code. */
export async function runRead<T>(
  work: HostWork<T>,
  selector: string | undefined,
  options: OperateOptions,
): Promise<number> {
  return refusals(async () => {
    const config = await configOf(options);
    const { selected } = await selectedHosts(config, selector, options, unlistedOf(options));
    const accounts = await Accounts.read(config, selected, await accountOptions(options));
    return perform(work, selected, { config, accounts, options, waitMs: 0 });
  });
}

/** Changes the selected hosts: protections, dry run, confirmation, audit log. Returns the exit code. */
export async function runChange<T>(
  change: Change<T>,
  selector: string | undefined,
  options: ChangeOptions,
): Promise<number> {
  return refusals(async () => {
    const config = await configOf(options);
    const unlisted = options.unlisted ? unlistedOf(options) : undefined;
    const { selected, all } = await selectedHosts(config, selector, options, unlisted);
    refuseProtected(change.action, { selected, all }, config, options);
    const given = await accountOptions(options);
    const accounts = await Accounts.read(config, selected, { ...given, change: change.privilege });
    const plan = change.stagger?.(config, selected);
    if (plan !== undefined && plan.lastMs > 0) process.stderr.write(`${planText(plan, selected)}\n`);
    if (options.dryRun) return printPlan(change, selected, accounts, plan);
    const waitMs = change.waitMs(config);
    const common = { config, accounts, options, waitMs, plan };
    const read: Question["read"] = async (run, timeoutMs) => {
      const reader = await Accounts.read(config, selected, given);
      return outcomesOf(run, selected, { ...common, accounts: reader, timeoutMs, waitMs: 0, plan: undefined });
    };
    const confirmation = await confirm(change.name, selected, options, {
      isHarmless: change.isHarmless,
      lines: async () => change.details?.({ hosts: selected, read }) ?? [],
    });
    const { auditPath } = config.operate;
    const audit = auditPath === undefined ? undefined : await AuditLog.open(auditPath);
    const overrideReason = options.overrideProtection;
    const entry = { command: change.name, hosts: selected, confirmation, overrideReason };
    await audit?.before(entry, process.env, systemClock.wallMs());
    const begin = systemClock.monotonicMs();
    return perform(change, selected, common, async (outcomes) => {
      const durationMs = systemClock.monotonicMs() - begin;
      try {
        await audit?.after(change.name, outcomes, { nowMs: systemClock.wallMs(), durationMs });
      } catch (error) {
        if (!(error instanceof AuditError)) throw error;
        process.stderr.write(`lightsout: ${error.message}\n`);
      }
      await audit?.close();
    });
  });
}

interface Performance {
  readonly config: Config;
  readonly accounts: Accounts;
  readonly options: OperateOptions;
  readonly waitMs: number;
  readonly plan?: Stagger;
}

async function perform<T>(
  work: HostWork<T>,
  hosts: readonly Host[],
  performance: Performance,
  after: (outcomes: readonly Outcome<T>[]) => Promise<void> = async () => {},
): Promise<number> {
  const { options } = performance;
  const output = options.output ?? (work.isLong === true ? "fold" : "lines");
  const isStreamed = options.stream && (output === "lines" || output === "ndjson");
  const onOutcome = (outcome: Outcome<T>): void => {
    if (!isStreamed) return;
    process.stdout.write(output === "lines" ? lineOf(outcome, work) : render([outcome], output, work).out);
  };
  const interrupt = new InterruptSignals();
  try {
    const outcomes = await outcomesOf(work.run, hosts, { ...performance, interrupt, onOutcome });
    await after(outcomes);
    const { out, problems } = render(outcomes, output, work);
    if (!isStreamed) process.stdout.write(out);
    for (const line of problems) process.stderr.write(`${line}\n`);
    if (hosts.length > 1) process.stderr.write(`${summaryOf(outcomes)}\n`);
    return interrupt.isInterrupted ? 130 : exitCodeOf(outcomes);
  } finally {
    interrupt.release();
  }
}

interface Details<T> extends Performance {
  readonly timeoutMs?: number;
  readonly interrupt?: InterruptSignals;
  readonly onOutcome?: (outcome: Outcome<T>) => void;
}

async function outcomesOf<T>(
  work: (operations: Operations, signal: AbortSignal) => Promise<T>,
  hosts: readonly Host[],
  { config, accounts, options, waitMs, plan, timeoutMs, interrupt, onOutcome }: Details<T>,
): Promise<readonly Outcome<T>[]> {
  const transport = new UdpTransport();
  const clock = systemClock;
  const operator = new Operator({ transport, clock, settingsOf: (host) => accounts.settingsOf(host) });
  const deadline = new AbortController();
  const timer =
    options.deadline === undefined
      ? undefined
      : clock.after(options.deadline, () => deadline.abort(new Interrupted("the deadline for all hosts was over")));
  const stop = interrupt?.stop ?? new AbortController().signal;
  const end = interrupt?.end ?? new AbortController().signal;
  const signal = AbortSignal.any([end, deadline.signal]);
  try {
    return await fanOutOver(
      hosts,
      (host) => {
        const times = { timeoutMs: timeoutMs ?? options.timeout ?? accounts.timeoutMsOf(host), waitMs };
        return operator.run(host, times, signal, (operations) => work(operations, signal));
      },
      {
        clock,
        fanout: options.fanout ?? config.operate.fanout,
        group: { of: subnetGroup, most: config.scheduler.groupConcurrency },
        startsAt: plan && ((host) => plan.startsAt.get(host) ?? 0),
        stop: AbortSignal.any([stop, deadline.signal]),
        onOutcome,
      },
    );
  } finally {
    timer?.cancel();
    await transport.close();
  }
}

/** Ctrl-C once starts no more hosts; a second one ends what is in progress; a third one leaves at once. */
class InterruptSignals {
  readonly #stop = new AbortController();
  readonly #end = new AbortController();
  #count = 0;

  constructor() {
    process.on("SIGINT", this.#onSignal);
    process.on("SIGTERM", this.#onSignal);
  }

  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  get end(): AbortSignal {
    return this.#end.signal;
  }

  get isInterrupted(): boolean {
    return this.#count > 0;
  }

  release(): void {
    process.off("SIGINT", this.#onSignal);
    process.off("SIGTERM", this.#onSignal);
  }

  /** SIGTERM, e.g. of timeout(1), ends the sessions at once, as the second SIGINT does. */
  readonly #onSignal = (signal: NodeJS.Signals): void => {
    this.#count = signal === "SIGTERM" ? Math.max(2, this.#count + 1) : this.#count + 1;
    if (this.#count === 1) {
      process.stderr.write(
        "lightsout: no more hosts are started; what is in progress ends. Interrupt again to leave\n",
      );
      this.#stop.abort();
    } else if (this.#count === 2) {
      this.#stop.abort();
      this.#end.abort(new Interrupted("interrupted while the command was in progress"));
    } else process.exit(130);
  };
}

/** Runs a command; what is refused before anything is sent is printed, with exit code 2. */
async function refusals(command: () => Promise<number>): Promise<number> {
  try {
    return await command();
  } catch (error) {
    if (error instanceof ConfigError) {
      for (const line of problemLines(error)) process.stderr.write(`lightsout: ${line}\n`);
      return 2;
    }
    const isKnown = [Refusal, SelectorError, HostListError, CredentialsError, SettingsError, AuditError, RangeError];
    if (!(error instanceof Error && isKnown.some((kind) => error instanceof kind))) throw error;
    process.stderr.write(`lightsout: ${error.message}\n`);
    return 2;
  }
}

/** The configuration; without its file, one that has only the account of the options. */
async function configOf(options: OperateOptions): Promise<Config> {
  const file = options["config.file"];
  if (existsSync(file)) return readConfig(file, process.env);
  if (options.username !== undefined) return parseConfig("{}", { path: "options" });
  throw new Refusal(`${file} does not exist; give --config.file, or --username for addresses`);
}

/** The account of addresses outside the inventory, if the options name one. */
function unlistedOf({ auth, username }: OperateOptions): { readonly auth: string } | undefined {
  if (auth !== undefined) return { auth };
  return username === undefined ? undefined : { auth: "default" };
}

async function accountOptions({ username, passwordFile, askPassword: asks }: OperateOptions): Promise<{
  given?: { username: string; password: Secret };
  password?: Secret;
}> {
  const password = asks ? await askPassword(`Password${username === undefined ? "" : ` of ${username}`}: `) : undefined;
  if (username === undefined) return { password };
  return { given: { username, password: password ?? (await givenPassword(username, passwordFile)) } };
}

async function givenPassword(username: string, file: string | undefined): Promise<Secret> {
  if (file !== undefined)
    try {
      return new Secret((await readFile(file, "utf8")).replace(/\r?\n$/, ""));
    } catch (error) {
      throw new Refusal(`--password-file: cannot read ${file}: ${fileProblem(error)}`);
    }
  const variable = process.env[PASSWORD_VARIABLE];
  if (variable === undefined)
    throw new Refusal(
      `no password for ${username}; give --password-file or --ask-password, or set ${PASSWORD_VARIABLE}`,
    );
  return new Secret(variable);
}

function refuseProtected(
  action: ProtectedAction,
  { selected, all }: Selection,
  { operate, groups }: Config,
  { overrideProtection }: ChangeOptions,
): void {
  if (overrideProtection !== undefined && overrideProtection.trim() !== "") return;
  const problem = protectionProblem(action, selected, all, operate.protect, groups);
  if (problem !== undefined) throw new Refusal(problem);
}

/** E.g. "252 hosts, 7 groups, about 64 s". */
function planText({ groups, lastMs }: Stagger, hosts: readonly Host[]): string {
  return `${hosts.length} hosts, ${groups} ${groups === 1 ? "group" : "groups"}, about ${Math.ceil(lastMs / 1000)} s`;
}

/** What a change would do, one line a host. No packet is sent. */
function printPlan<T>(
  change: Change<T>,
  hosts: readonly Host[],
  accounts: Accounts,
  plan: Stagger | undefined,
): number {
  let isComplete = true;
  for (const host of hosts) {
    const at = ((plan?.startsAt.get(host) ?? 0) / 1000).toFixed(1);
    try {
      const account = accounts.userNameOf(host);
      process.stdout.write(
        `${host.name}: ${change.name} at ${at} s, ${host.address} port ${host.port}, account ${account} (${change.privilege}), ${change.request}\n`,
      );
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      isComplete = false;
      process.stderr.write(`${host.name}: not_configured: ${error.message}\n`);
    }
  }
  return isComplete ? 0 : 2;
}
