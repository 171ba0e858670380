import { afterAll, beforeAll, expect, it } from "vitest";
import { type IpmiSim, startIpmiSim } from "../rig/ipmi-sim.ts";
import { withPeers } from "../rig/requirements.ts";
import { eventually, type Lightsout, startLightsout } from "./lightsout.ts";

const UP = 'bmc_up{host="a"}';
const POWER = 'bmc_power_on{host="a"}';

withPeers(["ipmi_sim"], "a BMC that stops and restarts while it is polled", () => {
  let sim: IpmiSim;
  let exporter: Lightsout;

  beforeAll(async () => {
    sim = await startIpmiSim();
    exporter = await startLightsout({
      config: {
        modules: { default: { interval: "1s", timeout: "900ms", parts: ["power"] } },
        auths: { default: { username: "monitor", password: "watch-the-fans" } },
        targets: [{ hosts: "a", address: `127.0.0.1:${sim.port}` }],
        scheduler: { stale_after: "3s", max_backoff: "2s" },
      },
    });
    await metrics((m) => m.get(UP) === 1);
  });
  afterAll(async () => {
    await exporter?.stop();
    await sim?.stop();
  });

  const metrics = (good: (m: Map<string, number>) => boolean, withinMs?: number) =>
    eventually(() => exporter.samples("/metrics"), good, withinMs);
  const successes = (m: Map<string, number>): number => m.get('bmc_last_success_timestamp_seconds{host="a"}') ?? 0;

  it("is polled again after a restart in which it lost our session", async () => {
    await sim.restart();
    const restarted = Date.now() / 1000;
    const m = await metrics((now) => now.get(UP) === 1 && successes(now) > restarted, 15_000);
    expect(m.get(POWER)).toBe(1);
  });

  it("is down with a reason when killed, keeps its readings until they are stale, and recovers", async () => {
    await sim.kill();
    const down = await metrics((m) => m.get(UP) === 0);
    expect([...down.keys()].filter((series) => series.startsWith("bmc_failure{"))).toHaveLength(1);
    const lastSuccess = successes(down);
    expect(lastSuccess).toBeGreaterThan(0);

    const stale = await metrics((m) => !m.has(POWER), 12_000);
    expect(Date.now() / 1000 - lastSuccess).toBeGreaterThan(3);
    expect(stale.get(UP)).toBe(0);
    expect(successes(stale)).toBe(lastSuccess);
    expect([...stale.keys()].filter((series) => series.startsWith("bmc_failure{"))).toHaveLength(1);

    await sim.restart();
    const back = await metrics((m) => m.get(UP) === 1, 15_000);
    expect(back.get(POWER)).toBe(1);
    expect([...back.keys()].filter((series) => series.startsWith("bmc_failure{"))).toEqual([]);
    expect(exporter.logs()).toContain("answers again");
  });
});
