/** Runs the exporter as in production, against the responder, and sends HTTP requests to it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent, get } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { PASSWORD, USER } from "./fleet.mjs";

const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
/** How many tenths of a second to wait for the exporter. */
const PATIENCE = 600;
const PER_RACK = 40;

/** A free TCP port. */
export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}

/** Reads a whole response. Returns status, size, and milliseconds to the first and the last byte. */
export function fetchTimed(agent, port, path, headers = {}) {
  const begin = performance.now();
  return new Promise((resolve, reject) => {
    const request = get({ agent, port, path, headers, host: "127.0.0.1" }, (response) => {
      let bytes = 0;
      let firstMs = 0;
      const pieces = [];
      response.on("data", (piece) => {
        if (bytes === 0) firstMs = performance.now() - begin;
        bytes += piece.length;
        if (bytes < 1 << 20) pieces.push(piece);
      });
      response.on("end", () =>
        resolve({
          status: response.statusCode,
          bytes,
          firstMs,
          ms: performance.now() - begin,
          text: Buffer.concat(pieces).toString(),
        }),
      );
      response.on("error", reject);
    });
    request.on("error", reject);
  });
}

/** The hosts are in a file_sd list in JSON, which is parsed faster than YAML for ten thousand hosts. */
const config = ({ suite, interval, timeout, maxAge, stateDir }) => `modules:
  default: { protocol: ipmi, interval: ${interval}, timeout: ${timeout}, ipmi: { cipher_suites: [${suite}] } }
auths:
  default: { username: ${USER}, password: ${PASSWORD} }
file_sd: [{ files: [hosts.json] }]
probe: { max_age: ${maxAge} }
${stateDir === undefined ? "" : `state_dir: ${JSON.stringify(stateDir)}\n`}`;

/** Names of the first `hosts` hosts. */
export const hostNames = (hosts) => Array.from({ length: hosts }, (_, i) => `node${i + 1}`);

const hostList = (remotes) =>
  hostNames(remotes.length).map((host, i) => ({
    targets: [`${remotes[i].address}:${remotes[i].port}`],
    labels: { host, rack: `r${Math.floor(i / PER_RACK) + 1}` },
  }));

/**
 * Starts `lightsout serve` for these BMCs. Returns functions that send requests to it and stop it.
 *
 * @param options.interval polling interval, a Prometheus duration
 * @param options.stateDir state directory; default: none
 */
export async function startExporter(remotes, suite, options = {}) {
  const { interval = "5m", timeout = "20s", stateDir } = options;
  const folder = mkdtempSync(join(tmpdir(), "lightsout-bench-"));
  const file = join(folder, "lightsout.yml");
  const write = (maxAge) =>
    writeFileSync(file, config({ suite, interval, timeout, maxAge, stateDir }), { mode: 0o600 });
  write("0s");
  writeFileSync(join(folder, "hosts.json"), JSON.stringify(hostList(remotes)));
  const port = await freePort();
  const listen = ["--web.listen-address", `127.0.0.1:${port}`];
  const child = spawn(process.execPath, [main, "serve", "--config.file", file, ...listen, "--log.level", "error"], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  const ended = once(child, "exit");
  const agent = new Agent({ keepAlive: true });
  const ask = (path) => fetchTimed(agent, port, path);
  const until = async (what, isTrue) => {
    for (let tries = 0; tries < PATIENCE && child.exitCode === null; tries++) {
      if (await isTrue().catch(() => false)) return;
      await sleep(100);
    }
    throw new Error(`the exporter: no ${what} within ${PATIENCE / 10} s`);
  };
  await until("readiness", async () => (await ask("/-/ready")).status === 200);
  return {
    pid: child.pid,
    url: `http://127.0.0.1:${port}`,
    ask,
    /** Sets probe.max_age: probes may be answered from polls that are younger than this. */
    async allowAge(maxAge) {
      write(maxAge);
      child.kill("SIGHUP");
      await until("reload", async () => (await ask("/config")).text.includes(`max_age: ${maxAge}`));
    },
    /** @param signal SIGKILL leaves sessions open, as a crash does */
    async stop(signal = "SIGTERM") {
      agent.destroy();
      child.kill(signal);
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
