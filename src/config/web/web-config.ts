import type { Server, TlsOptions } from "node:tls";

/** What is asked of a client's certificate, in the words of Go's crypto/tls, which web configurations use. */
export const CLIENT_AUTH_TYPES = [
  "NoClientCert",
  "RequestClientCert",
  "RequireAnyClientCert",
  "VerifyClientCertIfGiven",
  "RequireAndVerifyClientCert",
] as const;
export type ClientAuthType = (typeof CLIENT_AUTH_TYPES)[number];

/** How this process serves HTTP: the file of --web.config.file, read and checked, its certificates loaded. */
export interface WebConfig {
  /** Absent: plain HTTP. */
  readonly tls?: WebTls;
  /** Headers of every answer, in place of ours; an empty one is left out of answers. */
  readonly headers: Readonly<Record<string, string>>;
  /** Hashes (bcrypt) by user name; empty: nobody is asked. */
  readonly users: ReadonlyMap<string, string>;
  readonly rateLimit?: WebRateLimit;
  /** What is accepted and does nothing, or is worth a look; a sentence each. */
  readonly notes: readonly string[];
}

export interface WebTls {
  /**
   * A TLS server with the certificate, the key, client CAs, versions, ciphers and curves; it does not listen yet. A
   * function, so that nothing that prints a configuration prints a key.
   */
  createServer(options: TlsOptions): Server;
  readonly clientAuth: ClientAuthType;
  /** One of these must be among the subject alternative names of the client's certificate. */
  readonly clientAllowedSans?: readonly string[];
  /** When the server's certificate ends, epoch ms. */
  readonly certificateExpiresAt: number;
}

/** A token bucket: one request each `intervalMs`, `burst` at once. */
export interface WebRateLimit {
  readonly intervalMs: number;
  readonly burst: number;
}
