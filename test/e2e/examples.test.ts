import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parse } from "yaml";
import { type IpmiSim, startIpmiSim } from "../rig/ipmi-sim.ts";
import { type Prometheus, startPrometheus } from "../rig/prometheus.ts";
import { withPeers } from "../rig/requirements.ts";
import { run } from "../rig/run.ts";
import { root } from "./build.ts";
import { eventually, type Lightsout, startLightsout } from "./lightsout.ts";

const folder = join(root, "examples", "prometheus");
const files = readdirSync(folder).filter((name) => name.endsWith(".yml"));
const example = (name: string): string => readFileSync(join(folder, name), "utf8");

/** Every prometheus.yml that somebody may copy: the examples, and what stands in pages. */
const copied = [
  ...files.map((name) => [name, example(name)] as const),
  ...["README.md", "alerts/README.md", "docs/http.md", "examples/prometheus/README.md"].flatMap((page) =>
    [...readFileSync(join(root, page), "utf8").matchAll(/```yaml\n([\s\S]*?)```/g)]
      .map(([, text = ""]) => [page, text] as const)
      .filter(([, text]) => /^scrape_configs:/m.test(text)),
  ),
];

it.each(copied)("%s has the job that the alerts expect", (_, text) => {
  const { scrape_configs: jobs } = parse(text) as { readonly scrape_configs: readonly { readonly job_name: string }[] };
  // BmcExporterDown and BmcExporterAbsent ask for up{job="lightsout"}.
  expect(jobs.map(({ job_name }) => job_name)).toContain("lightsout");
});

withPeers(["promtool"], "the Prometheus examples", () => {
  it.each(files)("%s passes promtool check config", async (name) => {
    const result = await run("promtool", ["check", "config", join(folder, name)]);
    expect(result.code, result.stderr).toBe(0);
  });
});

withPeers(["prometheus", "ipmi_sim"], "Prometheus with the examples", () => {
  let sim: IpmiSim;
  let exporter: Lightsout;
  let prometheus: Prometheus;

  /** The jobs of an example with our exporter in them and in a hurry; the job "lightsout" under a name of its own. */
  const jobsOf = (name: string, job: string): string =>
    example(name)
      .replace(/^scrape_configs:$/m, "")
      .replace("job_name: lightsout", `job_name: ${job}`)
      .replaceAll("lightsout.example.org:9623", `127.0.0.1:${exporter.port}`)
      .replaceAll(/scrape_interval: 60s.*/g, "scrape_interval: 1s")
      .replaceAll(/scrape_timeout: 30s.*/g, "scrape_timeout: 1s")
      .replaceAll("[node001, node002]", "[node001]");

  beforeAll(async () => {
    sim = await startIpmiSim();
    exporter = await startLightsout({
      config: {
        modules: { default: { interval: "2s", timeout: "1900ms" } },
        auths: { default: { username: "monitor", password: "watch-the-fans" } },
        targets: [{ hosts: "node001", address: `127.0.0.1:${sim.port}`, rack: "r1", position: "07" }],
      },
    });
    await eventually(
      () => exporter.samples("/metrics"),
      (m) => m.get('bmc_power_on{host="node001",rack="r1",position="07"}') === 1,
    );
    prometheus = await startPrometheus(
      [
        "scrape_configs:",
        jobsOf("fleet.yml", "fleet"),
        jobsOf("slices.yml", "slices"),
        jobsOf("probe.yml", "self"),
      ].join("\n"),
    );
  });
  afterAll(async () => {
    await prometheus?.stop();
    await exporter?.stop();
    await sim?.stop();
  });

  const labelsOf = (expression: string) =>
    eventually(
      () => prometheus.query(expression),
      (samples) => samples.length > 0,
      15_000,
    ).then((samples) => samples.map(({ labels: { __name__, role, ...labels } }) => labels));
  const cpu = (job: string) => labelsOf(`bmc_temperature_celsius{sensor="CPU1 Temp",job="${job}"} == 47`);
  const instance = (): string => `127.0.0.1:${exporter.port}`;
  const sensor = { sensor: "CPU1 Temp", id: "20/0/01", entity: "3.1" };
  it("scrapes the whole fleet and the exporter itself", async () => {
    const place = { host: "node001", rack: "r1", position: "07" };
    expect(await cpu("fleet")).toEqual([{ ...sensor, ...place, job: "fleet", instance: instance() }]);
    expect(await labelsOf('lightsout_build_info{job="fleet"}')).toHaveLength(1);
  });

  it("finds slices at /sd and scrapes each of them", async () => {
    const [labels] = await cpu("slices");
    expect(labels).toMatchObject({ ...sensor, host: "node001", rack: "r1" });
    expect(labels?.instance).toMatch(/^slice [0-9]\/10$/);
    expect(await labelsOf('lightsout_build_info{job="slices"}')).toHaveLength(1);
  });

  it("probes hosts of its own list and hosts from /sd", async () => {
    expect(await cpu("bmc")).toEqual([{ ...sensor, job: "bmc", instance: "node001", host: "node001", rack: "r1" }]);
    expect(await cpu("bmc-inventory")).toEqual([
      { ...sensor, job: "bmc-inventory", instance: "node001", host: "node001", rack: "r1", position: "07" },
    ]);
    expect(await labelsOf('lightsout_build_info{job="self"}')).toHaveLength(1);
  });

  it("has every target up", async () => {
    const targets = await eventually(
      () => prometheus.targets(),
      (all) => all.every(({ health }) => health === "up"),
      15_000,
    );
    // 1 of the fleet, 10 slices and the exporter, a host, a host and the exporter of /sd, the exporter
    expect(targets).toHaveLength(16);
  });
});
