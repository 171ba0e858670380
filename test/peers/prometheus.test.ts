import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { startPrometheus } from "../rig/prometheus.ts";
import { checkMetrics } from "../rig/promtool.ts";
import { withPeers } from "../rig/requirements.ts";

const EXPOSITION = `# HELP bmc_up Whether the last poll reached the BMC.
# TYPE bmc_up gauge
bmc_up{host="node001"} 1
bmc_up{host="node002"} 0
`;

withPeers(["prometheus"], "Prometheus in the rig", () => {
  it("scrapes a target and answers queries", async () => {
    const server = createServer((_request, response) => {
      response.setHeader("content-type", "text/plain; version=0.0.4");
      response.end(EXPOSITION);
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const { port } = server.address() as AddressInfo;
    const prometheus = await startPrometheus(
      `scrape_configs: [{ job_name: bmc, scrape_interval: 1s, static_configs: [{ targets: ["127.0.0.1:${port}"] }] }]`,
    );
    try {
      let samples = await prometheus.query("sum(bmc_up)");
      for (let tries = 0; samples.length === 0 && tries < 100; tries++) {
        await sleep(100);
        samples = await prometheus.query("sum(bmc_up)");
      }
      expect(samples.map((s) => s.value)).toEqual([1]);
      expect((await prometheus.query("scalar(sum(bmc_up))"))[0]?.value).toBe(1);
      expect((await prometheus.targets()).map((t) => t.health)).toEqual(["up"]);
    } finally {
      await prometheus.stop();
      server.close();
      server.closeAllConnections();
    }
  });

  it("reports why a configuration is invalid", async () => {
    await expect(startPrometheus("scrape_configs: 5")).rejects.toThrow("cannot unmarshal");
  });
});

withPeers(["promtool"], "promtool in the rig", () => {
  it("accepts a good exposition", async () => {
    expect(await checkMetrics(EXPOSITION)).toEqual({ ok: true, complaints: [] });
  });

  it("complains about a counter without _total and about what it cannot parse", async () => {
    const named = await checkMetrics("# HELP errors Errors.\n# TYPE errors counter\nerrors 1\n");
    expect(named.complaints.join()).toContain("_total");
    expect((await checkMetrics("no metric {\n")).ok).toBe(false);
  });
});
