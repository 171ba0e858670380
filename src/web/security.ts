import type { TlsOptions, Server as TlsServer } from "node:tls";

/** How connections and requests are let in; what the configuration of the web says, in the words of this room. */
export interface WebSecurity {
  /** Absent: plain HTTP. */
  readonly tls?: TlsSecurity;
  /** Headers of every answer, in place of ours; an empty one is left out. */
  readonly headers: Readonly<Record<string, string>>;
  /** Hashes (bcrypt) by user name; empty: nobody is asked. */
  readonly users: ReadonlyMap<string, string>;
  readonly rateLimit?: { readonly intervalMs: number; readonly burst: number };
}

export interface TlsSecurity {
  /** A TLS server that does not listen, with certificate and key in place. */
  createServer(options: TlsOptions): TlsServer;
  readonly clientAuth: ClientAuth;
  readonly clientAllowedSans?: readonly string[];
}

/** What is asked of a client's certificate, in the words of Go's crypto/tls. */
export type ClientAuth =
  | "NoClientCert"
  | "RequestClientCert"
  | "RequireAnyClientCert"
  | "VerifyClientCertIfGiven"
  | "RequireAndVerifyClientCert";

export const OPEN: WebSecurity = { headers: {}, users: new Map() };

/** `missing`: no user was named; `busy`: too many passwords wait to be compared. */
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

/** What the web tells of those who ask; counted elsewhere. */
export interface WebReport {
  login(result: LoginResult): void;
  connectionRefused(reason: ConnectionRefusal): void;
  answerCut(reason: CutReason): void;
}

const nothing = (): void => {};
export const SILENT: WebReport = { login: nothing, connectionRefused: nothing, answerCut: nothing };
