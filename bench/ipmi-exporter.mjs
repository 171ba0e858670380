/** The cost of the same poll with ipmi_exporter, which runs a FreeIPMI program per collector. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { installed } from "../scripts/steps.mjs";
import { PASSWORD, USER } from "./fleet.mjs";

const COLLECTORS = ["ipmi", "chassis", "sel"];
const READY_TRIES = 100;

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}

/**
 * CPU milliseconds of one scrape, including the programs it runs; undefined if ipmi_exporter or FreeIPMI is missing or
 * a collector fails.
 */
export async function exporterPoll({ address, port }, polls) {
  if (!["prometheus-ipmi-exporter", "ipmi-sensors", "bash", "curl"].every(installed)) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "lightsout-bench-"));
  const config = join(folder, "ipmi.yml");
  const custom = Object.fromEntries(COLLECTORS.map((collector) => [collector, ["-I", "3"]]));
  const login = { user: USER, pass: PASSWORD, driver: "LAN_2_0", privilege: "user", timeout: 10_000 };
  const module = { ...login, collectors: COLLECTORS, custom_args: custom };
  writeFileSync(config, JSON.stringify({ modules: { default: module } }), { mode: 0o600 });
  const listen = `127.0.0.1:${await freePort()}`;
  const url = `http://${listen}/ipmi?target=${address}:${port}`;
  // The shell counts the CPU time of a program only after it ends. So the time of curl is printed first and subtracted.
  const script = `
    prometheus-ipmi-exporter --config.file=${config} --web.listen-address=${listen} >&2 & pid=$!
    for i in $(seq ${READY_TRIES}); do curl -s -o /dev/null http://${listen}/ && break; sleep 0.05; done
    for i in $(seq ${polls}); do curl -s '${url}' > ${folder}/answer || exit 1; done
    times; kill $pid; wait $pid; times
    [ $(grep -c '^ipmi_up.* 1$' ${folder}/answer) = ${COLLECTORS.length} ]`;
  try {
    const child = spawn("bash", ["-c", script], { stdio: ["ignore", "pipe", "ignore"] });
    const [output, [code]] = await Promise.all([text(child.stdout), once(child, "exit")]);
    if (code !== 0) return undefined;
    const [, before, , after] = output.trim().split("\n").map(seconds);
    return (1000 * (after - before)) / polls;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** `0m0.012s 0m0.034s`: user and system time. */
function seconds(line) {
  const parts = line.split(" ").map((part) => {
    const [minutes, rest] = part.split("m");
    return Number(minutes) * 60 + Number.parseFloat(rest);
  });
  return parts[0] + parts[1];
}
