import type { X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";
import type { ConnectionRefusal, TlsSecurity } from "./security.ts";

/** Why a client is refused. `detail` is for the log. */
export interface CertificateRefusal {
  readonly reason: ConnectionRefusal & ("no_client_certificate" | "client_certificate");
  readonly detail: string;
}

type Requirements = Pick<TlsSecurity, "clientAuth" | "clientAllowedSans">;
type ClientSocket = Pick<TLSSocket, "authorized" | "authorizationError" | "getPeerX509Certificate">;

/** Checks the certificate that a client sent in its handshake. Undefined: the client is accepted. */
export function certificateRefusal(socket: ClientSocket, requirements: Requirements): CertificateRefusal | undefined {
  const { clientAuth, clientAllowedSans } = requirements;
  if (clientAuth === "NoClientCert" || clientAuth === "RequestClientCert") return undefined;
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined)
    return clientAuth === "VerifyClientCertIfGiven"
      ? undefined
      : { reason: "no_client_certificate", detail: "the client sent no certificate" };
  const verify = clientAuth !== "RequireAnyClientCert";
  if (verify && !socket.authorized)
    return { reason: "client_certificate", detail: `not verified (${String(socket.authorizationError)})` };
  if (clientAllowedSans === undefined) return undefined;
  const sans = sansOf(certificate);
  return sans.some((san) => clientAllowedSans.includes(san))
    ? undefined
    : {
        reason: "client_certificate",
        detail: `none of its names is in client_allowed_sans: ${sans.join(", ").slice(0, 200)}`,
      };
}

const KINDS = new Set(["DNS", "email", "IP Address", "URI"]);

/**
 * The DNS names, e-mail addresses, IP addresses and URIs of a certificate. Node.js writes them on one line, kind
 * before value. A value that looks like another entry is in JSON quotes.
 */
export function sansOf({ subjectAltName }: Pick<X509Certificate, "subjectAltName">): readonly string[] {
  const found: string[] = [];
  const entry = /([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^",]*)(?:, |$)/y;
  const text = subjectAltName ?? "";
  for (let match = entry.exec(text); match; match = entry.exec(text)) {
    const [, kind = "", value = ""] = match;
    const plain = value.startsWith('"') ? unquoted(value) : value;
    if (KINDS.has(kind) && plain !== undefined && plain !== "") found.push(plain);
    if (entry.lastIndex >= text.length) break;
  }
  return found;
}

function unquoted(text: string): string | undefined {
  try {
    return String(JSON.parse(text));
  } catch {
    return undefined;
  }
}
