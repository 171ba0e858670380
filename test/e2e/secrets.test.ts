import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type IpmiSim, startIpmiSim } from "../rig/ipmi-sim.ts";
import { withPeers } from "../rig/requirements.ts";
import { startUdpProxy, type UdpProxy } from "../rig/udp-proxy.ts";
import { configFolder, eventually, type Lightsout, lightsout, startLightsout } from "./lightsout.ts";

const RIGHT = "Zq9-right-pass";
const WRONG = "Zq8-wrong-pass";
const KG = "Zq7-bmc-key-kg";
const TOKEN = "Zq6-sd-token";

/** A secret as it could slip out: plain, in hex with and without its padding, in base64. */
function* formsOf(secret: string): Generator<string> {
  const bytes = Buffer.from(secret);
  yield secret;
  yield encodeURIComponent(secret);
  yield bytes.toString("hex");
  yield bytes.toString("hex").toUpperCase();
  yield bytes.toString("base64").replace(/=+$/, "");
  yield [...bytes].join(",");
}

function leaksOf(text: string): string[] {
  return [RIGHT, WRONG, KG, TOKEN].flatMap((secret) => [...formsOf(secret)]).filter((form) => text.includes(form));
}

withPeers(["ipmi_sim"], "passwords, keys and tokens", () => {
  let sim: IpmiSim;
  /** A second address for the one simulator. */
  let proxy: UdpProxy;
  let exporter: Lightsout;
  const config = () => ({
    modules: { default: { interval: "2s", timeout: "1900ms" } },
    auths: {
      default: { username: "monitor", password: RIGHT, kg: KG },
      wrong: { username: "monitor", password_file: "pw", kg_env: "BMC_KG" },
    },
    targets: [
      { hosts: "a", address: `127.0.0.1:${sim.port}` },
      { hosts: "b", address: `127.0.0.1:${proxy.port}`, auth: "wrong" },
    ],
    http_sd: [{ url: `http://127.0.0.1:9/sd`, authorization: { credentials: TOKEN } }],
  });

  beforeAll(async () => {
    sim = await startIpmiSim({
      kg: KG,
      users: [{ name: "monitor", password: RIGHT, privilege: "user" }],
    });
    proxy = await startUdpProxy(sim);
    exporter = await startLightsout({
      config: config(),
      files: { pw: `${WRONG}\n` },
      args: ["--log.level", "debug"],
      env: { BMC_KG: KG },
    });
    await eventually(
      () => exporter.samples("/metrics"),
      (m) => m.get('bmc_up{host="a"}') === 1 && m.has('bmc_failure{host="b",stage="rakp",reason="wrong_password"}'),
    );
  });
  afterAll(async () => {
    await exporter?.stop();
    await proxy?.close();
    await sim?.stop();
  });

  it.each([
    "/metrics",
    "/config",
    "/",
    "/hosts/a",
    "/hosts/b",
    "/sd",
    "/probe?target=a&debug=true",
    "/probe?target=b&debug=true",
  ])("is not in %s", async (path) => {
    const { status, text } = await exporter.get(path);
    expect(status).toBe(200);
    expect(leaksOf(text)).toEqual([]);
  });

  it("are in no log line, even at level debug and when a reload fails on their line", async () => {
    exporter.write(
      `auths:\n  default: { username: monitor, password: ${RIGHT}, passwrd: ${WRONG} }\n  *x: [ "${KG}"\n`,
    );
    const reload = await exporter.post("/-/reload");
    expect(reload.status).toBe(500);
    exporter.write(config());
    expect((await exporter.post("/-/reload")).status).toBe(200);
    expect(exporter.logs()).toContain("configuration not reloaded");
    expect(leaksOf(exporter.logs() + reload.text)).toEqual([]);
  });

  it("are not in the arguments of the process", () => {
    expect(leaksOf(readFileSync(`/proc/${exporter.pid}/cmdline`, "latin1"))).toEqual([]);
  });

  it.concurrent.each(["a", "b"])("is not in what `lightsout probe %s --debug` prints", async (host) => {
    const folder = configFolder({ ...config(), http_sd: [] }, { pw: `${WRONG}\n` });
    const result = await lightsout(["probe", host, "--debug", "--config.file", folder.file], { env: { BMC_KG: KG } });
    folder.remove();
    expect(result.code).toBe(host === "a" ? 0 : 1);
    expect(result.stdout).toContain("RAKP 1");
    expect(leaksOf(result.stdout + result.stderr)).toEqual([]);
  });
});
