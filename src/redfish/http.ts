import { isAscii } from "node:buffer";
import { promisify } from "node:util";
import { gunzip as gunzipCallback } from "node:zlib";
import { Client } from "undici";
import type { Clock, Secret } from "../lib/index.ts";
import { RedfishError } from "./errors.ts";
import { textAt } from "./json.ts";
import type { RedfishObserver, Trace } from "./observer.ts";
import { type RawResponse, ResponseCollector } from "./response-collector.ts";
import { openTls, type TlsMemory, type TlsSettings } from "./tls.ts";

const gunzip = promisify(gunzipCallback);

/** Longest body, also after decompression. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;
const MAX_HEADER_BYTES = 64 * 1024;
/** Longest wait for one response. Slow BMCs take ten seconds for one resource. */
const REQUEST_TIMEOUT_MS = 15_000;
const MAX_REDIRECTS = 3;
/** A kept connection is closed after this time without a request; a shorter time in a Keep-Alive header wins. */
const KEEP_ALIVE_MS = 10 * 60_000;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const CONNECTION_LOST: ReadonlySet<string> = new Set(["UND_ERR_SOCKET", "ECONNRESET", "EPIPE", "ECONNABORTED"]);

export interface HttpOptions {
  /** Name or IP address. */
  readonly host: string;
  readonly port: number;
  readonly tls: TlsSettings;
  readonly tlsMemory: TlsMemory;
  readonly clock: Clock;
  readonly observer: RedfishObserver;
  /** Asked before each request; while it returns false, nothing is sent and the request fails. */
  readonly maySend?: (() => boolean) | undefined;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The JSON of the body; undefined where the body is empty or no JSON. */
  readonly json: unknown;
  /** The body is neither empty nor JSON: an HTML page of a proxy or of a web server that restarts. */
  readonly isForeign: boolean;
}

interface Exchange {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A request in flight. */
interface Flight {
  /** The first byte of the response was received. */
  hasStarted: boolean;
  collector: ResponseCollector | undefined;
}

const ACCEPT = { accept: "application/json", "odata-version": "4.0", "accept-encoding": "gzip" } as const;

/**
 * HTTPS to one BMC: one connection, one request in flight. It can send a GET, the POST of a login and the DELETE of
 * a logout, and nothing else. Every request has a deadline, and every answer a greatest size.
 */
export class RedfishHttp {
  readonly #options: HttpOptions;
  readonly #client: Client;
  readonly #origin: string;
  trace: Trace | undefined;
  /** Ends the opening of a connection. */
  #connecting: AbortController | undefined;
  /** Why the request in flight is to end, if its connection is opened later. */
  #abortedBy: { readonly reason: unknown } | undefined;
  #tail: Promise<unknown> = Promise.resolve();
  /** Answers received over the open connection. */
  #answered = 0;

  constructor(options: HttpOptions) {
    this.#options = options;
    const { host, port } = options;
    this.#origin = `https://${host.includes(":") ? `[${host}]` : host}:${port}`;
    this.#client = new Client(this.#origin, {
      connect: (_target, callback) => {
        this.#connect().then(
          (socket) => callback(null, socket),
          (error: Error) => callback(error, null),
        );
      },
      pipelining: 1,
      maxHeaderSize: MAX_HEADER_BYTES,
      maxResponseSize: MAX_BODY_BYTES,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      // The deadline of each request is ours.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  async #connect() {
    const { host, port, tls, tlsMemory, clock, observer } = this.#options;
    const begin = clock.monotonicMs();
    const connecting = new AbortController();
    this.#connecting = connecting;
    if (this.#abortedBy) connecting.abort(this.#abortedBy.reason);
    const target = { host, port, settings: tls, memory: tlsMemory, clock };
    const { socket, resumed } = await openTls(target, connecting.signal);
    this.#answered = 0;
    observer.handshake(resumed, clock.monotonicMs() - begin);
    this.trace?.("note", `TLS connection ${resumed ? "resumed" : "established"}, ${socket.getProtocol() ?? "TLS"}`);
    return socket;
  }

  /**
   * Sends a GET and follows redirects within the BMC. A GET whose kept connection ends before the first byte of the
   * answer is sent once more on a new connection: a BMC may close an idle connection at any moment.
   *
   * @throws RedfishError, or the signal's reason when aborted
   */
  async get(path: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<HttpResponse> {
    let current = path;
    for (let redirects = 0; ; redirects++) {
      const response = await this.#send({ method: "GET", path: current, headers }, signal);
      const location = response.headers.location;
      if (!REDIRECTS.has(response.status) || typeof location !== "string") return response;
      if (redirects === MAX_REDIRECTS) throw protocolError(`${path}: more than ${MAX_REDIRECTS} redirects`);
      current = this.#within(location, path);
    }
  }

  /** Sends the login of a session. The body is neither traced nor kept. */
  async login(path: string, user: string, password: Secret, signal: AbortSignal): Promise<HttpResponse> {
    const body = JSON.stringify({ UserName: user, Password: password.reveal() });
    return this.#send({ method: "POST", path, headers: { "content-type": "application/json" }, body }, signal);
  }

  /** Deletes a session. */
  async logout(path: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<HttpResponse> {
    return this.#send({ method: "DELETE", path, headers }, signal);
  }

  /** The path of a URI that must lead to this BMC. */
  #within(location: string, from: string): string {
    const target = URL.canParse(location, this.#origin) ? new URL(location, this.#origin) : undefined;
    const ours = new URL(this.#origin);
    if (!target || target.protocol !== ours.protocol || target.host !== ours.host)
      throw protocolError(`${from}: redirect to another server refused`);
    return target.pathname + target.search;
  }

  /** One exchange at a time: a second one waits for the first. */
  #send(exchange: Exchange, signal: AbortSignal): Promise<HttpResponse> {
    const result = this.#tail.then(() => this.#sendNow(exchange, signal));
    this.#tail = result.catch(() => {});
    return result;
  }

  async #sendNow(exchange: Exchange, signal: AbortSignal): Promise<HttpResponse> {
    signal.throwIfAborted();
    const { clock, maySend } = this.#options;
    if (maySend?.() === false)
      throw new RedfishError("unreachable", "this process may not send to BMCs at present", { stage: "connect" });
    this.#abortedBy = undefined;
    const flight: Flight = { hasStarted: false, collector: undefined };
    const abort = (reason: unknown): void => {
      this.#abortedBy = { reason };
      this.#connecting?.abort(reason);
      flight.collector?.abort(reason);
    };
    const onAbort = (): void => abort(signal.reason);
    signal.addEventListener("abort", onAbort);
    const timer = clock.after(REQUEST_TIMEOUT_MS, () => abort(new RequestTimeout()));
    try {
      const wasKept = this.#answered > 0;
      try {
        return await this.#exchange(exchange, flight);
      } catch (error) {
        const isRepeatable = exchange.method === "GET" && wasKept && !flight.hasStarted && isConnectionLost(error);
        if (!isRepeatable || this.#abortedBy) throw error;
        this.#options.observer.retried();
        this.trace?.("note", "the BMC had closed the kept connection; the request is sent again");
        return await this.#exchange(exchange, flight);
      }
    } catch (error) {
      const explained = this.#explained(error, exchange, signal);
      if (explained instanceof RedfishError) this.trace?.("note", `${explained.reason}: ${explained.message}`);
      throw explained;
    } finally {
      timer.cancel();
      signal.removeEventListener("abort", onAbort);
    }
  }

  async #exchange({ method, path, headers, body }: Exchange, flight: Flight): Promise<HttpResponse> {
    const { clock, observer } = this.#options;
    const begin = clock.monotonicMs();
    this.trace?.("sent", `${method} ${path}`);
    const request = { method, path: sendable(path), headers: { ...ACCEPT, ...headers }, body };
    const response = await new Promise<RawResponse>((resolve, reject) => {
      flight.collector = new ResponseCollector(resolve, reject, () => {
        flight.hasStarted = true;
        this.#options.tlsMemory.heardAtMs = clock.monotonicMs();
      });
      this.#client.dispatch(request, flight.collector);
    });
    const bytes = isCompressed(response)
      ? await gunzip(response.bytes, { maxOutputLength: MAX_BODY_BYTES })
      : response.bytes;
    this.#answered += 1;
    const milliseconds = clock.monotonicMs() - begin;
    const { json, isForeign } = parsed(bytes);
    observer.responseReceived(kindOf(json), response.status, bytes.length, milliseconds);
    this.trace?.("received", `${response.status}, ${bytes.length} bytes, ${Math.round(milliseconds)} ms`);
    return { status: response.status, headers: response.headers, json, isForeign };
  }

  /** An error of the connection in the words of this package. */
  #explained(error: unknown, { method, path }: Exchange, signal: AbortSignal): unknown {
    if (signal.aborted || error instanceof RedfishError) return signal.aborted ? signal.reason : error;
    const what = `${method} ${path}`;
    if (error instanceof RequestTimeout) {
      const message = `${what}: no response within ${REQUEST_TIMEOUT_MS / 1000} s`;
      return new RedfishError("timeout", message, { stage: "resource", cause: error });
    }
    const code = codeOf(error);
    if (code === "UND_ERR_RES_EXCEEDED_MAX_SIZE" || code === "ERR_BUFFER_TOO_LARGE")
      return protocolError(`${what}: the response is larger than ${MAX_BODY_BYTES / 1024 / 1024} MiB`, error);
    if (code === "UND_ERR_HEADERS_OVERFLOW")
      return protocolError(`${what}: the response headers are larger than ${MAX_HEADER_BYTES / 1024} KiB`, error);
    if (CONNECTION_LOST.has(code)) {
      const message = `${what}: the BMC closed the connection before the response was complete`;
      return new RedfishError("bmc_busy", message, { stage: "resource", cause: error });
    }
    const reason = code !== "" ? code : error instanceof Error ? error.message : String(error);
    return protocolError(`${what}: the response is not valid HTTP (${reason})`, error);
  }

  /** Closes the connection at once. */
  async close(): Promise<void> {
    await this.#client.destroy();
  }
}

class RequestTimeout extends Error {}

const isCompressed = ({ headers, bytes }: RawResponse): boolean =>
  headers["content-encoding"] === "gzip" && bytes.length > 0;

/** Most responses are ASCII, and JSON of one-byte characters is parsed faster. */
function parsed(bytes: Buffer): { json: unknown; isForeign: boolean } {
  const text = isAscii(bytes) ? bytes.toString("latin1") : bytes.toString("utf8").trimStart();
  try {
    return { json: JSON.parse(text), isForeign: false };
  } catch {
    return { json: undefined, isForeign: text.trim() !== "" };
  }
}

/** "Thermal" of `#Thermal.v1_7_1.Thermal`. */
function kindOf(json: unknown): string {
  const type = textAt(json, "@odata.type");
  return type?.split(".").at(-1)?.slice(0, 64) ?? "";
}

/** A path as it may stand in a request line, without its fragment. */
function sendable(path: string): string {
  const [target = "/"] = path.split("#");
  return target.replace(/[^\x21-\x7e]+/g, encodeURIComponent);
}

function isConnectionLost(error: unknown): boolean {
  return CONNECTION_LOST.has(codeOf(error));
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

function protocolError(message: string, cause?: unknown): RedfishError {
  return new RedfishError("protocol_error", message, { stage: "resource", cause });
}
