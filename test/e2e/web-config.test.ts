import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { hashSync } from "bcryptjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeAuthority } from "../rig/certificates.ts";
import { temporaryFolder } from "../rig/child.ts";
import { startPrometheus } from "../rig/prometheus.ts";
import { withPeers } from "../rig/requirements.ts";
import { run } from "../rig/run.ts";
import { builtMain } from "./build.ts";
import { configFolder, eventually, lightsout } from "./lightsout.ts";

const PASSWORD = "Zq5-web-pass";
/** A host that nobody answers for. */
const CONFIG = {
  auths: { default: { username: "monitor", password: "x" } },
  targets: [{ hosts: "a", address: "127.0.0.1:9" }],
};

interface Running {
  logs(): string;
  /** SIGTERM; the exit code. */
  end(): Promise<number | null>;
  signal(signal: NodeJS.Signals): void;
  readonly ended: Promise<number | null>;
}

/** `lightsout serve` as a shell starts it; `fd` is passed as file descriptor 3, with the variables of systemd. */
async function serve(args: readonly string[], fd?: number): Promise<Running> {
  const words = [await builtMain(), "serve", ...args];
  const child = spawn(
    "/bin/sh",
    ["-c", `${fd === undefined ? "" : "LISTEN_FDS=1 LISTEN_PID=$$ "}exec "$@"`, "sh", process.execPath, ...words],
    {
      stdio: ["ignore", "pipe", "pipe", ...(fd === undefined ? [] : [fd])],
    },
  );
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
  const ended = new Promise<number | null>((done) => child.once("close", done));
  return {
    logs: () => text,
    ended,
    signal: (signal) => void child.kill(signal),
    end: () => {
      child.kill("SIGTERM");
      return ended;
    },
  };
}

const listening = (exporter: Running): Promise<string[]> =>
  eventually(
    () => exporter.logs(),
    (text) => text.includes("msg=polling"),
    20_000,
  ).then((text) =>
    [...(/listen="?([^"\n]+)/.exec(text)?.[1] ?? "").matchAll(/[^\s,]+:\d+/g)].map(([address]) => address),
  );

withPeers(["openssl", "curl", "prometheus"], "lightsout serve --web.config.file", () => {
  const folder = temporaryFolder("e2e-web");
  const beside = configFolder(CONFIG);
  let exporter: Running;
  let port: string;
  const at = (name: string): string => `${folder.path}/${name}`;
  const webConfig = (user: string): string =>
    JSON.stringify({
      tls_server_config: {
        cert_file: at("server.pem"),
        key_file: at("server.key"),
        client_auth_type: "RequireAndVerifyClientCert",
        client_ca_file: at("ca.pem"),
        client_allowed_sans: ["prometheus.example"],
      },
      basic_auth_users: { [user]: hashSync(PASSWORD, 8) },
    });
  const curl = (...args: string[]) =>
    run("curl", [
      "-sS",
      "--max-time",
      "20",
      "--cacert",
      at("ca.pem"),
      ...args,
      `https://localhost:${port}/-/ready`,
      "--resolve",
      `localhost:${port}:127.0.0.1`,
    ]);
  const certified = () => ["--cert", at("client.pem"), "--key", at("client.key")];

  beforeAll(async () => {
    const ca = await makeAuthority(folder.path, "ca");
    await ca.issue("server", "DNS:localhost,IP:127.0.0.1");
    await ca.issue("client", "DNS:prometheus.example", "clientAuth");
    beside.write(webConfig("prometheus"), "web.yml");
    exporter = await serve([
      "--config.file",
      beside.file,
      "--web.config.file",
      `${beside.folder}/web.yml`,
      "--web.listen-address",
      "127.0.0.1:0",
    ]);
    port = (await listening(exporter))[0]?.split(":").at(-1) ?? "";
  });
  afterAll(async () => {
    expect(await exporter?.end()).toBe(0);
    beside.remove();
    folder.remove();
  });

  it("is scraped by Prometheus with a client certificate and a password", async () => {
    const prometheus = await startPrometheus(`
scrape_configs:
  - job_name: good
    scheme: https
    scrape_interval: 1s
    static_configs: [{ targets: ["127.0.0.1:${port}"] }]
    basic_auth: { username: prometheus, password: ${PASSWORD} }
    tls_config: { ca_file: ${at("ca.pem")}, cert_file: ${at("client.pem")}, key_file: ${at("client.key")} }
  - job_name: password
    scheme: https
    scrape_interval: 1s
    static_configs: [{ targets: ["127.0.0.1:${port}"] }]
    basic_auth: { username: prometheus, password: guess }
    tls_config: { ca_file: ${at("ca.pem")}, cert_file: ${at("client.pem")}, key_file: ${at("client.key")} }
  - job_name: certificate
    scheme: https
    scrape_interval: 1s
    static_configs: [{ targets: ["127.0.0.1:${port}"] }]
    tls_config: { ca_file: ${at("ca.pem")} }
`);
    try {
      const targets = await eventually(
        () => prometheus.targets(),
        (all) => all.length === 3 && all.every(({ health }) => health !== "unknown"),
        20_000,
      );
      const found = new Map(targets.map(({ labels, health, lastError }) => [labels.job, { health, lastError }]));
      expect(found.get("good")).toEqual({ health: "up", lastError: "" });
      expect(found.get("password")).toEqual({ health: "down", lastError: expect.stringContaining("401") });
      expect(found.get("certificate")?.health).toBe("down");
      const samples = await prometheus.query("lightsout_web_config_last_reload_successful");
      expect(samples.map(({ value }) => value)).toEqual([1]);
      expect((await prometheus.query("lightsout_web_certificate_expiry_timestamp_seconds > time()")).length).toBe(1);
    } finally {
      await prometheus.stop();
    }
  });

  it("answers curl, and says which credential is missing", async () => {
    expect((await curl(...certified(), "-u", `prometheus:${PASSWORD}`)).stdout).toBe("ready\n");
    expect((await curl(...certified())).stdout).toBe("user name and password are required\n");
    expect((await curl("-u", `prometheus:${PASSWORD}`)).code).not.toBe(0);
    const plain = await run("curl", ["-sS", `http://127.0.0.1:${port}/`]);
    expect(plain.stdout).toBe("this port serves HTTPS, not HTTP; use https://\n");
    expect(exporter.logs()).toContain("client certificate refused");
  });

  it("applies changed users without a restart, and keeps the old ones if the new file is invalid", async () => {
    beside.write(webConfig("grafana"), "web.yml");
    const ask = (user: string) => curl(...certified(), "-u", `${user}:${PASSWORD}`).then(({ stdout }) => stdout);
    await eventually(
      () => ask("grafana"),
      (answer) => answer === "ready\n",
    );
    expect(await ask("prometheus")).toBe("wrong user name or password\n");
    beside.write("basic_auth_users: { grafana: plain }", "web.yml");
    exporter.signal("SIGHUP");
    await eventually(
      () => exporter.logs(),
      (text) => text.includes("web configuration not reloaded; the previous one stays in force"),
    );
    expect(await ask("grafana")).toBe("ready\n");
  });

  it("logs no password, hash or key", () => {
    const hash = hashSync(PASSWORD, 4).slice(0, 4);
    const encoded = Buffer.from(`prometheus:${PASSWORD}`).toString("base64");
    for (const secret of [
      PASSWORD,
      encoded,
      hash,
      'plain"',
      readFileSync(at("server.key"), "utf8").split("\n")[1] ?? "",
    ])
      expect(exporter.logs()).not.toContain(secret);
  });
});

describe("an invalid web configuration", () => {
  it.each([
    ["basic_auth_user: {}", 'web.yml:1:1: basic_auth_user: unknown key; did you mean "basic_auth_users"?'],
    ["tls_server_config: { cert_file: a, key_file: b }", "tls_server_config.cert_file: no such file: "],
  ])("keeps the exporter from starting, with the message of config check: %s", async (text, words) => {
    const beside = configFolder(CONFIG, { "web.yml": text });
    const args = ["--web.config.file", `${beside.folder}/web.yml`];
    const [start, check] = await Promise.all([
      lightsout(["serve", "--config.file", beside.file, "--web.listen-address", "127.0.0.1:0", ...args]),
      lightsout(["config", "check", beside.file, ...args]),
    ]);
    beside.remove();
    expect([start.code, check.code]).toEqual([2, 1]);
    expect(start.stderr).toContain(words);
    expect(check.stderr).toContain(words);
  });

  it("is reported with a hint if the file is missing", async () => {
    const beside = configFolder(CONFIG);
    const { code, stderr } = await lightsout([
      "serve",
      "--config.file",
      beside.file,
      "--web.config.file",
      "/nonexistent/web.yml",
    ]);
    beside.remove();
    expect([code, stderr]).toEqual([
      2,
      "lightsout: /nonexistent/web.yml: no such file; give another with --web.config.file, or omit the option to serve plain HTTP to everybody\n",
    ]);
  });
});

describe("lightsout serve listens", () => {
  it("on several addresses including IPv6, each on a free port, and logs them", async () => {
    const beside = configFolder(CONFIG);
    const addresses = ["127.0.0.1:0", "[::1]:0"].flatMap((address) => ["--web.listen-address", address]);
    const exporter = await serve(["--config.file", beside.file, ...addresses]);
    try {
      const where = await listening(exporter);
      expect(where).toEqual([expect.stringMatching(/^127\.0\.0\.1:\d+$/), expect.stringMatching(/^\[::1\]:\d+$/)]);
      for (const address of where) expect((await fetch(`http://${address}/-/ready`)).status).toBe(200);
    } finally {
      expect(await exporter.end()).toBe(0);
      beside.remove();
    }
  });

  it("on a socket from systemd, which stays open after it exits", async () => {
    const beside = configFolder(CONFIG);
    const server: Server = createServer();
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    // The number that a child can inherit; a server says it nowhere else.
    const { fd } = (server as unknown as { readonly _handle: { readonly fd: number } })._handle;
    const { port } = server.address() as { port: number };
    const exporter = await serve(["--config.file", beside.file, "--web.systemd-socket"], fd);
    try {
      expect(await listening(exporter)).toEqual([`127.0.0.1:${port}`]);
    } finally {
      expect(await exporter.end()).toBe(0);
      beside.remove();
      expect(server.listening).toBe(true);
      server.close();
    }
  });

  it("on nothing if systemd passed no socket, or if both options are given", async () => {
    const beside = configFolder(CONFIG);
    const base = ["serve", "--config.file", beside.file, "--web.systemd-socket"];
    const env = { LISTEN_FDS: "", LISTEN_PID: "1" };
    const [none, foreign, both] = await Promise.all([
      lightsout(base),
      lightsout(base, { env: { ...env, LISTEN_FDS: "1" } }),
      lightsout([...base, "--web.listen-address", ":0"]),
    ]);
    beside.remove();
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining("systemd passed no socket")]);
    expect([foreign.code, foreign.stderr]).toEqual([
      2,
      expect.stringContaining("systemd passed its sockets to process 1,"),
    ]);
    expect([both.code, both.stderr]).toEqual([2, expect.stringContaining("cannot be used with option")]);
  });
});
