import { type Cidr, ConfigError, type Environment, formatProblem } from "../config/index.ts";
import { type Inventory, RackBudgets } from "../inventory/index.ts";
import type { Logger } from "../lib/index.ts";
import type { ReloadResult } from "../web/index.ts";
import { PollSettingsBook } from "./poll-settings.ts";
import { emptied, readConfig, withAllowed } from "./read-config.ts";

interface ReloaderOptions {
  readonly configFile: string;
  readonly env: Environment;
  readonly probeAllow: readonly Cidr[] | undefined;
  readonly log: Logger;
  readonly inventory: Pick<Inventory, "reload" | "problems">;
  /** Settings in force. */
  readonly book: () => PollSettingsBook;
  /** Number of hosts in the inventory. */
  readonly hosts: () => number;
  /** Reads the web configuration again and returns its problems, one sentence each. */
  readonly reloadWebConfig: () => Promise<readonly string[]>;
  /** Called when the new inventory is complete, before its hosts are polled: puts the settings in force. */
  readonly activate: (book: PollSettingsBook, budgets: RackBudgets) => void;
  /** Called when everything of the new configuration is in force. */
  readonly activated: () => void;
  readonly report: { configReload(ok: boolean): void };
}

/** Reads the configuration again, one reload at a time. */
export class Reloader {
  readonly #options: ReloaderOptions;
  #running: Promise<unknown> = Promise.resolve();
  #next: Promise<ReloadResult> | undefined;

  constructor(options: ReloaderOptions) {
    this.#options = options;
  }

  /**
   * A bad file changes nothing, and the result lists its problems. Hosts whose settings did not change are not
   * disturbed. Requests that arrive during a reload share the next one: the running one may have read the files
   * before they changed.
   */
  reload(): Promise<ReloadResult> {
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      const running = this.#reloadAll();
      this.#running = running.catch(() => {});
      return running;
    });
    return this.#next;
  }

  async #reloadAll(): Promise<ReloadResult> {
    const problems = await this.#options.reloadWebConfig();
    const result = await this.#reloadConfig();
    return { ok: result.ok && problems.length === 0, problems: [...problems, ...result.problems] };
  }

  async #reloadConfig(): Promise<ReloadResult> {
    const { configFile, env, probeAllow, inventory, report, log } = this.#options;
    try {
      const file = await readConfig(configFile, env);
      if (this.#options.hosts() > 0 && file.isEmpty) throw emptied(configFile);
      const config = withAllowed(file, probeAllow);
      const book = await PollSettingsBook.read(config, env, this.#options.book());
      const budgets = new RackBudgets(config);
      // Hosts and settings change together: the new hosts may be in modules that the old settings do not have.
      await inventory.reload(config, () => this.#options.activate(book, budgets));
      this.#options.activated();
      report.configReload(true);
      return { ok: true, problems: [...book.problems(), ...inventory.problems()] };
    } catch (error) {
      report.configReload(false);
      const problems =
        error instanceof ConfigError
          ? error.problems.map(formatProblem)
          : [error instanceof Error ? error.message : String(error)];
      for (const problem of problems)
        log.error({ problem }, "configuration not reloaded; the previous one stays in force");
      return { ok: false, problems };
    }
  }
}
