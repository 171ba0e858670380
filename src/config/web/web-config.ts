import type { Server, TlsOptions } from "node:tls";

/** Requirements on client certificates, with the names of Go's crypto/tls, which web configurations use. */
export const CLIENT_AUTH_TYPES = [
  "NoClientCert",
  "RequestClientCert",
  "RequireAnyClientCert",
  "VerifyClientCertIfGiven",
  "RequireAndVerifyClientCert",
] as const;
export type ClientAuthType = (typeof CLIENT_AUTH_TYPES)[number];

/** The web configuration: the file of --web.config.file, checked, with its certificates loaded. */
export interface WebConfig {
  /** If absent, plain HTTP. */
  readonly tls?: WebTls;
  /** Headers of every response; they replace the default ones, and an empty one removes it. */
  readonly headers: Readonly<Record<string, string>>;
  /** Hashes (bcrypt) by user name. If empty, there is no authentication. */
  readonly users: ReadonlyMap<string, string>;
  readonly rateLimit?: WebRateLimit;
  /** Settings without effect and warnings, one sentence each. */
  readonly notes: readonly string[];
}

export interface WebTls {
  /**
   * A TLS server with the certificate, the key, client CAs, versions, ciphers and curves; it does not listen yet. A
   * function, so that nothing that prints a configuration prints a key.
   */
  createServer(options: TlsOptions): Server;
  readonly clientAuth: ClientAuthType;
  /** The subject alternative names of the client certificate must include one of these. */
  readonly clientAllowedSans?: readonly string[];
  /** Expiry of the server certificate, epoch ms. */
  readonly certificateExpiresAt: number;
}

/** A token bucket: one request per `intervalMs`, up to `burst` at once. */
export interface WebRateLimit {
  readonly intervalMs: number;
  readonly burst: number;
}
