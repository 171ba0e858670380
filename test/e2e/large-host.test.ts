import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compileBoard, manySensors, type Simulation, sampleBoard, startSimulation } from "../../src/simulator/index.ts";
import { eventually, type Lightsout, startLightsout } from "./lightsout.ts";

/** `LARGE_HOST_SENSORS=65534` for the largest repository there can be; reading that takes minutes. */
const SENSORS = Number(process.env.LARGE_HOST_SENSORS ?? 6000);
const SENSOR_LIMIT = 2000;
const WITHIN_MS = 60_000 + 20 * SENSORS;

const mebibytesOf = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;

describe(`a BMC with ${SENSORS} sensors beside a usual one`, () => {
  let simulation: Simulation;
  let exporter: Lightsout;
  const delays: number[] = [];

  beforeAll(async () => {
    const board = compileBoard(sampleBoard());
    simulation = await startSimulation({
      bmcs: [{ board, scenarios: [manySensors({ count: SENSORS })] }, { board }],
    });
    const [large, usual] = simulation.bmcs.map(({ address, port }) => `${address}:${port}`);
    exporter = await startLightsout({
      config: {
        modules: { default: { interval: "10s", timeout: "9s" }, brisk: { interval: "2s", timeout: "1900ms" } },
        auths: { default: { username: "monitor", password: "sesame" } },
        targets: [
          { hosts: "large", address: large },
          { hosts: "usual", address: usual, module: "brisk" },
        ],
      },
    });
  });
  afterAll(async () => {
    await exporter?.stop();
    await simulation?.stop();
  });

  const readings = (metrics: Map<string, number>): number =>
    [...metrics.keys()].filter((series) => /^bmc_temperature_celsius\{host="large"/.test(series)).length;

  it("is up with the sensors that fit, and reports the others", { timeout: WITHIN_MS + 30_000 }, async () => {
    const metrics = await eventually(
      async () => {
        const samples = await exporter.samples("/metrics");
        delays.push(
          (await exporter.samples("/metrics/self")).get('lightsout_event_loop_delay_seconds{statistic="max"}') ?? 0,
        );
        return samples;
      },
      (samples) => readings(samples) >= SENSOR_LIMIT,
      WITHIN_MS,
    );
    expect(metrics.get('bmc_up{host="large"}')).toBe(1);
    expect(metrics.get('bmc_power_on{host="large"}')).toBe(1);
    expect(readings(metrics)).toBe(SENSOR_LIMIT);
    expect(metrics.get('bmc_omitted_items{host="large",limit="sensors"}')).toBe(SENSORS - SENSOR_LIMIT);
    expect(exporter.logs()).toMatch(/level=warn msg="host exceeds its limits[^\n]*host=large/);
    expect((await exporter.get("/hosts/large")).text).toContain(`sensors (${SENSORS - SENSOR_LIMIT} left out)`);
  });

  it("takes little memory, and the usual host is polled throughout", async () => {
    for (const path of ["/metrics", "/metrics/self", "/hosts/large", "/metrics?host=large"]) await exporter.get(path);
    const self = await exporter.samples("/metrics/self");
    delays.push(self.get('lightsout_event_loop_delay_seconds{statistic="max"}') ?? 0);
    const longest = Math.max(...delays);
    const memory = mebibytesOf(exporter.pid);
    console.log(`longest delay of the event loop ${(longest * 1000).toFixed(0)} ms, ${memory.toFixed(0)} MiB resident`);
    // How long the event loop stands still also depends on what else runs here: test/exposition/host-limits.test.ts.
    expect(memory).toBeLessThan(300);
    const metrics = await exporter.samples("/metrics");
    expect(metrics.get('bmc_up{host="usual"}')).toBe(1);
    const ageSeconds = Date.now() / 1000 - (metrics.get('bmc_last_success_timestamp_seconds{host="usual"}') ?? 0);
    expect(ageSeconds).toBeLessThan(10);
  });
});
