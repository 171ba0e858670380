import { afterAll, beforeAll, expect, it } from "vitest";
import { type IpmiSim, startIpmiSim } from "../rig/ipmi-sim.ts";
import { type ReservedPort, reservePort } from "../rig/ports.ts";
import { withPeers } from "../rig/requirements.ts";
import { startUdpProxy, type UdpProxy } from "../rig/udp-proxy.ts";
import { type Lightsout, lightsout, samplesOf, startLightsout } from "./lightsout.ts";

const PASSWORD = "watch-the-fans";
const HEADER = "X-Prometheus-Scrape-Timeout-Seconds";

/** Series whose value is the same whenever one asks; times are not. */
const seriesOf = (text: string): string[] => [...samplesOf(text).keys()].sort();

withPeers(["ipmi_sim"], "/probe of a running exporter", () => {
  let sim: IpmiSim;
  let other: IpmiSim;
  let slow: UdpProxy;
  let dead: ReservedPort;
  let exporter: Lightsout;

  beforeAll(async () => {
    [sim, other, dead] = await Promise.all([startIpmiSim(), startIpmiSim({ address: "127.0.0.2" }), reservePort()]);
    slow = await startUdpProxy(sim);
    exporter = await startLightsout({
      config: {
        // Nothing is polled by itself while the test runs, so that each probe is the only conversation.
        modules: {
          default: { interval: "1h", timeout: "10s" },
          power: { interval: "1h", timeout: "10s", parts: ["power"] },
        },
        auths: {
          default: { username: "monitor", password: PASSWORD },
          root: { username: "admin", password: "secret" },
          former: { username: "former", password: "gone" },
        },
        targets: [
          { hosts: "node001", address: `127.0.0.1:${sim.port}`, rack: "r1" },
          { hosts: "slow", address: `127.0.0.1:${slow.port}` },
          { hosts: "dead", address: `127.0.0.1:${dead.port}` },
        ],
        probe: { allow: ["127.0.0.2/32"] },
      },
    });
  });
  afterAll(async () => {
    await exporter?.stop();
    await slow?.close();
    await Promise.all([sim?.stop(), other?.stop()]);
    dead?.release();
  });

  it("polls a host of the inventory by its name or by the address of its BMC", async () => {
    const byName = await exporter.get("/probe?target=node001");
    expect(byName.status).toBe(200);
    expect(samplesOf(byName.text).get("bmc_up")).toBe(1);
    const byAddress = await exporter.get(`/probe?target=127.0.0.1:${sim.port}`);
    expect(seriesOf(byAddress.text)).toEqual(seriesOf(byName.text));
  });

  it("uses module and auth", async () => {
    const power = await exporter.samples("/probe?target=node001&module=power&auth=root");
    expect(power.get("bmc_power_on")).toBe(1);
    expect([...power.keys()].filter((series) => series.startsWith("bmc_temperature"))).toEqual([]);
    const former = await exporter.get("/probe?target=node001&auth=former");
    expect(former.status).toBe(200);
    expect(former.text).toMatch(/^bmc_failure\{stage="rakp",reason="unknown_user"\} 1$/m);
  });

  it("polls an address in probe.allow, and refuses any other", async () => {
    const allowed = await exporter.samples(`/probe?target=127.0.0.2:${other.port}`);
    expect(allowed.get("bmc_up")).toBe(1);
    const refused = await exporter.get(`/probe?target=127.0.0.3:${other.port}`);
    expect(refused.status).toBe(403);
    expect(refused.text).toContain("probe.allow");
    const unknown = await exporter.get("/probe?target=nosuch.invalid");
    expect(unknown.status).toBe(403);
  });

  it.each([
    ["/probe", 400, "target is missing"],
    ["/probe?target=", 400, "target is missing"],
    ["/probe?target=node001&target=dead", 400, "but allowed once"],
    ["/probe?target=node001&modul=power", 400, "did you mean module?"],
    ["/probe?target=node001&module=pwer", 400, 'did you mean "power"?'],
    ["/probe?target=node001&auth=rot", 400, 'did you mean "root"?'],
    ["/probe?target=node001&debug=yes", 400, "true or false"],
    ["/probe?target=a%20b", 400, "neither a host of the inventory nor an address"],
  ])("answers %s with %i: %s", async (path, status, words) => {
    const answer = await exporter.get(path);
    expect(answer.text).toContain(words);
    expect(answer.status).toBe(status);
  });

  it("suggests the host with the most similar name", async () => {
    const answer = await exporter.get("/probe?target=node01");
    expect(answer.text).toContain('did you mean "node001"?');
  });

  it.each(["0", "-1", "soon", ""])("refuses the scrape timeout %j", async (seconds) => {
    expect((await exporter.get("/probe?target=node001", { [HEADER]: seconds })).status).toBe(400);
  });

  it("answers in time for a silent BMC, with 200, bmc_up 0 and a reason", async () => {
    const begin = performance.now();
    const { status, text } = await exporter.get("/probe?target=dead", { [HEADER]: "1.5" });
    expect(performance.now() - begin).toBeLessThan(1500);
    expect(status).toBe(200);
    const samples = samplesOf(text);
    expect(samples.get("bmc_up")).toBe(0);
    expect(text.match(/^bmc_failure\{.*$/gm)).toHaveLength(1);
  });

  it("returns at the deadline what it has read, and names the parts that are missing", async () => {
    await exporter.get("/probe?target=slow&module=power");
    slow.rule(({ direction }) => (direction === "to_console" ? { delayMs: 25 } : "pass"));
    const begin = performance.now();
    const { status, text } = await exporter.get("/probe?target=slow", { [HEADER]: "1.5" });
    slow.rule(undefined);
    expect(performance.now() - begin).toBeLessThan(1500);
    expect(status).toBe(200);
    const samples = samplesOf(text);
    expect(samples.get("bmc_up")).toBe(1);
    expect(samples.get("bmc_power_on")).toBe(1);
    expect(samples.get('bmc_part_up{part="power"}')).toBe(1);
    expect(samples.get('bmc_part_up{part="sensors"}')).toBe(0);
  });

  it("explains each step with debug=true, without secrets", async () => {
    const { text } = await exporter.get("/probe?target=node001&auth=root&debug=true");
    for (const step of [
      "Get Channel Authentication Capabilities",
      "RAKP 1",
      "RAKP 3",
      "Get Chassis Status",
      "powerOn=true",
      "CPU1 Temp (20/0/01): 47 celsius",
      "part sensors: ok",
    ])
      expect(text).toContain(step);
    expect(text).toMatch(
      /<- Open Session: accepted, algorithms \d\/\d\/\d, highest privilege \d, BMC session id 0x[0-9a-f]{8}$/m,
    );
    expect(text).toMatch(/<- RAKP 2: accepted, GUID [0-9a-f]{32}, a code of \d+ bytes$/m);
    expect(text).toMatch(/<- RAKP 4: accepted, a check value of \d+ bytes$/m);
    for (const secret of ["secret", Buffer.from("secret").toString("hex")]) expect(text).not.toContain(secret);
    const failed = await exporter.get("/probe?target=dead&debug=true", { [HEADER]: "1" });
    expect(failed.text).toMatch(/^# result: failed at /m);
  });

  it("returns what `lightsout probe` prints", async () => {
    const config = `${exporter.folder}/lightsout.yml`;
    const [printed, served] = await Promise.all([
      lightsout(["probe", "node001", "--config.file", config]),
      exporter.get("/probe?target=node001"),
    ]);
    expect(printed.code, printed.stderr).toBe(0);
    // The exporter has counted polls of this host before, the command has not.
    expect(seriesOf(printed.stdout)).toEqual(seriesOf(served.text));
    const values = (text: string): [string, number][] =>
      [...samplesOf(text)].filter(([series]) => /celsius|rpm|volts|amperes|_health|_state/.test(series)).sort();
    expect(values(printed.stdout)).toEqual(values(served.text));
  });
});
