import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConfigError, loadWebConfig, type WebConfig } from "../../../src/config/index.ts";
import { type Certified, makeAuthority } from "../../rig/certificates.ts";
import { temporaryFolder } from "../../rig/child.ts";
import { withPeers } from "../../rig/requirements.ts";
import { runOrFail } from "../../rig/run.ts";

const folder = temporaryFolder("web-config");
afterAll(() => folder.remove());
const file = join(folder.path, "web.yml");
/** Well formed; no password has it. */
const HASH = "$2y$10$0000000000000000000000000000000000000000000000000000.";

function load(text: string, reads?: (path: string) => void): Promise<WebConfig> {
  writeFileSync(file, text);
  return loadWebConfig(file, reads);
}

/** What is said of a bad file, without the folder. */
async function problems(text: string): Promise<string> {
  try {
    await load(text);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.replaceAll(`${folder.path}/`, "");
    throw error;
  }
  throw new Error("was accepted");
}

describe("a web configuration", () => {
  it("may be empty: plain HTTP without authentication", async () => {
    const empty: WebConfig = { headers: {}, users: new Map(), notes: [] };
    for (const text of ["", "{}", "# nothing\n", "tls_server_config:\nbasic_auth_users:\n"])
      expect(await load(text)).toEqual(empty);
  });

  it("has users with bcrypt hashes, headers and a rate", async () => {
    const config = await load(`
basic_auth_users: { prometheus: "${HASH}" }
http_server_config: { http2: false, headers: { X-Frame-Options: sameorigin, Strict-Transport-Security: max-age=60 } }
rate_limit: { interval: 500ms, burst: 4 }
`);
    expect([...config.users]).toEqual([["prometheus", HASH]]);
    expect(config.headers).toEqual({ "X-Frame-Options": "sameorigin", "Strict-Transport-Security": "max-age=60" });
    expect(config.rateLimit).toEqual({ intervalMs: 500, burst: 4 });
    expect(config.notes).toEqual([expect.stringContaining("without TLS")]);
  });

  it("has a note on HTTP/2 only if http2 is true", async () => {
    expect((await load("http_server_config: { http2: true }")).notes.join()).toContain("HTTP/1.1 is served");
    expect((await load("rate_limit: { interval: 0s, burst: 1 }")).rateLimit).toBeUndefined();
  });

  it.each([
    ["tls_server_conf: {}", 'web.yml:1:1: tls_server_conf: unknown key; did you mean "tls_server_config"?'],
    [
      "tls_server_config: { cert_fil: x }",
      'web.yml:1:22: tls_server_config.cert_fil: unknown key; did you mean "cert_file"?',
    ],
    [
      "tls_server_config: { cert_file: x }",
      "web.yml:1:20: tls_server_config: TLS needs a certificate and its key; give key_file",
    ],
    [
      "tls_server_config: { client_auth_type: RequireAndVerifyClientCerts }",
      'tls_server_config.client_auth_type: must be one of NoClientCert, RequestClientCert, RequireAnyClientCert, VerifyClientCertIfGiven, RequireAndVerifyClientCert, RequireClientCert, got "RequireAndVerifyClientCerts"; did you mean "RequireAndVerifyClientCert"?',
    ],
    [
      "tls_server_config: { cert_file: a, key_file: b, client_ca_file: c }",
      "tls_server_config.client_ca_file: has no effect; add client_auth_type: RequireAndVerifyClientCert",
    ],
    [
      "tls_server_config: { cert_file: a, key_file: b, client_auth_type: VerifyClientCertIfGiven }",
      "tls_server_config.client_auth_type: needs client_ca_file: without it, clients with a certificate of any public CA would be accepted",
    ],
    [
      "tls_server_config: { cert_file: a, key_file: b, client_auth_type: RequestClientCert, client_allowed_sans: [x] }",
      "tls_server_config.client_allowed_sans: needs client_auth_type: RequireAndVerifyClientCert, or client certificates are not verified",
    ],
    [
      "tls_server_config: { min_version: TLS13, max_version: TLS12 }",
      "tls_server_config.max_version: TLS12 is older than min_version, TLS13",
    ],
    ["tls_server_config: { min_version: TLS1.2 }", 'got "TLS1.2"; did you mean "TLS12"?'],
    [
      "tls_server_config: { cipher_suites: [TLS_RSA_WITH_RC4_128_SHA] }",
      "tls_server_config.cipher_suites[0]: must be one of TLS_AES_128_GCM_SHA256, ",
    ],
    ["tls_server_config: { curve_preferences: [P256] }", "must be one of X25519, CurveP256, CurveP384, CurveP521, got"],
    [
      "tls_server_config: { cert: x, cert_file: x }",
      "tls_server_config.cert: must be text in PEM form, -----BEGIN ...",
    ],
    [
      "http_server_config: { headers: { Server: x } }",
      "http_server_config.headers.Server: unknown key; known: Content-Security-Policy, Strict-Transport-Security, X-Content-Type-Options, X-Frame-Options, X-XSS-Protection",
    ],
    [
      "http_server_config: { headers: { X-Frame-Options: DENY } }",
      'http_server_config.headers.X-Frame-Options: must be one of deny, sameorigin, got "DENY"; did you mean "deny"?',
    ],
    [
      'http_server_config: { headers: { Content-Security-Policy: "a\\nb" } }',
      "has characters that are not allowed in a header",
    ],
    ["basic_auth_users: { a: hunter2 }", "basic_auth_users.a: must be a bcrypt hash such as `htpasswd -nBC 10"],
    [`basic_auth_users: { a: "${HASH.replace("10", "20")}" }`, "has a bcrypt cost outside 4 to 16"],
    [`basic_auth_users: { "a:b": "${HASH}" }`, "contains a colon, which is not allowed in user names of HTTP"],
    [
      "rate_limit: { interval: 5, burst: 0 }",
      "rate_limit.interval: must be a duration such as 60s, 1m30s or 500ms, got 5",
    ],
    ["rate_limit: { interval: 5s, burst: 0 }", "rate_limit.burst: must be a whole number from 1, got 0"],
    [
      "tls_server_config: { cert_file: a.pem, key_file: a.key }",
      "web.yml:1:33: tls_server_config.cert_file: no such file: a.pem (paths are relative to the web configuration file)",
    ],
  ])("is refused: %s", async (text, words) => {
    expect(await problems(text)).toContain(words);
  });

  it("is refused without quoting what may be a password", async () => {
    for (const text of [
      "basic_auth_users: { a: hunter2 }",
      "basic_auth_users: hunter2",
      'basic_auth_users: { "prometheus:hunter2": "x" }',
      'basic_auth_users: { "prometheus:hunter2": null }',
      "tls_server_config: { key: hunter2 }",
    ])
      expect(await problems(text)).not.toContain("hunter2");
  });

  it("is named in the error if it does not exist", async () => {
    await expect(loadWebConfig(join(folder.path, "none.yml"))).rejects.toThrow("none.yml: no such file");
  });
});

withPeers(["openssl"], "the certificates of a web configuration", () => {
  let server: Certified;
  let other: Certified;
  let ca: Certified;

  beforeAll(async () => {
    const authority = await makeAuthority(folder.path, "ca");
    ca = authority;
    server = await authority.issue("server", "DNS:localhost");
    other = await authority.issue("other", "DNS:localhost");
  });

  it("are read from files relative to it, and each file is reported", async () => {
    const read: string[] = [];
    const config = await load(
      "tls_server_config: { cert_file: server.pem, key_file: server.key, client_ca_file: ca.pem, client_auth_type: RequireAndVerifyClientCert, client_allowed_sans: [x] }",
      (path) => read.push(path),
    );
    expect(config.tls).toMatchObject({ clientAuth: "RequireAndVerifyClientCert", clientAllowedSans: ["x"] });
    expect(config.tls?.certificateExpiresAt).toBeGreaterThan(Date.now());
    expect(read).toEqual([file, server.cert, server.key, ca.cert]);
  });

  it("may be inline, and the key is not printed", async () => {
    const key = readFileSync(server.key, "utf8");
    const section = { cert: readFileSync(server.cert, "utf8"), key, client_auth_type: "RequireClientCert" };
    const config = await load(JSON.stringify({ tls_server_config: section }));
    expect(config.tls?.clientAuth).toBe("RequireAnyClientCert");
    expect(inspect(config, { depth: 9 })).not.toContain(key.split("\n")[1]);
  });

  it("work with every version, suite and curve", async () => {
    const base = "cert_file: server.pem, key_file: server.key";
    for (const more of [
      "min_version: TLS10, max_version: TLS11",
      "min_version: TLS13",
      "cipher_suites: [TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA]",
      "cipher_suites: [TLS_AES_128_GCM_SHA256], prefer_server_cipher_suites: false",
      "curve_preferences: [CurveP256, CurveP384, CurveP521, X25519]",
    ])
      expect((await load(`tls_server_config: { ${base}, ${more} }`)).tls).toBeDefined();
  });

  it("are refused if they do not match, cannot be read or are something else", async () => {
    const said = (cert: string, key: string): Promise<string> =>
      problems(`tls_server_config: { cert_file: ${cert}, key_file: ${key} }`);
    expect(await said("server.pem", "other.key")).toContain(
      "key_file: is not the key of the certificate; was only one of them renewed?",
    );
    expect(await said("server.key", "server.pem")).toMatch(
      /cert_file: holds no certificate.*\n.*key_file: holds no private key/,
    );
    writeFileSync(join(folder.path, "cut.pem"), readFileSync(other.cert, "utf8").slice(0, 200));
    expect(await said("cut.pem", "server.key")).toContain("cannot be read; is it cut short?");
    await runOrFail("openssl", [
      "pkey",
      "-in",
      server.key,
      "-aes256",
      "-passout",
      "pass:x",
      "-out",
      `${server.key}.enc`,
    ]);
    expect(await said("server.pem", "server.key.enc")).toContain("key_file: is encrypted");
    expect(await said("server.pem", ".")).toContain("is a folder; give the file in it");
  });
});
