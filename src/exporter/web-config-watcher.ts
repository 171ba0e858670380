import { stat } from "node:fs/promises";
import { ConfigError, formatProblem, loadWebConfig, type WebConfig } from "../config/index.ts";
import type { Clock, Logger } from "../lib/index.ts";

/** What the watcher reports; exposition turns it into metrics. */
interface WebConfigWatcherReport {
  webConfigLoaded(certificateExpiresAtMs: number | undefined): void;
  webConfigRefused(): void;
}

interface WebConfigWatcherOptions {
  readonly log: Logger;
  readonly clock: Clock;
  readonly report: WebConfigWatcherReport;
}

/** Files are checked when a client connects or sends a request, and not more often than this. */
const CHECK_EVERY_MS = 1000;
/** A file system that hangs must not lock clients out. */
const CHECK_WITHIN_MS = 2000;
const DAY_MS = 86_400_000;

/**
 * The web configuration in force. It is read again when the file, a certificate, a key or a CA changed. A bad one is
 * logged once, and the previous one stays in force.
 */
export class WebConfigWatcher {
  readonly #path: string;
  readonly #options: WebConfigWatcherOptions;
  #config: WebConfig;
  /** State of the files of the last load, whether it succeeded or not. */
  #states: ReadonlyMap<string, string>;
  #checkedAtMs: number;
  #checking: Promise<WebConfig> | undefined;

  /** Reads the file. Throws ConfigError. */
  static async open(path: string, options: WebConfigWatcherOptions): Promise<WebConfigWatcher> {
    const states = new FileStates();
    const config = await loadWebConfig(path, (file) => states.record(file));
    return new WebConfigWatcher(path, options, config, await states.all());
  }

  private constructor(
    path: string,
    options: WebConfigWatcherOptions,
    config: WebConfig,
    seen: ReadonlyMap<string, string>,
  ) {
    this.#path = path;
    this.#options = options;
    this.#config = config;
    this.#states = seen;
    this.#checkedAtMs = options.clock.monotonicMs();
    this.#logLoaded();
  }

  /** The configuration for a connection or a request; a promise while the files are checked. */
  current(): WebConfig | Promise<WebConfig> {
    const { clock } = this.#options;
    if (!this.#checking && clock.monotonicMs() - this.#checkedAtMs < CHECK_EVERY_MS) return this.#config;
    return this.#withinTime(this.#check());
  }

  /** Reads the file whether it changed or not. Returns its problems, one sentence each. */
  async reload(): Promise<readonly string[]> {
    await this.#checking;
    return this.#load();
  }

  #check(): Promise<WebConfig> {
    this.#checking ??= (async () => {
      try {
        if (await changed(this.#states)) await this.#load();
        return this.#config;
      } finally {
        this.#checkedAtMs = this.#options.clock.monotonicMs();
        this.#checking = undefined;
      }
    })();
    return this.#checking;
  }

  async #withinTime(checking: Promise<WebConfig>): Promise<WebConfig> {
    return new Promise((resolve, reject) => {
      const timer = this.#options.clock.after(CHECK_WITHIN_MS, () => resolve(this.#config));
      checking.then(resolve, reject).finally(() => timer.cancel());
    });
  }

  async #load(): Promise<readonly string[]> {
    const { log, report } = this.#options;
    const states = new FileStates();
    try {
      this.#config = await loadWebConfig(this.#path, (file) => states.record(file));
      this.#logLoaded();
      return [];
    } catch (error) {
      const problems = error instanceof ConfigError ? error.problems.map(formatProblem) : [String(error)];
      report.webConfigRefused();
      for (const problem of problems)
        log.error({ problem }, "web configuration not reloaded; the previous one stays in force");
      return problems;
    } finally {
      this.#states = await states.all();
    }
  }

  #logLoaded(): void {
    const { log, report, clock } = this.#options;
    const { tls, users, notes } = this.#config;
    report.webConfigLoaded(tls?.certificateExpiresAt);
    const expires = tls && new Date(tls.certificateExpiresAt).toISOString();
    log.info({ file: this.#path, tls: tls !== undefined, users: users.size, expires }, "web configuration read");
    for (const note of notes) log.warn({ file: this.#path }, note);
    if (tls && tls.certificateExpiresAt < clock.wallMs() + DAY_MS)
      log.warn({ expires }, "the certificate of the web server has expired or expires within a day");
  }
}

/** States of files just before they were read: a change during the reading is noticed at the next check. */
class FileStates {
  readonly #states = new Map<string, Promise<string>>();

  record(file: string): void {
    this.#states.set(file, stateOf(file));
  }

  async all(): Promise<ReadonlyMap<string, string>> {
    return new Map(await Promise.all([...this.#states].map(async ([file, state]) => [file, await state] as const)));
  }
}

async function changed(recorded: ReadonlyMap<string, string>): Promise<boolean> {
  const states = await Promise.all([...recorded].map(async ([file, state]) => (await stateOf(file)) !== state));
  return states.includes(true);
}

/** The state of a file as a text that differs when the file changed, was created or was removed. */
async function stateOf(file: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeMs, ctimeMs } = await stat(file);
    return [dev, ino, size, mtimeMs, ctimeMs].join("|");
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}
