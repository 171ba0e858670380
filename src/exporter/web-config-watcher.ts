import { stat } from "node:fs/promises";
import { ConfigError, formatProblem, loadWebConfig, type WebConfig } from "../config/index.ts";
import type { Clock, Logger } from "../lib/index.ts";

/** What became of a web configuration that was read; counted elsewhere. */
export interface WebConfigWatcherReport {
  webConfigLoaded(certificateExpiresAtMs: number | undefined): void;
  webConfigRefused(): void;
}

export interface WebConfigWatcherOptions {
  readonly log: Logger;
  readonly clock: Clock;
  readonly report: WebConfigWatcherReport;
}

/** Files are looked at when somebody connects or asks, and not more often than this. */
const LOOK_EVERY_MS = 1000;
/** A file system that hangs must not keep anybody out. */
const LOOK_WITHIN_MS = 2000;
const DAY_MS = 86_400_000;

/**
 * The web configuration as it is now. It is read again when the file, a certificate, a key or a CA changed; one that
 * is bad is told once, and the one before stays.
 */
export class WebConfigWatcher {
  readonly #path: string;
  readonly #options: WebConfigWatcherOptions;
  #config: WebConfig;
  /** What was read last, good or bad, and how it looked then. */
  #seen: ReadonlyMap<string, string>;
  #lookedAtMs: number;
  #looking: Promise<WebConfig> | undefined;

  /** Reads the file. Throws ConfigError. */
  static async open(path: string, options: WebConfigWatcherOptions): Promise<WebConfigWatcher> {
    const looks = new Looks();
    const config = await loadWebConfig(path, (file) => looks.take(file));
    return new WebConfigWatcher(path, options, config, await looks.all());
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
    this.#seen = seen;
    this.#lookedAtMs = options.clock.monotonicMs();
    this.#tell();
  }

  /** The configuration for a connection or a request; a promise where files are being looked at. */
  current(): WebConfig | Promise<WebConfig> {
    const { clock } = this.#options;
    if (!this.#looking && clock.monotonicMs() - this.#lookedAtMs < LOOK_EVERY_MS) return this.#config;
    return this.#inTime(this.#look());
  }

  /** Reads the file whether it changed or not. Gives what is wrong with it, a sentence each. */
  async reload(): Promise<readonly string[]> {
    await this.#looking;
    return this.#load();
  }

  #look(): Promise<WebConfig> {
    this.#looking ??= (async () => {
      try {
        if (await changed(this.#seen)) await this.#load();
        return this.#config;
      } finally {
        this.#lookedAtMs = this.#options.clock.monotonicMs();
        this.#looking = undefined;
      }
    })();
    return this.#looking;
  }

  async #inTime(looking: Promise<WebConfig>): Promise<WebConfig> {
    return new Promise((resolve, reject) => {
      const timer = this.#options.clock.after(LOOK_WITHIN_MS, () => resolve(this.#config));
      looking.then(resolve, reject).finally(() => timer.cancel());
    });
  }

  async #load(): Promise<readonly string[]> {
    const { log, report } = this.#options;
    const looks = new Looks();
    try {
      this.#config = await loadWebConfig(this.#path, (file) => looks.take(file));
      this.#tell();
      return [];
    } catch (error) {
      const problems = error instanceof ConfigError ? error.problems.map(formatProblem) : [String(error)];
      report.webConfigRefused();
      for (const problem of problems) log.error({ problem }, "web configuration not reloaded, the old one stays");
      return problems;
    } finally {
      this.#seen = await looks.all();
    }
  }

  #tell(): void {
    const { log, report, clock } = this.#options;
    const { tls, users, notes } = this.#config;
    report.webConfigLoaded(tls?.certificateExpiresAt);
    const expires = tls && new Date(tls.certificateExpiresAt).toISOString();
    log.info({ file: this.#path, tls: tls !== undefined, users: users.size, expires }, "web configuration read");
    for (const note of notes) log.warn({ file: this.#path }, note);
    if (tls && tls.certificateExpiresAt < clock.wallMs() + DAY_MS)
      log.warn({ expires }, "the certificate of the web server has expired or is about to");
  }
}

/** How files looked just before they were read, so that a change meanwhile is seen at the next look. */
class Looks {
  readonly #taken = new Map<string, Promise<string>>();

  take(file: string): void {
    this.#taken.set(file, lookOf(file));
  }

  async all(): Promise<ReadonlyMap<string, string>> {
    return new Map(await Promise.all([...this.#taken].map(async ([file, look]) => [file, await look] as const)));
  }
}

async function changed(seen: ReadonlyMap<string, string>): Promise<boolean> {
  const looks = await Promise.all([...seen].map(async ([file, look]) => (await lookOf(file)) !== look));
  return looks.includes(true);
}

/** A file from outside: another text when it changed, came or went. */
async function lookOf(file: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeMs, ctimeMs } = await stat(file);
    return [dev, ino, size, mtimeMs, ctimeMs].join("|");
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}
