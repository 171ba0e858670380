import { createPrivateKey, constants as crypto, type KeyObject, randomBytes, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { createSecureContext, createServer, DEFAULT_CIPHERS, type SecureContextOptions } from "node:tls";
import { Secret } from "../../lib/index.ts";
import { ConfigError, type ConfigProblem } from "../problem.ts";
import type { ConfigSource } from "../source.ts";
import type { TlsSection } from "./schema.ts";
import { CIPHERS, CURVES, OPENSSL_VERSIONS, TLS_1_3_SUITES, TLS_VERSIONS } from "./tls-names.ts";
import type { ClientAuthType, WebTls } from "./web-config.ts";

interface TlsFiles {
  readonly source: ConfigSource;
  /** Paths are relative to this folder. */
  readonly folder: string;
  /** Called with each file before it is read. */
  readonly reads: (path: string) => void;
}

type Key = "cert" | "key" | "client_ca";

/** Whether the section enables TLS; one with only versions and suites does not. */
export function wantsTls(section: TlsSection): boolean {
  const { cert, key, client_ca, cert_file, key_file, client_ca_file, client_auth_type } = section;
  return [cert, key, client_ca, cert_file, key_file, client_ca_file, client_auth_type].some((v) => v !== undefined);
}

/** Loads and checks certificate, key and CA; also that the key belongs to the certificate. */
export async function loadTls(section: TlsSection, files: TlsFiles): Promise<WebTls> {
  const problems: ConfigProblem[] = [];
  const say = (key: string, message: string): void =>
    void problems.push(files.source.problem(["tls_server_config", key], message));
  const where = (name: Key): string => (section[`${name}_file`] === undefined ? name : `${name}_file`);

  const text = async (name: Key): Promise<Secret | undefined> => {
    const inline = section[name];
    const path = section[`${name}_file`];
    if (path === undefined) return typeof inline === "string" ? new Secret(inline) : inline;
    const full = resolve(files.folder, path);
    files.reads(full);
    try {
      return new Secret(await readFile(full));
    } catch (cause) {
      say(`${name}_file`, unreadable(full, cause));
      return undefined;
    }
  };
  const [cert, key, clientCa] = [await text("cert"), await text("key"), await text("client_ca")];
  const certificate = cert && certificateIn(cert.reveal(), (message) => say(where("cert"), message));
  const privateKey = key && keyIn(key.reveal(), (message) => say(where("key"), message));
  if (clientCa) certificateIn(clientCa.reveal(), (message) => say(where("client_ca"), message));
  if (certificate && privateKey && !certificate.checkPrivateKey(privateKey))
    say(where("key"), "is not the key of the certificate; was only one of them renewed?");
  let material: SecureContextOptions | undefined;
  if (problems.length === 0 && cert && key)
    try {
      material = materialOf(section, { cert, key, clientCa });
      createSecureContext(material);
    } catch (cause) {
      const reason = (cause as NodeJS.ErrnoException).code ?? "unknown reason";
      problems.push(files.source.problem(["tls_server_config"], `OpenSSL refuses this (${reason})`));
    }
  if (problems.length > 0 || certificate === undefined) throw new ConfigError(problems);
  return {
    createServer: (options) => createServer({ ...material, ...options }),
    clientAuth: clientAuthOf(section),
    ...(section.client_allowed_sans && { clientAllowedSans: section.client_allowed_sans }),
    certificateExpiresAt: Date.parse(certificate.validTo),
  };
}

export function clientAuthOf({ client_auth_type: type }: Pick<TlsSection, "client_auth_type">): ClientAuthType {
  return type === "RequireClientCert" ? "RequireAnyClientCert" : (type ?? "NoClientCert");
}

interface Material {
  readonly cert: Secret;
  readonly key: Secret;
  readonly clientCa: Secret | undefined;
}

function materialOf(section: TlsSection, { cert, key, clientCa }: Material): SecureContextOptions {
  const { min_version: least, max_version: most, cipher_suites: suites, curve_preferences: curves } = section;
  const chosen = suites.map((suite) => CIPHERS[suite]).filter((suite) => suite !== undefined);
  const ciphers = suites.length === 0 ? DEFAULT_CIPHERS : [...TLS_1_3_SUITES, ...chosen].join(":");
  // TLS 1.0 and 1.1 use hashes that OpenSSL refuses at its default security level.
  const old = TLS_VERSIONS.indexOf(least) < TLS_VERSIONS.indexOf("TLS12");
  return {
    cert: cert.revealBytes(),
    key: key.revealBytes(),
    ...(clientCa && { ca: clientCa.revealBytes() }),
    minVersion: OPENSSL_VERSIONS[least],
    maxVersion: OPENSSL_VERSIONS[most],
    ciphers: old ? `${ciphers}:@SECLEVEL=0` : ciphers,
    honorCipherOrder: section.prefer_server_cipher_suites,
    ...(curves.length > 0 && { ecdhCurve: curves.map((curve) => CURVES[curve]).join(":") }),
    secureOptions: crypto.SSL_OP_NO_RENEGOTIATION,
    // Sessions of previous certificates are not resumed.
    sessionIdContext: randomBytes(16).toString("hex"),
  };
}

function certificateIn(text: string, say: (message: string) => void): X509Certificate | undefined {
  if (!text.includes("-----BEGIN CERTIFICATE-----")) {
    say("holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)");
    return undefined;
  }
  try {
    return new X509Certificate(text);
  } catch {
    say("holds a certificate that cannot be read; is it cut short?");
    return undefined;
  }
}

function keyIn(text: string, say: (message: string) => void): KeyObject | undefined {
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) {
    say("holds no private key in PEM form (-----BEGIN PRIVATE KEY-----)");
    return undefined;
  }
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(text)) {
    say("is encrypted, and nobody is there to type its pass phrase; openssl pkey -in KEY -out PLAIN takes it off");
    return undefined;
  }
  try {
    return createPrivateKey(text);
  } catch {
    say("holds a private key that cannot be read; is it cut short?");
    return undefined;
  }
}

function unreadable(path: string, cause: unknown): string {
  const code = (cause as NodeJS.ErrnoException).code;
  switch (code) {
    case "ENOENT":
      return `no such file: ${path} (paths are relative to the web configuration file)`;
    case "EACCES":
      return `permission denied: ${path}`;
    case "EISDIR":
      return `${path} is a folder; give the file in it`;
    default:
      return `${path} cannot be read (${code ?? "unknown reason"})`;
  }
}
