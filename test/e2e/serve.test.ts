import { afterAll, beforeAll, expect, it } from "vitest";
import { type IpmiSim, startIpmiSim } from "../rig/ipmi-sim.ts";
import { type ReservedPort, reservePort } from "../rig/ports.ts";
import { type Prometheus, startPrometheus } from "../rig/prometheus.ts";
import { checkMetrics } from "../rig/promtool.ts";
import { withPeers } from "../rig/requirements.ts";
import { eventually, type Lightsout, samplesOf, startLightsout } from "./lightsout.ts";

const NODE1 = 'host="node001",room="hall",rack="r1",position="07"';
const NODE2 = 'host="node002",room="hall",rack="r2",position="08"';
const PASSWORD = "watch-the-fans";

/** Nothing listens at node002; whether its port said so or the poll ran out of time first is not said here. */
const failures = (m: Map<string, number>): string[] =>
  [...m.keys()].filter((s) => s.startsWith(`bmc_failure{${NODE2},`) && /reason="(timeout|unreachable)"/.test(s));

withPeers(["ipmi_sim", "prometheus", "promtool"], "lightsout serve", () => {
  let sim: IpmiSim;
  let dead: ReservedPort;
  let second: ReservedPort;
  let exporter: Lightsout;
  let prometheus: Prometheus;

  beforeAll(async () => {
    [sim, dead, second] = await Promise.all([startIpmiSim(), reservePort(), reservePort()]);
    exporter = await startLightsout({
      config: {
        modules: { default: { interval: "2s", timeout: "1900ms" } },
        auths: { default: { username: "monitor", password: PASSWORD } },
        targets: [
          { hosts: "node001", address: `127.0.0.1:${sim.port}`, room: "hall", rack: "r1", position: "07" },
          { hosts: "node002", address: `127.0.0.1:${dead.port}`, room: "hall", rack: "r2", position: "08" },
        ],
      },
      args: ["--web.listen-address", `127.0.0.1:${second.port}`],
    });
    prometheus = await startPrometheus(
      `scrape_configs: [{ job_name: fleet, scrape_interval: 1s, static_configs: [{ targets: ["127.0.0.1:${exporter.port}"] }] },
        { job_name: one, scrape_interval: 1s, metrics_path: /probe, params: { target: [node001] }, static_configs: [{ targets: ["127.0.0.1:${exporter.port}"] }] }]`,
    );
  });
  afterAll(async () => {
    await prometheus?.stop();
    await exporter?.stop();
    await sim?.stop();
    for (const port of [dead, second]) port?.release();
  });

  const polled = () =>
    eventually(
      () => exporter.samples("/metrics"),
      (m) => m.get(`bmc_up{${NODE1}}`) === 1 && failures(m).length === 1,
    );

  it("polls a BMC over RMCP+ and exports its readings with the place of the host", async () => {
    const metrics = await polled();
    expect(metrics.get(`bmc_power_on{${NODE1}}`)).toBe(1);
    const cpu = (family: string, more = ""): number[] =>
      [...metrics]
        .filter(
          ([s]) => s.startsWith(`${family}{${NODE1},sensor="CPU1 Temp",id="20/0/01",entity="3.1"`) && s.includes(more),
        )
        .map(([, value]) => value);
    expect(cpu("bmc_temperature_celsius")).toEqual([47]);
    expect(cpu("bmc_temperature_threshold_celsius", 'threshold="upper_critical"')).toEqual([100]);
    expect(metrics.get(`lightsout_sessions_opened_total{kind="rmcp_plus"}`)).toBeGreaterThan(0);
  });

  it("exports for a BMC that does not answer only that it is down, and why", async () => {
    const metrics = await polled();
    expect(metrics.get(`bmc_up{${NODE2}}`)).toBe(0);
    const readings = [...metrics.keys()].filter(
      (s) => s.includes('host="node002"') && /celsius|watts|power_on/.test(s),
    );
    expect(readings).toEqual([]);
  });

  it.each([
    "/metrics",
    "/metrics/self",
    "/metrics?host=node001",
    "/probe?target=node001",
    "/probe?target=node001&debug=true",
  ])("answers %s with an exposition promtool accepts", async (path) => {
    await polled();
    const { status, text, headers } = await exporter.get(path);
    expect(status).toBe(200);
    expect(headers.get("content-type")).toContain("text/plain");
    expect(await checkMetrics(text)).toEqual({ ok: true, complaints: [] });
  });

  it("sets host and place labels on every series of /metrics and on none of /probe", async () => {
    const fleet = [...(await polled()).keys()].filter((series) => series.startsWith("bmc_"));
    expect(fleet.length).toBeGreaterThan(100);
    expect(fleet.filter((series) => !series.includes(`{${NODE1}`) && !series.includes(`{${NODE2}`))).toEqual([]);
    const probe = [...(await exporter.samples("/probe?target=node001")).keys()];
    expect(probe.filter((series) => /[{,](host|room|rack|position)=/.test(series))).toEqual([]);
    const bare = (series: string): string => series.replace(`{${NODE1},`, "{").replace(`{${NODE1}}`, "");
    const same = (series: readonly string[]): string[] => series.filter((s) => !s.startsWith("bmc_failure")).sort();
    expect(same(fleet.filter((s) => s.includes(`{${NODE1}`)).map(bare))).toEqual(same(probe));
  });

  it("can be scraped by Prometheus, with /metrics and with /probe", async () => {
    const value = async (expression: string): Promise<number | undefined> =>
      (
        await eventually(
          () => prometheus.query(expression),
          (s) => s.length > 0,
          15_000,
        )
      )[0]?.value;
    expect(await value('bmc_temperature_celsius{job="fleet",host="node001",sensor="CPU1 Temp"}')).toBe(47);
    expect(await value('bmc_temperature_celsius{job="one",sensor="CPU1 Temp"}')).toBe(47);
    expect(await value('bmc_up{job="fleet",host="node002"}')).toBe(0);
    expect(await value('sum(bmc_failure{job="fleet",host="node002"})')).toBe(1);
    expect((await prometheus.targets()).map(({ health, lastError }) => [health, lastError])).toEqual([
      ["up", ""],
      ["up", ""],
    ]);
  });

  it("shows the fleet at / and a host with its sensors at /hosts/NAME", async () => {
    await polled();
    const landing = await exporter.get("/");
    expect(landing.headers.get("content-type")).toContain("text/html");
    for (const word of ["node001", "node002", "/metrics", "/probe"]) expect(landing.text).toContain(word);
    const host = await exporter.get("/hosts/node001");
    expect(host.text).toContain("CPU1 Temp");
    const missing = await exporter.get("/hosts/node003");
    expect(missing.status).toBe(404);
    expect((await exporter.get("/metrcs")).status).toBe(404);
  });

  it("is healthy and ready, on its second address, too", async () => {
    expect(await exporter.get("/-/healthy")).toMatchObject({ status: 200, text: "healthy\n" });
    const other = await fetch(`http://127.0.0.1:${second.port}/-/ready`);
    expect([other.status, await other.text()]).toEqual([200, "ready\n"]);
  });

  it("shows its configuration with defaults and without secrets", async () => {
    const { status, text } = await exporter.get("/config");
    expect(status).toBe(200);
    expect(text).toContain("username: monitor");
    expect(text).toContain("<secret>");
    expect(text).toContain("concurrency: 1024");
    expect(text).not.toContain(PASSWORD);
  });

  it("exports its own metrics: packets, commands, polls, build, reload", async () => {
    await polled();
    const self = samplesOf((await exporter.get("/metrics/self")).text);
    const of = (name: string): number[] => [...self].filter(([s]) => s.startsWith(name)).map(([, value]) => value);
    expect(of("lightsout_config_last_reload_successful")).toEqual([1]);
    expect(of("lightsout_build_info")).toEqual([1]);
    expect(self.get('lightsout_packets_total{direction="sent"}')).toBeGreaterThan(100);
    expect(self.get('lightsout_packets_total{direction="received"}')).toBeGreaterThan(100);
    expect(self.get('lightsout_commands_total{command="Get Sensor Reading"}')).toBeGreaterThan(10);
    expect(Math.max(...of("lightsout_polls_total"))).toBeGreaterThan(0);
    const all = samplesOf((await exporter.get("/metrics")).text);
    expect([...self.keys()].filter((series) => !all.has(series))).toEqual([]);
  });

  it("lists scrape targets for Prometheus at /sd", async () => {
    const list = JSON.parse((await exporter.get("/sd?by=host")).text) as { labels: Record<string, string> }[];
    expect(list.map(({ labels }) => labels.instance)).toEqual(["node001", "node002", `127.0.0.1:${exporter.port}`]);
  });
});
