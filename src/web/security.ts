import type { TlsOptions, Server as TlsServer } from "node:tls";

/** Settings of TLS, users and headers from the web configuration. */
export interface WebSecurity {
  /** Absent: plain HTTP. */
  readonly tls?: TlsSecurity;
  /** Headers of every response, instead of the default ones; an empty value removes a header. */
  readonly headers: Readonly<Record<string, string>>;
  /** Hashes (bcrypt) by user name; empty: no login is needed. */
  readonly users: ReadonlyMap<string, string>;
  readonly rateLimit?: { readonly intervalMs: number; readonly burst: number };
}

export interface TlsSecurity {
  /** Creates a TLS server with certificate and key that does not listen. */
  createServer(options: TlsOptions): TlsServer;
  readonly clientAuth: ClientAuth;
  readonly clientAllowedSans?: readonly string[];
}

/** Requirements for client certificates, with the names of Go's crypto/tls. */
export type ClientAuth =
  | "NoClientCert"
  | "RequestClientCert"
  | "RequireAnyClientCert"
  | "VerifyClientCertIfGiven"
  | "RequireAndVerifyClientCert";

export const OPEN: WebSecurity = { headers: {}, users: new Map() };

/** `missing`: no credentials; `busy`: too many passwords wait for a comparison. */
export type LoginResult = "ok" | "wrong" | "missing" | "busy";

export type ConnectionRefusal =
  | "tls_handshake"
  | "plain_http"
  | "no_client_certificate"
  | "client_certificate"
  | "too_many";

/**
 * `stalled`: the client read nothing for a while; `slow`: the whole response took it too long; `displaced`: its place
 * was needed for another client.
 */
export type CutReason = "stalled" | "slow" | "displaced";

/** Gets what happens to requests and connections, for metrics. */
export interface WebReport {
  login(result: LoginResult): void;
  connectionRefused(reason: ConnectionRefusal): void;
  answerCut(reason: CutReason): void;
}

const nothing = (): void => {};
export const SILENT: WebReport = { login: nothing, connectionRefused: nothing, answerCut: nothing };
