import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { builtMain } from "../e2e/build.ts";
import { eventually, lightsout, samplesOf } from "../e2e/lightsout.ts";
import { type RigChild, startChild } from "../rig/child.ts";
import { type ReservedPort, reservePort } from "../rig/ports.ts";

const HOSTS = 72;

describe("lightsout demo", () => {
  let web: ReservedPort;
  let control: ReservedPort;
  let child: RigChild;
  let begin: number;

  beforeAll(async () => {
    const main = await builtMain();
    web = await reservePort();
    control = await reservePort();
    const ports = ["--web.listen-address", `127.0.0.1:${web.port}`, "--control-port", String(control.port)];
    begin = performance.now();
    child = await startChild(process.execPath, [main, "demo", ...ports]);
  }, 150_000);
  afterAll(async () => {
    await child?.stop(10_000);
    web?.release();
    control?.release();
  }, 20_000);

  const metrics = (): Promise<Map<string, number>> =>
    fetch(`http://127.0.0.1:${web.port}/metrics`).then(
      async (response) => samplesOf(await response.text()),
      () => new Map(),
    );
  const of = (m: Map<string, number>, family: string, good: (value: number) => boolean): readonly string[] =>
    [...m].filter(([series, value]) => series.startsWith(`${family}{`) && good(value)).map(([series]) => series);
  const seconds = (): string => ((performance.now() - begin) / 1000).toFixed(1);

  it("serves metrics at once, and has read every machine within its interval", async () => {
    const page = await eventually(metrics, (m) => of(m, "bmc_up", () => true).length === HOSTS, 10_000);
    const first = seconds();
    expect(of(page, "bmc_up", () => true)).toHaveLength(HOSTS);
    // The interval is 10 s; the rest is for machines that have other things to do.
    await eventually(metrics, (m) => of(m, "bmc_up", (v) => v === 1).length === HOSTS, 30_000);
    console.log(`first page after ${first} s, all ${HOSTS} machines read after ${seconds()} s`);
  }, 60_000);

  it("prints its URLs, the scheduled faults and how to inject more", async () => {
    const said = child.output();
    expect(said).toContain(`http://127.0.0.1:${web.port}/metrics`);
    expect(said).toContain("Within two minutes a fan wears out");
    expect(said).toContain(`npx lightsout simulate inject r1u02 fan_stopped --control-port ${control.port}`);
    const page = await fetch(`http://127.0.0.1:${web.port}/`);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining("r1")]);
  });

  it("injects the fault of the hint, which metrics show", async () => {
    const hint = /npx lightsout (simulate inject .*)/.exec(child.output())?.[1] ?? "";
    const { code, stderr } = await lightsout(hint.trim().split(/\s+/));
    expect([code, stderr]).toEqual([0, ""]);
    const ill = (m: Map<string, number>): boolean =>
      of(m, "bmc_health", (v) => v >= 1).some((series) => series.includes('host="r1u02"'));
    await eventually(metrics, ill, 40_000);
  }, 60_000);

  it("has scheduled faults within two minutes", async () => {
    await expect.poll(() => child.output(), { timeout: 60_000, interval: 500 }).toMatch(/^demo: .* on r2u12/m);
    const ill = (m: Map<string, number>): boolean =>
      of(m, "bmc_health", (v) => v >= 1).some((series) => series.includes('host="r2u12"'));
    await eventually(metrics, ill, 60_000);
    console.log(`seen after ${seconds()} s`);
    expect(Number(seconds())).toBeLessThan(120);
  }, 130_000);

  it("reports ports that are in use", async () => {
    const other = await reservePort();
    const listen = (port: number): readonly string[] => ["--web.listen-address", `127.0.0.1:${port}`];
    const noControl = await lightsout(["demo", ...listen(other.port), "--control-port", String(control.port)]);
    const noWeb = await lightsout(["demo", ...listen(web.port), "--control-port", String(other.port)]);
    other.release();
    expect([noControl.code, noControl.stderr]).toEqual([
      1,
      `lightsout: port ${control.port} of 127.0.0.1 is in use, perhaps by another demo; give another --control-port\n`,
    ]);
    expect(noWeb.code).toBe(1);
    expect(noWeb.stderr).toMatch(new RegExp(`^lightsout: .*${web.port}.*\n$`));
  }, 60_000);

  it("exits on a signal", async () => {
    const asked = performance.now();
    await child.stop(10_000);
    expect(performance.now() - asked).toBeLessThan(9_000);
  }, 15_000);
});
