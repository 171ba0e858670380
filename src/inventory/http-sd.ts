import { createHash } from "node:crypto";
import type { HttpSdConfig } from "../config/index.ts";
import { readSecret } from "../config/index.ts";
import { type Clock, hideUrlSecrets, hideUrlsIn, serverProblem, type Timer } from "../lib/index.ts";
import type { Candidate } from "./candidate.ts";
import type { Rejection } from "./rejection.ts";
import type { Source, SourceChanged, SourceFailure } from "./source.ts";
import { type Discovered, discovered, type TargetGroup, targetGroups } from "./target-groups.ts";

const MAX_BYTES = 64 * 1024 * 1024;
const FIRST_RETRY_MS = 5000;
const LAST_RETRY_MS = 300_000;

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** The last valid list of an HTTP source; its successor after a reload starts with it. */
interface HttpSourceMemory {
  readonly groups: readonly TargetGroup[];
  readonly etag?: string;
  /** Digest of the response: many servers have no ETag and return the same list each minute. */
  readonly digest?: string;
}

/**
 * Hosts from a server with the http_sd format of Prometheus. While it fails, its last valid list stays, and it is
 * requested again after 5 s, 10 s, 20 s ... up to its interval or, if that is longer, five minutes.
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
  #found: Discovered;
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
    this.#found = this.#discovered(this.#memory);
  }

  get url(): string {
    return this.#config.url;
  }

  /** For the source that replaces this one. */
  get memory(): HttpSourceMemory {
    return this.#memory;
  }

  /** With the list of a predecessor there is nothing to wait for. */
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
    return this.#found.candidates;
  }

  rejections(): readonly Rejection[] {
    return this.#found.rejections;
  }

  failures(): readonly SourceFailure[] {
    return this.#failure === undefined ? [] : [{ text: `${this.#name}: ${this.#failure}`, isMissing: false }];
  }

  /** `http_sd[0] (http://netbox.example.org/<secret>)` */
  get #name(): string {
    const { index, url } = this.#config;
    return `http_sd[${index}] (${hideUrlSecrets(url)})`;
  }

  #discovered({ groups }: HttpSourceMemory): Discovered {
    return discovered(groups, this.#config, this.#name);
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
    if (isNew) this.#found = this.#discovered(this.#memory);
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
    const timer = this.#clock.after(timeoutMs, () => request.abort(new Error(`no response in ${timeoutMs / 1000} s`)));
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
    if (size > MAX_BYTES) throw new Error(`the response is longer than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

const STATUS_REMEDIES: Readonly<Record<number, string>> = {
  400: "check the parameters of the URL",
  401: "check basic_auth or authorization",
  403: "the user or token may not read this; check its permissions and basic_auth or authorization",
  404: "check the path of the URL",
  407: "a proxy requires a login",
  429: "too many requests; raise refresh_interval",
};

/** "status 401 Unauthorized; check basic_auth or authorization" */
function statusProblem({ status, statusText }: Response): string {
  const line = `status ${status} ${statusText}`.trimEnd();
  const remedy = STATUS_REMEDIES[status] ?? (status >= 500 ? "see the log of that server" : undefined);
  return remedy === undefined ? line : `${line}; ${remedy}`;
}

/** One sentence without the body of the response, which may be a page of HTML or hold a secret. */
function reason(error: unknown): string {
  if (error instanceof SyntaxError) return "the response is not JSON";
  if (!(error instanceof Error)) return String(error);
  // fetch reports only "fetch failed" and has the reason as cause.
  const cause = error instanceof TypeError && error.cause instanceof Error ? error.cause : undefined;
  if (!cause) return hideUrlsIn(error.message);
  const words = serverProblem(cause);
  // Node.js tries each address of a name and collects the errors.
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : undefined;
  const text = cause.message || ((cause as NodeJS.ErrnoException).code ?? "unknown error");
  return words ?? serverProblem(first) ?? hideUrlsIn(text);
}
