import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, it, type TestContext } from "vitest";
import { type IpmiSim, startIpmiSim } from "../rig/ipmi-sim.ts";
import { withPeers } from "../rig/requirements.ts";
import { startUdpProxy } from "../rig/udp-proxy.ts";
import { builtMain } from "./build.ts";
import { eventually, type Lightsout, type LightsoutOptions, startLightsout } from "./lightsout.ts";

withPeers(["ipmi_sim"], "a reload of the configuration", () => {
  let sim: IpmiSim;

  beforeAll(async () => {
    await builtMain();
    sim = await startIpmiSim();
  });
  afterAll(() => sim?.stop());

  /** An exporter of the test's own, so that the tests wait side by side. */
  const start = async (options: LightsoutOptions, { onTestFinished }: TestContext): Promise<Lightsout> => {
    const exporter = await startLightsout(options);
    onTestFinished(async () => void (await exporter.stop()));
    return exporter;
  };

  const config = (hosts: string, more: object = {}) => ({
    modules: { default: { interval: "1s", timeout: "950ms", parts: ["power"] } },
    auths: { default: { username: "monitor", password: "watch-the-fans" } },
    targets: [{ hosts, address: `127.0.0.1:${sim.port}` }],
    ...more,
  });
  const SUCCESSFUL = "lightsout_config_last_reload_successful";
  const up = (lightsout: Lightsout, host: string, value: number) =>
    eventually(
      () => lightsout.samples("/metrics"),
      (m) => m.get(`bmc_up{host="${host}"}`) === value,
    );

  it.concurrent("keeps the hosts if the file is truncated to nothing", async (test) => {
    const { expect } = test;
    const lightsout = await start({ config: config("kept") }, test);
    await up(lightsout, "kept", 1);
    lightsout.write("");
    const refused = await lightsout.post("/-/reload");
    expect([refused.status, refused.text]).toEqual([500, expect.stringContaining("is empty now")]);
    expect((await lightsout.samples("/metrics")).get('bmc_up{host="kept"}')).toBe(1);
    lightsout.write("{}");
    expect((await lightsout.post("/-/reload")).status).toBe(200);
    expect([...(await lightsout.samples("/metrics")).keys()].filter((series) => series.startsWith("bmc_up"))).toEqual(
      [],
    );
  });

  it.concurrent("applies changes that were written during a reload", async (test) => {
    const { expect } = test;
    const lightsout = await start({ config: config("first") }, test);
    for (let turn = 0; turn < 10; turn++) {
      const earlier = lightsout.post("/-/reload");
      lightsout.write(config(`host${turn}`));
      await Promise.all([earlier, lightsout.post("/-/reload")]);
      const hosts = [...(await lightsout.samples("/metrics")).keys()].filter((series) => series.startsWith("bmc_up"));
      expect(hosts).toEqual([`bmc_up{host="host${turn}"}`]);
    }
  });

  it.concurrent("adds and removes hosts, requested over HTTP", async (test) => {
    const { expect } = test;
    const exporter = await start({ config: config("a") }, test);
    await up(exporter, "a", 1);
    exporter.write(config("b"));
    expect(await exporter.post("/-/reload")).toMatchObject({ status: 200, text: "reloaded\n" });
    const metrics = await up(exporter, "b", 1);
    expect([...metrics.keys()].filter((series) => series.includes('host="a"'))).toEqual([]);
  });

  it.concurrent("adds hosts on SIGHUP", async (test) => {
    const { expect } = test;
    const exporter = await start({ config: config("a") }, test);
    exporter.write(config("b"));
    exporter.signal("SIGHUP");
    await up(exporter, "b", 1);
    expect(exporter.logs()).toContain("configuration reloaded");
  });

  it.concurrent("applies new power budgets, and names racks without hosts", async (test) => {
    const { expect } = test;
    const racked = (racks: readonly object[]) => ({
      ...config("a", { racks }),
      targets: [{ hosts: "a", address: `127.0.0.1:${sim.port}`, room: "b2", rack: "r1" }],
    });
    const exporter = await start({ config: racked([{ racks: "r[1-2]", power_budget_watts: 900 }]) }, test);
    const budgets = async () =>
      [...(await exporter.samples("/metrics"))].filter(([series]) => series.startsWith("bmc_rack_power_budget_watts"));
    const labels = 'room="b2",rack="r1"';
    expect(await budgets()).toEqual([[`bmc_rack_power_budget_watts{${labels}}`, 900]]);
    expect(exporter.logs()).toContain("racks[0]: no host is in r2");
    exporter.write(racked([{ racks: "r1", room: "b2", power_budget_watts: 950.5 }]));
    expect((await exporter.post("/-/reload")).status).toBe(200);
    expect(await budgets()).toEqual([[`bmc_rack_power_budget_watts{${labels}}`, 950.5]]);
    exporter.write(racked([{ racks: "r1,r1", power_budget_watts: 1 }]));
    expect((await exporter.post("/-/reload")).text).toContain("racks[0].racks: r1 is already in this entry");
    expect(await budgets()).toEqual([[`bmc_rack_power_budget_watts{${labels}}`, 950.5]]);
    exporter.write(racked([]));
    expect((await exporter.post("/-/reload")).status).toBe(200);
    expect(await budgets()).toEqual([]);
  });

  it.concurrent("keeps the previous configuration if the new one is invalid, and reports where", async (test) => {
    const { expect } = test;
    const exporter = await start({ config: config("a") }, test);
    await up(exporter, "a", 1);
    exporter.write("targets:\n  - hosts: b\n    adress: 127.0.0.1\n");
    const answer = await exporter.post("/-/reload");
    expect(answer.status).toBe(500);
    expect(answer.text).toContain('lightsout.yml:3:5: targets[0].adress: unknown key; did you mean "address"?');
    exporter.signal("SIGHUP");
    await eventually(exporter.logs, (text) =>
      text.includes("configuration not reloaded; the previous one stays in force"),
    );
    const metrics = await exporter.samples("/metrics");
    expect(metrics.get(SUCCESSFUL)).toBe(0);
    expect(metrics.get('bmc_up{host="a"}')).toBe(1);
    expect((await exporter.get("/config")).text).not.toContain("adress");
    exporter.write(config("a"));
    expect((await exporter.post("/-/reload")).status).toBe(200);
    expect((await exporter.samples("/metrics")).get(SUCCESSFUL)).toBe(1);
  });

  it.concurrent("keeps running when the file is gone", async (test) => {
    const { expect } = test;
    const exporter = await start({ config: config("a") }, test);
    rmSync(`${exporter.folder}/lightsout.yml`);
    const answer = await exporter.post("/-/reload");
    expect(answer).toMatchObject({ status: 500 });
    expect(answer.text).toContain("no such file");
    await up(exporter, "a", 1);
  });

  it.concurrent("is refused with GET", async (test) => {
    const { expect } = test;
    const exporter = await start({ config: config("a") }, test);
    expect((await exporter.get("/-/reload")).status).toBe(405);
  });

  it.concurrent("uses a corrected password at once, and repeats no refused login within a minute", async (test) => {
    const { expect } = test;
    const proxy = await startUdpProxy(sim);
    test.onTestFinished(() => proxy.close());
    const wrong = (password_file: string) =>
      config("a", {
        auths: { default: { username: "monitor", password_file } },
        targets: [{ hosts: "a", address: `127.0.0.1:${proxy.port}` }],
      });
    const exporter = await start({ config: wrong("pw"), files: { pw: "guessed\n" } }, test);
    const FAILURE = 'bmc_failure{host="a",stage="rakp",reason="wrong_password"}';
    const metrics = await eventually(
      () => exporter.samples("/metrics"),
      (m) => m.get(FAILURE) === 1,
    );
    expect(metrics.get('bmc_up{host="a"}')).toBe(0);
    expect(exporter.logs()).toContain("wrong_password");

    const sent = proxy.count("to_bmc");
    await sleep(2500);
    // Neither a probe nor a reload that changes nothing logs in again so soon: BMCs lock accounts.
    expect((await exporter.samples("/probe?target=a")).get('bmc_failure{stage="rakp",reason="wrong_password"}')).toBe(
      1,
    );
    expect((await exporter.post("/-/reload")).status).toBe(200);
    await sleep(1200);
    expect(proxy.count("to_bmc")).toBe(sent);
    expect((await exporter.get("/hosts/a")).text).toContain("Until then the host is polled rarely");

    exporter.write("watch-the-fans\n", "pw");
    expect((await exporter.post("/-/reload")).status).toBe(200);
    await up(exporter, "a", 1);
  });

  it.concurrent("reports a password file that cannot be read, and polls the other hosts", async (test) => {
    const { expect } = test;
    const both = {
      ...config("a"),
      auths: {
        default: { username: "monitor", password: "watch-the-fans" },
        other: { username: "monitor", password_file: "missing" },
      },
      targets: [
        { hosts: "a", address: `127.0.0.1:${sim.port}` },
        { hosts: "b", address: `127.0.0.2:${sim.port}`, auth: "other" },
      ],
    };
    const exporter = await start({ config: both }, test);
    await up(exporter, "a", 1);
    await up(exporter, "b", 0);
    expect(exporter.logs()).toMatch(/auths\.other\.password.*missing/);
    const answer = await exporter.post("/-/reload");
    expect(answer.status).toBe(200);
    expect(answer.text).toMatch(/auths\.other\.password.*missing/);
  });

  it.concurrent("that leaves no host is applied, with a warning in the log", async (test) => {
    const { expect } = test;
    const exporter = await start({ config: config("a") }, test);
    exporter.write("{}");
    expect((await exporter.post("/-/reload")).status).toBe(200);
    expect(exporter.logs()).toContain("there is no host to poll: give targets, file_sd or http_sd");
    expect((await exporter.get("/-/ready")).status).toBe(200);
  });
});
