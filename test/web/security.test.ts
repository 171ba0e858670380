import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { hashSync } from "bcryptjs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { loadWebConfig, type WebConfig } from "../../src/config/index.ts";
import { WebConfigWatcher } from "../../src/exporter/web-config-watcher.ts";
import { silentLogger, systemClock } from "../../src/lib/index.ts";
import { createWeb, type WebParts } from "../../src/web/index.ts";
import { type Authority, type Certified, makeAuthority } from "../rig/certificates.ts";
import { temporaryFolder } from "../rig/child.ts";
import { withPeers } from "../rig/requirements.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { fleet } from "./fleet.ts";
import { partsOf, Rig, until } from "./rig.ts";
import { askTls, RawClient, Reports } from "./rig-tls.ts";

const folder = temporaryFolder("web-security");
afterAll(() => folder.remove());
const file = join(folder.path, "web.yml");
const HASH = hashSync("right", 4);
const basic = (text: string) => ({ headers: { Authorization: `Basic ${Buffer.from(text).toString("base64")}` } });

let rig: Rig;
let reports: Reports;
let config: WebConfig;
/** Serves with what web.yml says; `use` takes another one. */
const use = async (text: string): Promise<void> => {
  writeFileSync(file, text);
  config = await loadWebConfig(file);
};
const start = async (text: string, more: Partial<WebParts> = {}): Promise<void> => {
  await use(text);
  reports = new Reports();
  rig = await Rig.start(partsOf(fleet(3), { report: reports, security: () => config, ...more }));
};
afterEach(() => rig?.stop());

describe("users", () => {
  it("are required at every endpoint, and strangers learn nothing else", async () => {
    let reloads = 0;
    const reload = async () => {
      reloads++;
      return { ok: true, problems: [] };
    };
    await start(`basic_auth_users: { prometheus: "${HASH}" }`, { reload });
    for (const path of [
      "/",
      "/hosts/node001",
      "/metrics",
      "/metrics/self",
      "/probe?target=a&debug=true",
      "/sd",
      "/config",
      "/-/healthy",
      "/-/ready",
      "/nothing",
    ]) {
      const { status, headers, text } = await rig.ask(path, { headers: { Accept: "text/html" } });
      expect([path, status, text]).toEqual([path, 401, "user name and password are required\n"]);
      expect(headers["www-authenticate"]).toBe('Basic realm="lightsout", charset="UTF-8"');
    }
    expect((await rig.ask("/-/reload", { method: "POST" })).status).toBe(401);
    expect((await rig.ask("/-/reload", { method: "POST", ...basic("prometheus:wrong") })).text).toBe(
      "wrong user name or password\n",
    );
    expect(reloads).toBe(0);
    expect((await rig.ask("/-/reload", { method: "POST", ...basic("prometheus:right") })).status).toBe(200);
    expect((await rig.ask("/metrics", basic("nobody:right"))).status).toBe(401);
    expect(new Set(reports.logins)).toEqual(new Set(["missing", "wrong", "ok"]));
    // The next configuration has another one.
    await use(`basic_auth_users: { grafana: "${HASH}" }`);
    expect((await rig.ask("/metrics", basic("prometheus:right"))).status).toBe(401);
    expect((await rig.ask("/metrics", basic("grafana:right"))).status).toBe(200);
    await use("");
    expect((await rig.ask("/metrics")).status).toBe(200);
  });

  it("get 503 if too many guesses wait", async () => {
    await start(`basic_auth_users: { prometheus: "${hashSync("right", 9)}" }`);
    const guesses = await Promise.all(
      Array.from({ length: 12 }, (_, i) => rig.ask("/metrics", basic(`prometheus:${i}`))),
    );
    const busy = guesses.filter(({ status }) => status === 503);
    expect(busy.length).toBeGreaterThan(0);
    expect(busy[0]?.headers["retry-after"]).toBe("5");
    expect(guesses.filter(({ status }) => status === 401).length).toBeGreaterThanOrEqual(4);
  });
});

describe("headers and rates", () => {
  it("of the configuration replace the default ones, on pages too; an empty one removes a header", async () => {
    await start(
      `http_server_config: { headers: { Content-Security-Policy: "default-src 'self'", X-Frame-Options: sameorigin, Strict-Transport-Security: max-age=60, X-XSS-Protection: "" } }`,
    );
    for (const path of ["/", "/metrics", "/nothing"]) {
      const { headers } = await rig.ask(path);
      expect(headers["content-security-policy"]).toBe("default-src 'self'");
      expect(headers["x-frame-options"]).toBe("sameorigin");
      expect(headers["strict-transport-security"]).toBe("max-age=60");
      expect(headers).not.toHaveProperty("x-xss-protection");
    }
    await use(`http_server_config: { headers: { Content-Security-Policy: "" } }`);
    expect((await rig.ask("/")).headers).not.toHaveProperty("content-security-policy");
  });

  it("allow the burst, then one request each interval", async () => {
    const clock = new FakeClock();
    await start("rate_limit: { interval: 2s, burst: 2 }", { clock });
    const ask = async (): Promise<number> => (await rig.ask("/-/healthy")).status;
    expect([await ask(), await ask(), await ask()]).toEqual([200, 200, 429]);
    expect((await rig.ask("/-/healthy")).headers["retry-after"]).toBe("2");
    await clock.advance(2000);
    expect([await ask(), await ask()]).toEqual([200, 429]);
  });

  it("may be read late: a request waits for them, and a failure refuses everybody", async () => {
    let answer = (_: WebConfig): void => {};
    await start("", {
      security: () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    });
    const early = new RawClient(rig.port)
      .listen()
      .say("GET /-/healthy HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    await sleep(50);
    expect(early.heard).toBe("");
    answer(config);
    await sleep(50);
    answer(config);
    await early.closed;
    expect(early.heard).toContain("healthy\n");
    await rig.stop();
    rig = await Rig.start(partsOf([], { security: () => Promise.reject(new Error("broken")) }));
    await expect(rig.ask("/metrics")).rejects.toThrow();
  });
});

withPeers(["openssl"], "TLS", () => {
  let ca: Authority;
  let client: Certified;
  let foreign: Certified;
  let trust: { ca: string; servername: string };
  const pair = ({ cert, key }: Certified) => ({ cert: readFileSync(cert), key: readFileSync(key) });

  beforeAll(async () => {
    ca = await makeAuthority(folder.path, "ca");
    const other = await makeAuthority(folder.path, "other-ca");
    await ca.issue("server", "DNS:localhost");
    await ca.issue("server2", "DNS:localhost,DNS:second");
    client = await ca.issue("client", "DNS:prometheus,URI:spiffe://prod/prometheus", "clientAuth");
    foreign = await other.issue("foreign", "DNS:prometheus", "clientAuth");
    trust = { ca: readFileSync(ca.cert, "utf8"), servername: "localhost" };
  });
  const tls = (more = "", name = "server"): string =>
    `tls_server_config: { cert_file: ${name}.pem, key_file: ${name}.key${more && `, ${more}`} }`;
  const healthy = (more = {}) => askTls(rig.port, "/-/healthy", { ...trust, ...more });

  it("is served with the configured certificate, and an HTTP client gets an explanation", async () => {
    await start(tls());
    expect(await healthy()).toEqual({ status: 200, text: "healthy\n" });
    const plain = await rig.ask("/metrics");
    expect([plain.status, plain.text]).toEqual([400, "this port serves HTTPS, not HTTP; use https://\n"]);
    expect(reports.refused).toEqual(["plain_http"]);
  });

  it("changes certificates and versions, or is switched off, without a new listening socket", async () => {
    await start(tls());
    await healthy();
    await use(tls("min_version: TLS13", "server2"));
    expect((await healthy({ servername: "second" })).status).toBe(200);
    await expect(healthy({ maxVersion: "TLSv1.2" })).rejects.toThrow();
    await use("");
    expect((await rig.ask("/-/healthy")).status).toBe(200);
    expect(reports.refused).toEqual(["tls_handshake"]);
  });

  it("uses the configured versions, suites and curves", async () => {
    await start(
      tls(
        "max_version: TLS12, cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384], curve_preferences: [CurveP384]",
      ),
    );
    expect((await healthy()).status).toBe(200);
    await expect(healthy({ minVersion: "TLSv1.3" })).rejects.toThrow();
    await expect(healthy({ ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256" })).rejects.toThrow();
    await expect(healthy({ ecdhCurve: "prime256v1" })).rejects.toThrow();
    await use(tls("min_version: TLS10"));
    expect((await healthy({ minVersion: "TLSv1", maxVersion: "TLSv1", ciphers: "DEFAULT@SECLEVEL=0" })).status).toBe(
      200,
    );
  });

  it.each([
    ["NoClientCert", [200, 200, 200]],
    ["RequestClientCert", [200, 200, 200]],
    ["RequireAnyClientCert", [0, 200, 200]],
    ["VerifyClientCertIfGiven", [200, 0, 200]],
    ["RequireAndVerifyClientCert", [0, 0, 200]],
  ])("with %s serves clients without, with a foreign and with a good certificate: %j", async (type, wanted) => {
    await start(tls(`client_auth_type: ${type}${type === "NoClientCert" ? "" : ", client_ca_file: ca.pem"}`));
    const status = (more: object): Promise<number> =>
      healthy(more).then(
        (answer) => answer.status,
        () => 0,
      );
    expect([await status({}), await status(pair(foreign)), await status(pair(client))]).toEqual(wanted);
    // TLS 1.2 tells the certificate in another place of the handshake.
    const old = { maxVersion: "TLSv1.2" };
    expect([await status(old), await status({ ...old, ...pair(foreign) })]).toEqual(wanted.slice(0, 2));
  });

  it("accepts the allowed names, and a session does not bypass a new CA", async () => {
    const asked = "client_auth_type: RequireAndVerifyClientCert, client_ca_file: ca.pem";
    await start(tls(`${asked}, client_allowed_sans: ["spiffe://prod/prometheus"]`));
    let session: Buffer | undefined;
    const first = new RawClient(rig.port, { ...trust, ...pair(client) });
    first.socket.on("session", (kept: Buffer) => {
      session = kept;
    });
    first.listen().say("GET /-/healthy HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    await first.closed;
    expect(first.heard).toContain("healthy\n");
    expect(session).toBeDefined();
    expect((await healthy({ ...pair(client), session })).status).toBe(200);
    await use(tls(asked.replace("ca.pem", "other-ca.pem")));
    await expect(healthy({ ...pair(client), session })).rejects.toThrow();
    await use(tls(`${asked}, client_allowed_sans: [grafana]`));
    await expect(healthy(pair(client))).rejects.toThrow();
    expect(reports.refused).toEqual(["client_certificate", "client_certificate"]);
  });

  it("does not wait for clients that send nothing, half a handshake or half a request", async () => {
    await start(tls(), { limits: { headersMs: 300 } });
    const half = Buffer.from([22, 3, 1, 2, 0, 1]);
    const clients = [
      new RawClient(rig.port),
      new RawClient(rig.port).say(half),
      new RawClient(rig.port, trust).say("GET /"),
    ];
    await Promise.all(clients.map((each) => each.listen().closed));
    expect(clients[2]?.heard).toContain("408");
  });

  it("cuts off a client that stops reading", async () => {
    const big = "x 1\n".repeat(4_000_000);
    await start(tls(), { limits: { stalledMs: 300 }, selfMetrics: async () => big });
    const slow = new RawClient(rig.port, trust).say("GET /metrics/self HTTP/1.1\r\nHost: x\r\n\r\n");
    await until(() => reports.cut.includes("stalled"));
    slow.listen();
    await slow.closed;
  });

  it("ends with the web server, also for clients in the middle of a handshake", async () => {
    await start(tls(), { limits: { graceMs: 100 } });
    const half = new RawClient(rig.port).say(Buffer.from([22, 3, 1])).listen();
    await healthy();
    await rig.stop();
    await half.closed;
  });
});

withPeers(["openssl"], "a web configuration that changes", () => {
  const write = (text: string): void => writeFileSync(file, text);
  const open = async () => {
    const clock = new FakeClock();
    const lines: string[] = [];
    const said: (number | undefined | "refused")[] = [];
    const log = { ...silentLogger, error: (fields: object) => void lines.push(JSON.stringify(fields)) };
    const report = {
      webConfigLoaded: (at: number | undefined) => void said.push(at),
      webConfigRefused: () => void said.push("refused"),
    };
    const access = await WebConfigWatcher.open(file, { clock, log, report });
    const later = async (): Promise<WebConfig> => {
      await clock.advance(1000);
      return access.current();
    };
    return { access, lines, said, later, clock };
  };

  it("is read again at a request a second later; an invalid one is reported once and changes nothing", async () => {
    write(`basic_auth_users: { a: "${HASH}" }`);
    const { access, lines, said, later } = await open();
    write(`basic_auth_users: { b: "${HASH}" }`);
    expect([...(await access.current()).users.keys()]).toEqual(["a"]);
    expect([...(await later()).users.keys()]).toEqual(["b"]);
    write("basic_auth_users: { b: hunter2 }");
    for (let times = 0; times < 3; times++) expect([...(await later()).users.keys()]).toEqual(["b"]);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain("basic_auth_users.b: must be a bcrypt hash");
    expect(lines[0]).not.toContain("hunter2");
    write("");
    expect((await later()).users.size).toBe(0);
    expect(said).toEqual([undefined, undefined, "refused", undefined]);
  });

  it("is read with its certificates, and waits for a key that is written after its certificate", async () => {
    const ca = await makeAuthority(folder.path, "renewing-ca");
    const [old, fresh] = [await ca.issue("old", "DNS:a"), await ca.issue("fresh", "DNS:a")];
    const copy = (from: string, to: string): void => writeFileSync(join(folder.path, to), readFileSync(from));
    copy(old.cert, "live.pem");
    copy(old.key, "live.key");
    write("tls_server_config: { cert_file: live.pem, key_file: live.key }");
    const { said, lines, later } = await open();
    const before = await later();
    copy(fresh.cert, "live.pem");
    expect(await later()).toBe(before);
    expect(lines[0]).toContain("is not the key of the certificate; was only one of them renewed?");
    copy(fresh.key, "live.key");
    expect(await later()).not.toBe(before);
    expect(said).toEqual([expect.any(Number), "refused", expect.any(Number)]);
  });

  it("is read by a reload, which reports problems", async () => {
    write("");
    const { access } = await open();
    expect(await access.reload()).toEqual([]);
    write("basic_auth_user: {}");
    expect(await access.reload()).toEqual([
      `${file}:1:1: basic_auth_user: unknown key; did you mean "basic_auth_users"?`,
    ]);
  });
});

it("a web server without a configuration requires no login", async () => {
  const web = createWeb(partsOf([], { clock: systemClock }));
  const server = await web.listen("127.0.0.1:0");
  expect(server.listening).toBe(true);
  await web.close();
});
