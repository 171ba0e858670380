import type { Clock, Secret } from "../lib/index.ts";
import { RedfishError } from "./errors.ts";
import { type HttpResponse, RedfishHttp } from "./http.ts";
import { isObject, type JsonObject, linkAt, textAt } from "./json.ts";
import { type RedfishObserver, silentObserver, type Trace } from "./observer.ts";
import { isSessionLimit, isTransient, refusalOf } from "./refusal.ts";
import type { PeerCertificate, TlsMemory, TlsSettings } from "./tls.ts";

export const SERVICE_ROOT = "/redfish/v1/";
/** Where sessions are created if the service root names no place. */
const SESSIONS = "/redfish/v1/SessionService/Sessions";

/** Wait before a request is repeated that the BMC was too busy to answer, unless it names a time. */
const BUSY_PAUSE_MS = 1000;
const LONGEST_BUSY_PAUSE_MS = 10_000;
/** A logout gets this time, also when the poll is over. */
const LOGOUT_MS = 2000;
/** iLO firmware refuses valid credentials now and then; a refusal counts when it comes this often in a row. */
export const LOGIN_REFUSALS = 3;

export interface RedfishLogin {
  readonly user: string;
  readonly password: Secret;
  /** `session`: token login. `basic`: the password goes with each request; for services without sessions. */
  readonly auth: "session" | "basic";
}

export interface RedfishSessionOptions {
  /** Name or IP address. */
  readonly host: string;
  readonly port: number;
  readonly tls: TlsSettings;
  readonly login: RedfishLogin;
  readonly clock: Clock;
  readonly observer?: RedfishObserver;
  /** Asked before each request; while it returns false, nothing is sent. */
  readonly maySend?: (() => boolean) | undefined;
}

/** What outlives the process: plain JSON. */
export interface SavedSession {
  /** Fingerprint of the certificate that was seen first. */
  readonly pin?: string;
  /** URI of the open session: after a kill the next run deletes it. */
  readonly session?: string;
}

interface OpenSession {
  readonly headers: Readonly<Record<string, string>>;
  /** Absent with Basic authentication, and where the BMC names no URI. */
  readonly uri?: string;
}

/**
 * A session on one BMC: logs in, keeps the token, logs in again once when the token is refused, and logs out.
 * One request in flight at a time.
 */
export class RedfishSession {
  readonly #options: RedfishSessionOptions;
  readonly #observer: RedfishObserver;
  readonly #tls: TlsMemory = { pin: undefined, ticket: undefined, certificate: undefined, heardAtMs: -Infinity };
  #http: RedfishHttp | undefined;
  #root: JsonObject | undefined;
  #open: OpenSession | undefined;
  /** Session of an earlier process, to be deleted. */
  #leftover: string | undefined;
  #refusals = 0;
  #trace: Trace | undefined;

  constructor(options: RedfishSessionOptions) {
    this.#options = options;
    this.#observer = options.observer ?? silentObserver;
  }

  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /** When the BMC last sent anything, monotonic ms; -Infinity: never. */
  get heardAtMs(): number {
    return this.#tls.heardAtMs;
  }

  /** Certificate of the last connection. */
  get certificate(): PeerCertificate | undefined {
    return this.#tls.certificate;
  }

  set trace(trace: Trace | undefined) {
    this.#trace = trace;
    if (this.#http) this.#http.trace = trace;
  }

  save(): SavedSession {
    const session = this.#open?.uri ?? this.#leftover;
    const { pin } = this.#tls;
    return { ...(pin === undefined ? undefined : { pin }), ...(session === undefined ? undefined : { session }) };
  }

  restore({ pin, session }: SavedSession): void {
    this.#tls.pin = pin;
    this.#leftover = session;
  }

  /**
   * The service root, which needs no login.
   *
   * @throws RedfishError
   */
  async root(signal: AbortSignal): Promise<JsonObject> {
    const response = await this.#patiently(SERVICE_ROOT, {}, signal);
    if (response.status !== 200 || !isObject(response.json)) throw refusalOf(SERVICE_ROOT, response, "service_root");
    this.#root = response.json;
    return response.json;
  }

  /**
   * Logs in unless a session is open.
   *
   * @throws RedfishError `wrong_password` after the third refusal in a row, `bmc_busy` before that,
   *   `no_free_session`, and what a connection throws
   */
  async open(signal: AbortSignal): Promise<void> {
    if (this.#open) return;
    const { login } = this.#options;
    if (login.auth === "basic") {
      const pair = Buffer.from(`${login.user}:${login.password.reveal()}`).toString("base64");
      this.#open = { headers: { authorization: `Basic ${pair}` } };
      return;
    }
    const root = this.#root ?? (await this.root(signal));
    const uri = linkAt(root, "Links", "Sessions") ?? linkAt(root, "links", "Sessions") ?? SESSIONS;
    const response = await this.#connection().login(uri, login.user, login.password, signal);
    const token = response.headers["x-auth-token"];
    if (response.status >= 200 && response.status < 300 && typeof token === "string") {
      this.#refusals = 0;
      this.#open = { headers: { "x-auth-token": token }, ...sessionUri(response) };
      this.#observer.sessionOpened();
      await this.#deleteLeftover(signal);
      return;
    }
    throw this.#loginError(uri, response);
  }

  #loginError(uri: string, response: HttpResponse): RedfishError {
    const what = `login at ${uri}`;
    if (isSessionLimit(response) || (response.status !== 401 && response.status !== 403 && response.status !== 400))
      return refusalOf(what, response, "session");
    if (response.status === 400 && isTransient(response)) return refusalOf(what, response, "session");
    this.#refusals += 1;
    const stage = "session";
    const { status } = response;
    if (this.#refusals >= LOGIN_REFUSALS)
      return new RedfishError("wrong_password", `${what}: user name or password refused (HTTP ${status})`, {
        stage,
        status,
      });
    const count = `${this.#refusals} of ${LOGIN_REFUSALS} refusals before polling stops`;
    return new RedfishError("bmc_busy", `${what}: refused with HTTP ${status}; ${count}`, { stage, status });
  }

  /** A process that was killed could not log out: its session would keep a place until it expires. */
  async #deleteLeftover(signal: AbortSignal): Promise<void> {
    const uri = this.#leftover;
    this.#leftover = undefined;
    if (uri === undefined || uri === this.#open?.uri) return;
    try {
      const { status } = await this.#connection().logout(uri, this.#open?.headers ?? {}, signal);
      if (status >= 500) {
        // A busy BMC: the next login tries again.
        this.#leftover = uri;
        return;
      }
      this.#trace?.("note", "a session that was left behind is deleted");
    } catch (error) {
      if (signal.aborted) throw error;
    }
  }

  /**
   * One resource as JSON. Logs in first if no session is open, and once again if the token is refused.
   *
   * @throws RedfishError; status 404 and the like are `unsupported`
   */
  async get(uri: string, signal: AbortSignal): Promise<JsonObject> {
    await this.open(signal);
    let response = await this.#patiently(uri, this.#credentials(), signal);
    if (response.status === 401) {
      response = await this.#again(uri, response, signal);
    } else {
      this.#refusals = 0;
    }
    const { status, json } = response;
    const isResource = status >= 200 && status < 300 && isObject(json) && !("error" in json && !("@odata.id" in json));
    if (!isResource) throw refusalOf(uri, response, "resource");
    return json;
  }

  async #again(uri: string, refused: HttpResponse, signal: AbortSignal): Promise<HttpResponse> {
    // Some BMCs refuse a valid token now and then: the session behind it would keep a place until it expires.
    this.#leftover = this.#open?.uri ?? this.#leftover;
    this.#open = undefined;
    if (this.#options.login.auth === "basic") throw this.#loginError(uri, refused);
    this.#observer.sessionLost();
    await this.open(signal);
    return this.#patiently(uri, this.#credentials(), signal);
  }

  /** The header that proves who we are. */
  #credentials(): Readonly<Record<string, string>> {
    return this.#open?.headers ?? {};
  }

  /** A GET, repeated once after a pause if the BMC is busy or its connection broke. */
  async #patiently(uri: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<HttpResponse> {
    const http = this.#connection();
    let pauseMs = BUSY_PAUSE_MS;
    try {
      const response = await http.get(uri, headers, signal);
      if (!isTransient(response) || isSessionLimit(response)) return response;
      pauseMs = retryAfterMs(response, this.#options.clock.wallMs()) ?? BUSY_PAUSE_MS;
      if (pauseMs > LONGEST_BUSY_PAUSE_MS) return response;
    } catch (error) {
      if (!(error instanceof RedfishError) || error.reason !== "bmc_busy") throw error;
    }
    await this.#pause(pauseMs, signal);
    this.#observer.retried();
    return http.get(uri, headers, signal);
  }

  #pause(durationMs: number, signal: AbortSignal): Promise<void> {
    this.#trace?.("note", `the BMC is busy; the request is sent again after ${Math.round(durationMs)} ms`);
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const onAbort = (): void => {
        timer.cancel();
        reject(signal.reason);
      };
      const timer = this.#options.clock.after(durationMs, () => {
        signal.removeEventListener("abort", onAbort);
        resolve();
      });
      signal.addEventListener("abort", onAbort, { once: true });
    });
  }

  #connection(): RedfishHttp {
    if (!this.#http) {
      const { host, port, tls, clock, maySend } = this.#options;
      const options = { host, port, tls, tlsMemory: this.#tls, clock, observer: this.#observer, maySend };
      this.#http = new RedfishHttp(options);
      this.#http.trace = this.#trace;
    }
    return this.#http;
  }

  /** Logs out if a session is open, and closes the connection. Never rejects. */
  async close(): Promise<void> {
    const http = this.#http;
    const open = this.#open;
    this.#open = undefined;
    this.#http = undefined;
    if (!http) return;
    if (open && this.#options.login.auth === "session") this.#observer.sessionClosed();
    if (open?.uri !== undefined) {
      const signal = new AbortController();
      const timer = this.#options.clock.after(LOGOUT_MS, () => signal.abort(new Error("logout took too long")));
      try {
        await http.logout(open.uri, open.headers, signal.signal);
      } catch {
        // The session expires by itself; the next run deletes it if its URI was saved.
        this.#leftover = open.uri;
      } finally {
        timer.cancel();
      }
    }
    await http.close();
  }
}

/** The path of the new session: the Location header, or the body where there is none. */
function sessionUri({ headers, json }: HttpResponse): { uri?: string } {
  const { location } = headers;
  const text = typeof location === "string" ? location : textAt(json, "@odata.id");
  if (text === undefined) return {};
  if (text.startsWith("/")) return { uri: text };
  return URL.canParse(text) ? { uri: new URL(text).pathname } : {};
}

/** The delay in a Retry-After header, in seconds or as a date. */
function retryAfterMs({ headers }: HttpResponse, nowMs: number): number | undefined {
  const header = headers["retry-after"];
  if (typeof header !== "string") return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}
