import { lookup } from "node:dns";
import { isIP } from "node:net";
import { type ConnectionOptions, checkServerIdentity, connect, type SecureVersion, type TLSSocket } from "node:tls";
import type { Clock } from "../lib/index.ts";
import { RedfishError } from "./errors.ts";

export interface TlsSettings {
  /**
   * `ca`: the certificate must be signed by a known CA for this name. `pin`: the first certificate seen is
   * accepted, and no other later. `off`: any certificate is accepted.
   */
  readonly verify: "ca" | "pin" | "off";
  /** PEM of the accepted CAs; absent: those of Node.js. */
  readonly ca?: string;
  /** SHA-256 fingerprints that are accepted whatever was pinned. */
  readonly accept?: readonly string[];
  readonly minVersion?: SecureVersion;
  /** OpenSSL cipher list, such as "DEFAULT@SECLEVEL=0". */
  readonly ciphers?: string;
}

/** Data from the certificate of a BMC. */
export interface PeerCertificate {
  /** SHA-256, upper-case hex with colons. */
  readonly fingerprint: string;
  /** End of validity, epoch ms. */
  readonly validTo?: number;
  readonly selfSigned: boolean;
}

/** What is kept of a BMC between its connections. */
export interface TlsMemory {
  /** Fingerprint of the first certificate seen, in mode `pin`. */
  pin: string | undefined;
  /** TLS session to resume. */
  ticket: Buffer | undefined;
  certificate: PeerCertificate | undefined;
  /** When the BMC last sent anything, monotonic ms; -Infinity: never. */
  heardAtMs: number;
}

export interface TlsTarget {
  /** Name or IP address. */
  readonly host: string;
  readonly port: number;
  readonly settings: TlsSettings;
  readonly memory: TlsMemory;
  readonly clock: Clock;
}

const RESOLVE_CODES: ReadonlySet<string> = new Set(["ENOTFOUND", "EAI_AGAIN", "EAI_NODATA", "EAI_NONAME", "EAI_FAIL"]);
const UNREACHABLE_CODES: ReadonlySet<string> = new Set(["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN"]);

/** What helps against a failed handshake, by the code of OpenSSL. */
const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [
    /UNSUPPORTED_PROTOCOL|ALERT_PROTOCOL_VERSION|PROTOCOL_VERSION/,
    "the BMC speaks an older TLS version; set redfish.tls.min_version",
  ],
  [/NO_CIPHER|HANDSHAKE_FAILURE|NO_SHARED_CIPHER/, "no common cipher suite; set redfish.tls.ciphers"],
  [
    /KEY_TOO_SMALL|DH_KEY|CA_MD_TOO_WEAK|EE_KEY/,
    'the key of the BMC is short; set redfish.tls.ciphers: "DEFAULT@SECLEVEL=0"',
  ],
  [/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/, "the port does not speak TLS; check redfish.port"],
  [/^(ECONNRESET|EPIPE)$/, "the BMC closed the connection during the handshake"],
];

/**
 * Opens a TLS connection and checks the certificate.
 *
 * @param signal ends the attempt
 * @throws RedfishError `name_not_resolved`, `unreachable`, `no_answer` or `tls_error`; the signal's reason when aborted
 */
export function openTls(target: TlsTarget, signal: AbortSignal): Promise<{ socket: TLSSocket; resumed: boolean }> {
  const { host, port, memory, clock } = target;
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    let connected = false;
    let isChecked = false;
    let ticket: Buffer | undefined;
    const socket = connect(connectOptions(target));
    const end = (): void => {
      signal.removeEventListener("abort", onAbort);
      socket.removeListener("error", onError);
      socket.removeListener("close", onClose);
    };
    const fail = (error: unknown): void => {
      end();
      socket.on("error", () => {});
      socket.destroy();
      reject(error);
    };
    const onAbort = (): void => fail(signal.reason);
    const onError = (error: NodeJS.ErrnoException): void => fail(connectError(`${host}:${port}`, error, connected));
    const onClose = (): void => onError(Object.assign(new Error("connection closed"), { code: "ECONNRESET" }));
    signal.addEventListener("abort", onAbort);
    socket.on("error", onError);
    socket.on("close", onClose);
    socket.once("connect", () => {
      connected = true;
      memory.heardAtMs = clock.monotonicMs();
    });
    // A ticket is only kept after its certificate was checked.
    socket.on("session", (session) => {
      ticket = session;
      if (isChecked) memory.ticket = session;
    });
    socket.once("secureConnect", () => {
      try {
        checkCertificate(socket, target);
      } catch (error) {
        memory.ticket = undefined;
        fail(error);
        return;
      }
      isChecked = true;
      if (ticket) memory.ticket = ticket;
      end();
      resolve({ socket, resumed: socket.isSessionReused() });
    });
  });
}

function connectOptions({ host, port, settings, memory }: TlsTarget): ConnectionOptions {
  return {
    host,
    port,
    lookup,
    servername: isIP(host) ? undefined : host,
    ALPNProtocols: ["http/1.1"],
    // The certificate is checked by checkCertificate(), which knows pins and names the remedy.
    rejectUnauthorized: false,
    session: memory.ticket,
    ca: settings.verify === "ca" ? settings.ca : undefined,
    minVersion: settings.minVersion,
    ciphers: settings.ciphers,
  };
}

function checkCertificate(socket: TLSSocket, { host, settings, memory }: TlsTarget): void {
  const peer = socket.getPeerCertificate();
  // A resumed session is with the holder of the certificate that was checked at its first connection.
  if (!peer?.fingerprint256 && socket.isSessionReused() && memory.certificate) return;
  if (!peer?.fingerprint256) throw tlsError(`${host}: the BMC showed no certificate`);
  const fingerprint = peer.fingerprint256;
  const validTo = Date.parse(peer.valid_to);
  const selfSigned = JSON.stringify(peer.subject) === JSON.stringify(peer.issuer);
  memory.certificate = { fingerprint, selfSigned, ...(Number.isNaN(validTo) ? undefined : { validTo }) };
  if (settings.verify === "off") return;
  if (settings.accept?.some((accepted) => sameFingerprint(accepted, fingerprint))) return;
  if (settings.verify === "pin") {
    memory.pin ??= fingerprint;
    if (sameFingerprint(memory.pin, fingerprint)) return;
    throw tlsError(
      `${host}: the certificate changed: expected SHA-256 ${memory.pin}, received ${fingerprint}; ` +
        "if the change is intended, add the new fingerprint to redfish.tls.accept",
    );
  }
  if (!socket.authorized) {
    const problem = socket.authorizationError ?? "not trusted";
    throw tlsError(
      `${host}: the certificate is not trusted (${problem}); name its CA in redfish.tls.ca_file, or set verify: pin`,
    );
  }
  const mismatch = checkServerIdentity(host, peer);
  if (mismatch) throw tlsError(`${host}: the certificate is for another name (${mismatch.message})`);
}

function connectError(where: string, error: NodeJS.ErrnoException, connected: boolean): RedfishError {
  const code = error.code ?? "";
  const cause = error;
  if (RESOLVE_CODES.has(code))
    return new RedfishError("name_not_resolved", `${where}: name not resolved (${code})`, { stage: "resolve", cause });
  if (!connected && UNREACHABLE_CODES.has(code)) {
    const why = code === "ECONNREFUSED" ? "connection refused; is HTTPS enabled on the BMC?" : `no route (${code})`;
    return new RedfishError("unreachable", `${where}: ${why}`, { stage: "connect", cause });
  }
  if (!connected)
    return new RedfishError("no_answer", `${where}: no connection (${code || error.message})`, {
      stage: "connect",
      cause,
    });
  const remedy = REMEDIES.find(([pattern]) => pattern.test(code) || pattern.test(error.message))?.[1];
  return tlsError(`${where}: TLS handshake failed (${code || error.message})${remedy ? `; ${remedy}` : ""}`, cause);
}

function tlsError(message: string, cause?: unknown): RedfishError {
  return new RedfishError("tls_error", message, { stage: "tls", cause });
}

/** Fingerprints compare without colons and case. */
function sameFingerprint(a: string, b: string): boolean {
  const plain = (text: string): string => text.replaceAll(":", "").toUpperCase();
  return plain(a) === plain(b);
}
