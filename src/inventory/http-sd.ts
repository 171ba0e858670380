import { createHash } from "node:crypto";
import type { HttpSdConfig } from "../config/index.ts";
import { readSecret } from "../config/index.ts";
import { type Clock, serverProblem, type Timer } from "../lib/index.ts";
import type { Candidate } from "./candidate.ts";
import type { Source, SourceChanged } from "./source.ts";
import { type TargetGroup, type Told, targetGroups, toldBy } from "./target-groups.ts";

const MAX_BYTES = 64 * 1024 * 1024;
const FIRST_RETRY_MS = 5000;
const LAST_RETRY_MS = 300_000;

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** What an HTTP source learned; handed on to its successor over a reload. */
export interface HttpSourceMemory {
  readonly groups: readonly TargetGroup[];
  readonly etag?: string;
  /** Of the answer the groups were in: many servers know no ETag and give the same list each minute. */
  readonly digest?: string;
}

/**
 * Hosts from a server that speaks Prometheus' http_sd. While it fails, its last good list stays, and it
 * is asked after 5 s, 10 s, 20 s ... up to its interval, or five minutes where that is longer.
 */
export class HttpSource implements Source {
  readonly #config: HttpSdConfig;
  readonly #clock: Clock;
  readonly #changed: SourceChanged;
  readonly #fetch: Fetch;
  #stopped = false;
  #request: AbortController | undefined;
  readonly #inherited: boolean;
  #memory: HttpSourceMemory;
  #told: Told;
  #failure: string | undefined;
  #failures = 0;
  #timer: Timer | undefined;

  constructor(
    config: HttpSdConfig,
    options: {
      readonly clock: Clock;
      readonly changed: SourceChanged;
      readonly fetch?: Fetch;
      readonly memory?: HttpSourceMemory;
    },
  ) {
    this.#config = config;
    this.#clock = options.clock;
    this.#changed = options.changed;
    this.#fetch = options.fetch ?? ((url, init) => fetch(url, init));
    this.#inherited = options.memory !== undefined;
    this.#memory = options.memory ?? { groups: [] };
    this.#told = this.#toldBy(this.#memory);
  }

  get url(): string {
    return this.#config.url;
  }

  /** For the source that takes this one's place. */
  get memory(): HttpSourceMemory {
    return this.#memory;
  }

  /** With a predecessor's memory there is a list to go on with, and nothing to wait for. */
  start(): Promise<void> {
    const first = this.#refresh();
    return this.#inherited ? Promise.resolve() : first;
  }

  stop(): void {
    this.#stopped = true;
    this.#request?.abort(new Error("stopped"));
    this.#timer?.cancel();
  }

  candidates(): readonly Candidate[] {
    return this.#told.candidates;
  }

  problems(): readonly string[] {
    const failures = this.#failure === undefined ? [] : [`${this.#config.url}: ${this.#failure}`];
    return [...failures, ...this.#told.warnings];
  }

  #toldBy({ groups }: HttpSourceMemory): Told {
    return toldBy(groups, this.#config, this.#config.url);
  }

  async #refresh(): Promise<void> {
    const before = { groups: this.#memory.groups, failure: this.#failure };
    try {
      this.#memory = await this.#ask();
      this.#failure = undefined;
      this.#failures = 0;
    } catch (error) {
      this.#failure = reason(error);
      this.#failures++;
    }
    if (this.#stopped) return;
    this.#timer = this.#clock.after(this.#delayMs(), () => void this.#refresh());
    const isNew = before.groups !== this.#memory.groups;
    if (isNew) this.#told = this.#toldBy(this.#memory);
    if (isNew || before.failure !== this.#failure) this.#changed();
  }

  #delayMs(): number {
    const { refreshMs } = this.#config;
    if (this.#failures === 0) return refreshMs;
    const longest = Math.max(refreshMs, LAST_RETRY_MS);
    return Math.min(FIRST_RETRY_MS * 2 ** Math.min(this.#failures - 1, 20), longest);
  }

  async #ask(): Promise<HttpSourceMemory> {
    const { url, refreshMs, timeoutMs } = this.#config;
    const headers: Record<string, string> = {
      accept: "application/json",
      "user-agent": "lightsout",
      "x-prometheus-refresh-interval-seconds": String(refreshMs / 1000),
    };
    if (this.#memory.etag !== undefined) headers["if-none-match"] = this.#memory.etag;
    const authorization = await this.#authorization();
    if (authorization !== undefined) headers.authorization = authorization;
    const request = new AbortController();
    this.#request = request;
    const timer = this.#clock.after(timeoutMs, () => request.abort(new Error(`no answer in ${timeoutMs / 1000} s`)));
    const { signal } = request;
    try {
      const response = await this.#fetch(url, { headers, signal });
      if (response.status === 304) return this.#memory;
      if (response.status !== 200) {
        await response.body?.cancel();
        throw new Error(statusProblem(response));
      }
      const body = await readBody(response);
      const digest = createHash("sha256").update(body).digest("base64");
      const groups = digest === this.#memory.digest ? this.#memory.groups : targetGroups(JSON.parse(body));
      return { groups, digest, etag: response.headers.get("etag") ?? undefined };
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    } finally {
      timer.cancel();
      this.#request = undefined;
    }
  }

  async #authorization(): Promise<string | undefined> {
    const { authorization } = this.#config;
    if (!authorization) return undefined;
    const secret = await readSecret(authorization.secret, "the secret");
    if (authorization.type === "header") return `${authorization.scheme} ${secret.reveal()}`;
    return `Basic ${Buffer.from(`${authorization.username}:${secret.reveal()}`).toString("base64")}`;
  }
}

async function readBody(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_BYTES) throw new Error(`answered more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

const STATUS_REMEDIES: Readonly<Record<number, string>> = {
  400: "look at the parameters of the URL",
  401: "look at basic_auth or authorization",
  403: "its user may not read this; look at the rights behind basic_auth or authorization",
  404: "look at the path of the URL",
  407: "a proxy wants a login",
  429: "it is asked too often; raise refresh_interval",
};

/** "answered 401 Unauthorized; look at basic_auth or authorization" */
function statusProblem({ status, statusText }: Response): string {
  const answered = `answered ${status} ${statusText}`.trimEnd();
  const remedy = STATUS_REMEDIES[status] ?? (status >= 500 ? "look at the log of that server" : undefined);
  return remedy === undefined ? answered : `${answered}; ${remedy}`;
}

/** A sentence without what the server sent: that may be a page of HTML, or a secret in an echo. */
function reason(error: unknown): string {
  if (error instanceof SyntaxError) return "answered something that is no JSON";
  if (!(error instanceof Error)) return String(error);
  // fetch hides what happened behind "fetch failed".
  const cause = error instanceof TypeError && error.cause instanceof Error ? error.cause : undefined;
  if (!cause) return error.message;
  const words = serverProblem(cause);
  // Node tries each address of a name, and gathers what it was told.
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : undefined;
  return words ?? serverProblem(first) ?? (cause.message || ((cause as NodeJS.ErrnoException).code ?? "unknown error"));
}
