import { type OperationSettings, type PollSettings, SettingsError } from "../../bmc/index.ts";
import {
  type AuthConfig,
  type Config,
  CredentialsError,
  type Privilege,
  resolveOperatePassword,
} from "../../config/index.ts";
import { PollSettingsBook } from "../../exporter/index.ts";
import { PrivilegeLevel } from "../../ipmi/index.ts";
import type { Secret } from "../../lib/index.ts";
import type { Host } from "../../model/index.ts";

const LEVELS: Readonly<Record<Privilege, number>> = {
  user: PrivilegeLevel.User,
  operator: PrivilegeLevel.Operator,
  administrator: PrivilegeLevel.Administrator,
};

export interface AccountOptions {
  /** Privilege level that a change needs; absent: a read. */
  readonly change?: Privilege;
  /** Account from the options, for all hosts. */
  readonly given?: { readonly username: string; readonly password: Secret };
  /** Password from the terminal, for the accounts of the configuration. */
  readonly password?: Secret;
}

/**
 * The accounts of the hosts: that of the exporter for reads, and `auths.NAME.operate` for changes. Only the secrets of
 * accounts that are used are read.
 */
export class Accounts {
  readonly #book: PollSettingsBook;
  readonly #auths: ReadonlyMap<string, AuthConfig>;
  readonly #problems: ReadonlyMap<string, string>;
  readonly #change: Privilege | undefined;
  /** By settings of polls: hosts with equal module and auth share them. */
  readonly #settings = new Map<PollSettings, OperationSettings>();

  private constructor(
    book: PollSettingsBook,
    auths: ReadonlyMap<string, AuthConfig>,
    problems: ReadonlyMap<string, string>,
    change: Privilege | undefined,
  ) {
    this.#book = book;
    this.#auths = auths;
    this.#problems = problems;
    this.#change = change;
  }

  static async read(config: Config, hosts: readonly Host[], options: AccountOptions): Promise<Accounts> {
    const auths = new Map<string, AuthConfig>();
    const problems = new Map<string, string>();
    for (const name of new Set(hosts.map(({ auth }) => auth)))
      try {
        const auth = await accountOf(config, name, options);
        if (auth !== undefined) auths.set(name, auth);
      } catch (error) {
        if (!(error instanceof CredentialsError)) throw error;
        problems.set(name, error.message);
      }
    const book = await PollSettingsBook.read({ ...config, auths }, process.env);
    return new Accounts(book, auths, problems, options.change);
  }

  timeoutMsOf(host: Host): number {
    return this.#book.moduleOf(host).timeoutMs;
  }

  /**
   * Name of the account that is used for a host.
   *
   * @throws SettingsError
   */
  userNameOf(host: Host): string {
    return Buffer.from(this.settingsOf(host).login.credentials.userName).toString("utf8");
  }

  /** @throws SettingsError */
  settingsOf(host: Host): OperationSettings {
    const problem = this.#problems.get(host.auth);
    if (problem !== undefined) throw new SettingsError(problem);
    const settings = this.#book.settingsOf(host);
    const known = this.#settings.get(settings);
    if (known) return known;
    const created = this.#create(host, settings);
    this.#settings.set(settings, created);
    return created;
  }

  #create({ auth }: Host, settings: PollSettings): OperationSettings {
    const change = this.#change;
    if (change === undefined) return settings;
    const limit = this.#auths.get(auth)?.operate?.privilege;
    if (limit !== undefined && LEVELS[limit] < LEVELS[change])
      throw new SettingsError(
        `this command needs the privilege ${change}, and auths.${auth}.operate.privilege is ${limit}`,
      );
    return { ...settings, login: { ...settings.login, privilege: LEVELS[change] } };
  }
}

/** @throws CredentialsError */
async function accountOf(
  config: Config,
  name: string,
  { change, given, password }: AccountOptions,
): Promise<AuthConfig | undefined> {
  if (given !== undefined)
    return { name, username: given.username, password: { from: "config", secret: given.password } };
  const auth = config.auths.get(name);
  const operate = change === undefined ? undefined : auth?.operate;
  if (auth === undefined || operate === undefined)
    return auth && password ? { ...auth, password: { from: "config", secret: password } } : auth;
  const secret = password ?? (await resolveOperatePassword(operate, name, process.env));
  const account = { name, username: operate.username, password: { from: "config", secret } } as const;
  return { ...account, kg: operate.kg ?? auth.kg, operate };
}
