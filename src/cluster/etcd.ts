import { Agent, request } from "undici";
import type { Secret } from "../lib/index.ts";
import { EtcdError, errorOf } from "./etcd-error.ts";
import { lines } from "./lines.ts";

/** Longest answer that is not a watch: a page of host states. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

export interface EtcdOptions {
  /** URLs such as https://etcd1:2379; requests go to the next one after a failure. */
  readonly endpoints: readonly string[];
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  /** Without a user no login is sent. The password is read at each login, so that a changed file is used. */
  readonly user?: { readonly name: string; readonly password: () => Promise<Secret> };
  /** Time limit of a request to one endpoint. */
  readonly timeoutMs: number;
}

/** One key and its value. */
export interface KeyValue {
  readonly key: string;
  readonly value: string;
  /** Lease that removes the key when it expires; "0" for none. Decimal, because it has 64 bits. */
  readonly lease: string;
}

export interface Range {
  /** Revision of the store at which the answer is true. */
  readonly revision: number;
  readonly entries: readonly KeyValue[];
}

/** A condition of a transaction. */
export type Compare =
  | { readonly key: string; readonly absent: true }
  | { readonly key: string; readonly lease: string }
  | { readonly key: string; readonly value: string };

export type Change =
  | { readonly put: string; readonly value: string; readonly lease?: string }
  | { readonly remove: string };

/**
 * A client of etcd's v3 JSON gateway. Every method rejects with EtcdError. Reads are linearizable: they include every
 * write that was confirmed before they began.
 */
export class EtcdClient {
  readonly #options: EtcdOptions;
  readonly #agent: Agent;
  #endpoint = 0;
  #token: string | undefined;

  constructor(options: EtcdOptions) {
    this.#options = options;
    const { ca, cert, key } = options.tls ?? {};
    this.#agent = new Agent({
      connect: { timeout: options.timeoutMs, ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) },
      bodyTimeout: 0,
      keepAliveTimeout: 30_000,
    });
  }

  /** All keys that begin with `prefix`, in order. */
  async range(prefix: string): Promise<Range> {
    const entries: KeyValue[] = [];
    let from = prefix;
    let revision = 0;
    for (;;) {
      const answer = fields(
        await this.#call("kv/range", {
          key: base64(from),
          range_end: base64(prefixEnd(prefix)),
          limit: "1000",
          ...(revision > 0 && { revision: String(revision) }),
        }),
      );
      revision ||= revisionOf(answer);
      for (const kv of list(answer.kvs)) entries.push(keyValue(fields(kv)));
      const last = entries.at(-1);
      if (answer.more !== true || !last) return { revision, entries };
      from = `${last.key}\0`;
    }
  }

  /** The value of one key; undefined if it does not exist. */
  async get(key: string): Promise<string | undefined> {
    const answer = fields(await this.#call("kv/range", { key: base64(key) }));
    const [first] = list(answer.kvs);
    return first === undefined ? undefined : keyValue(fields(first)).value;
  }

  /** Makes all changes if all conditions hold, at once. Returns whether they held, and the revision. */
  async transact(
    compare: readonly Compare[],
    changes: readonly Change[],
  ): Promise<{ readonly done: boolean; readonly revision: number }> {
    const answer = fields(
      await this.#call("kv/txn", { compare: compare.map(comparison), success: changes.map(operation) }),
    );
    return { done: answer.succeeded === true, revision: revisionOf(answer) };
  }

  /** A lease of `seconds`; etcd may grant a longer one. */
  async grantLease(seconds: number): Promise<{ readonly id: string; readonly seconds: number }> {
    const answer = fields(await this.#call("lease/grant", { TTL: String(seconds) }));
    const id = text(answer.ID);
    if (id === undefined) throw new EtcdError("invalid", "etcd granted a lease without an id");
    return { id, seconds: Number(answer.TTL) || seconds };
  }

  /** Renews a lease and returns its new duration in seconds. Rejects with `lease_gone` if it has expired. */
  async renewLease(id: string): Promise<number> {
    const answer = fields(fields(await this.#call("lease/keepalive", { ID: id })).result);
    const seconds = Number(answer.TTL ?? 0);
    if (!(seconds > 0)) throw new EtcdError("lease_gone", "the lease has expired");
    return seconds;
  }

  /** Ends a lease; its keys are removed. */
  async revokeLease(id: string): Promise<void> {
    await this.#call("lease/revoke", { ID: id });
  }

  /** Version, size of the database in bytes and whether there is a leader, of the endpoint in use. */
  async status(): Promise<{ readonly version: string; readonly databaseBytes: number; readonly hasLeader: boolean }> {
    const answer = fields(await this.#call("maintenance/status", {}));
    return {
      version: text(answer.version) ?? "unknown",
      databaseBytes: Number(answer.dbSize ?? 0),
      hasLeader: answer.leader !== undefined && answer.leader !== "0",
    };
  }

  /**
   * Calls `changed` after each change of a key that begins with `prefix`. Resolves when the connection ends; the caller
   * reads the keys again and watches again.
   */
  async watch(prefix: string, signal: AbortSignal, changed: () => void): Promise<void> {
    const body = {
      create_request: { key: base64(prefix), range_end: base64(prefixEnd(prefix)), progress_notify: true },
    };
    await this.#login();
    const { statusCode, body: stream } = await this.#send("watch", body, signal);
    if (statusCode !== 200) throw errorOf(statusCode, await stream.text());
    for await (const line of lines(stream, MAX_BODY_BYTES)) {
      const answer = fields(parsed(line));
      if (answer.error !== undefined) throw errorOf(500, JSON.stringify(answer.error));
      if (list(fields(answer.result).events).length > 0) changed();
    }
  }

  /** Closes the connections; later requests fail. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  /** Sends a request to each endpoint in turn until one answers. */
  async #call(path: string, body: object): Promise<unknown> {
    let failure: EtcdError | undefined;
    for (let i = 0; i < this.#options.endpoints.length; i++) {
      try {
        return await this.#callHere(path, body);
      } catch (error) {
        failure = error instanceof EtcdError ? error : unreachable(this.#url(), error);
        if (failure.kind !== "unreachable") throw failure;
        this.#endpoint = (this.#endpoint + 1) % this.#options.endpoints.length;
      }
    }
    throw failure ?? new EtcdError("unreachable", "no endpoint of etcd is configured");
  }

  async #callHere(path: string, body: object): Promise<unknown> {
    await this.#login();
    const usedToken = this.#token;
    try {
      return await this.#exchange(path, body);
    } catch (error) {
      // The token has expired, or the member was restarted.
      if (usedToken === undefined || !(error instanceof EtcdError) || error.kind !== "refused") throw error;
      if (this.#token === usedToken) this.#token = undefined;
      await this.#login();
      return this.#exchange(path, body);
    }
  }

  async #login(): Promise<void> {
    const { user } = this.#options;
    if (!user || this.#token !== undefined) return;
    const password = (await user.password()).reveal();
    const answer = fields(await this.#exchange("auth/authenticate", { name: user.name, password }));
    this.#token = text(answer.token);
  }

  async #exchange(path: string, body: object): Promise<unknown> {
    const { timeoutMs } = this.#options;
    const { statusCode, body: stream } = await this.#send(path, body, AbortSignal.timeout(timeoutMs));
    const received = await wholeText(stream);
    if (statusCode !== 200) throw errorOf(statusCode, received);
    const answer = parsed(received);
    const { error } = fields(answer);
    if (error !== undefined) throw errorOf(500, typeof error === "string" ? received : JSON.stringify(error));
    return answer;
  }

  #send(path: string, body: object, signal: AbortSignal): ReturnType<typeof request> {
    return request(new URL(`/v3/${path}`, this.#url()), {
      method: "POST",
      dispatcher: this.#agent,
      headers: {
        "content-type": "application/json",
        ...(this.#token !== undefined && { authorization: this.#token }),
      },
      body: JSON.stringify(body),
      headersTimeout: this.#options.timeoutMs,
      signal,
    });
  }

  #url(): string {
    return this.#options.endpoints[this.#endpoint % this.#options.endpoints.length] ?? "";
  }
}

async function wholeText(stream: AsyncIterable<unknown>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    const bytes = chunk as Uint8Array;
    chunks.push(bytes);
    length += bytes.length;
    if (length > MAX_BODY_BYTES) throw new EtcdError("invalid", "etcd's answer is too long");
  }
  return Buffer.concat(chunks).toString("utf8");
}

type Fields = Readonly<Record<string, unknown>>;

function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new EtcdError("invalid", "the answer is not JSON; is the endpoint an etcd client URL?", { cause });
  }
}

function revisionOf(answer: Fields): number {
  return Number(fields(answer.header).revision ?? 0);
}

function keyValue({ key, value, lease }: Fields): KeyValue {
  return { key: unbase64(key), value: unbase64(value), lease: text(lease) ?? "0" };
}

function comparison(compare: Compare): object {
  const key = base64(compare.key);
  if ("absent" in compare) return { key, target: "CREATE", result: "EQUAL", create_revision: "0" };
  if ("lease" in compare) return { key, target: "LEASE", result: "EQUAL", lease: compare.lease };
  return { key, target: "VALUE", result: "EQUAL", value: base64(compare.value) };
}

function operation(change: Change): object {
  if ("remove" in change) return { request_delete_range: { key: base64(change.remove) } };
  const { put, value, lease } = change;
  return { request_put: { key: base64(put), value: base64(value), ...(lease !== undefined && { lease }) } };
}

const base64 = (value: string): string => Buffer.from(value, "utf8").toString("base64");
const unbase64 = (value: unknown): string => Buffer.from(text(value) ?? "", "base64").toString("utf8");

/** The first key after all keys that begin with `prefix`, for prefixes that end with an ASCII character. */
function prefixEnd(prefix: string): string {
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
}

function unreachable(url: string, error: unknown): EtcdError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = (cause as NodeJS.ErrnoException).code;
  const message = cause instanceof Error ? cause.message : String(cause);
  const isTls = typeof code === "string" && /CERT|TLS|SSL|SIGN|ISSUER/.test(code);
  const remedy = isTls ? "; check ca_file, cert_file and key_file" : "";
  return new EtcdError("unreachable", `${new URL(url).host}: ${code ?? message}${remedy}`, { cause: error });
}
