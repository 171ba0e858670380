import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { compileBoard, hung, sampleBoard, startSimulation } from "../../src/simulator/index.ts";
import { temporaryFolder } from "../rig/child.ts";
import { reservePort } from "../rig/ports.ts";
import { startExporter } from "../support/exporter.ts";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

describe("a reload that waits for a discovery source", () => {
  it("keeps hosts in their modules until the new ones are in force, also if these have other names", async () => {
    const unanswered: ServerResponse[] = [];
    const server = createServer((_request, response) => void unanswered.push(response));
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    closers.push(() => {
      server.closeAllConnections();
      server.close();
    });
    const silent = await reservePort();
    closers.push(() => silent.release());
    const config = (module: string, more: object = {}): object => ({
      auths: { default: { username: "monitor", password: "x" } },
      modules: { [module]: { timeout: "1s" } },
      targets: [{ hosts: "n1", address: `127.0.0.1:${silent.port}`, module }],
      ...more,
    });
    const running = await startExporter(config("former"));
    closers.push(() => running.stop());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    running.write(config("latter", { http_sd: [{ url }] }));
    const reload = running.exporter.reload();
    await vi.waitFor(() => expect(unanswered).toHaveLength(1), 5000);
    const meanwhile = await running.get("/probe?target=n1");
    expect(meanwhile.status).toBe(200);
    expect(meanwhile.text).toMatch(/^bmc_up 0$/m);
    unanswered[0]?.setHeader("content-type", "application/json").end("[]");
    expect(await reload).toEqual({ ok: true, problems: [] });
    expect((await running.get("/probe?target=n1&module=latter")).status).toBe(200);
    expect((await running.get("/probe?target=n1&module=former")).status).toBe(400);
  });
});

describe("rejected entries of the inventory", () => {
  it("are counted in /metrics/self, all listed in /config, and reported by a reload", async () => {
    const folder = temporaryFolder("rejected");
    closers.push(() => folder.remove());
    const file = `${folder.path}/targets.json`;
    const list = (targets: readonly string[]): void => writeFileSync(file, JSON.stringify([{ targets }]));
    const broken = Array.from({ length: 146 }, (_, i) => `10.0.0.${300 + i}`);
    list([...Array.from({ length: 10 }, (_, i) => `127.9.0.${i + 1}/32`), ...broken, "x\n# y: z"]);
    const running = await startExporter({
      auths: { default: { username: "monitor", password: "x" } },
      modules: { default: { interval: "1h", timeout: "1s" } },
      file_sd: [{ files: [file] }],
    });
    closers.push(() => running.stop());
    const metric = `lightsout_inventory_rejected_entries{source="${file}",reason="invalid_address"}`;
    expect((await running.get("/metrics/self")).text.split("\n")).toContain(`${metric} 147`);
    const config = (await running.get("/config")).text;
    const problems = config.split("\n").filter((line) => line.startsWith(`# ${file}: target`));
    expect(problems).toHaveLength(147);
    expect(problems[145]).toBe(
      `# ${file}: target "10.0.0.445" rejected: "10.0.0.445" is not a host name or an IP address`,
    );
    expect(parse(config)).toMatchObject({ file_sd: [{ files: [file] }] });
    expect(Object.keys(parse(config))).not.toContain("y");
    expect((await running.exporter.reload()).problems).toHaveLength(147);
    list(["127.9.0.1"]);
    expect(await running.exporter.reload()).toEqual({ ok: true, problems: [] });
    expect((await running.get("/metrics/self")).text).not.toContain("lightsout_inventory_rejected_entries{");
    expect((await running.get("/config")).text).not.toContain("# ");
  });
});

describe("a probe of a host of the inventory under another account", () => {
  it("reports no event that its rounds report", async () => {
    const folder = temporaryFolder("events-once");
    closers.push(() => folder.remove());
    const simulation = await startSimulation({ port: 0, bmcs: [{ board: compileBoard(sampleBoard()) }] });
    closers.push(() => simulation.stop());
    const [bmc] = simulation.bmcs;
    const account = { username: "monitor", password: "sesame" };
    const path = `${folder.path}/events.jsonl`;
    const running = await startExporter({
      auths: { default: account, other: account },
      targets: [{ hosts: "n1", address: `${bmc?.address}:${bmc?.port}` }],
      events: { historical: true, log: { path } },
    });
    closers.push(() => running.stop());
    const records = (): string[] =>
      (existsSync(path) ? readFileSync(path, "utf8") : "")
        .split("\n")
        .filter((line) => line.includes('"type":"sel"'))
        .map((line) => JSON.parse(line).record_id);
    expect((await running.get("/probe?target=n1")).text).toMatch(/^bmc_up 1$/m);
    await vi.waitFor(() => expect(records().length).toBeGreaterThan(0), 5000);
    expect((await running.get("/probe?target=n1&auth=other")).text).toMatch(/^bmc_up 1$/m);
    await running.exporter.stop();
    expect(records()).toEqual([...new Set(records())]);
  });
});

describe("a BMC that falls silent after it was polled", () => {
  it("is one that does not answer, not one that answers too late", async () => {
    const scenarios = [hung({ what: "everything", afterRequests: 4 })];
    const simulation = await startSimulation({ port: 0, bmcs: [{ board: compileBoard(sampleBoard()), scenarios }] });
    closers.push(() => simulation.stop());
    const [bmc] = simulation.bmcs;
    const running = await startExporter({
      auths: { default: { username: "monitor", password: "sesame" } },
      modules: { default: { interval: "2s", timeout: "1900ms", parts: ["power"] } },
      targets: [{ hosts: "n1", address: `${bmc?.address}:${bmc?.port}` }],
    });
    closers.push(() => running.stop());
    const metrics = async (): Promise<string> => (await running.get("/metrics")).text;
    await vi.waitFor(async () => expect(await metrics()).toMatch(/^bmc_up{.*} 1$/m), 5000);
    await vi.waitFor(async () => expect(await metrics()).toMatch(/^bmc_failure{.*} 1$/m), 15_000);
    expect(await metrics()).toMatch(/^bmc_failure{.*reason="no_answer".*} 1$/m);
    expect(await metrics()).toMatch(/^bmc_poll_failures_total{.*reason="timeout".*} 0$/m);
  }, 30_000);
});

describe("a part that disappears", () => {
  it("is a warning until the configuration is reloaded", async () => {
    const simulation = await startSimulation({ port: 0, bmcs: [{ board: compileBoard(sampleBoard()) }] });
    closers.push(() => simulation.stop());
    const [bmc] = simulation.bmcs;
    const running = await startExporter({
      auths: { default: { username: "monitor", password: "sesame" } },
      modules: { default: { interval: "1s", timeout: "900ms", parts: ["power", "sensors"] } },
      targets: [{ hosts: "n1", address: `${bmc?.address}:${bmc?.port}` }],
    });
    closers.push(() => running.stop());
    const metrics = async (): Promise<string> => (await running.get("/metrics")).text;
    const disappeared = /^bmc_sensor_state{.*sensor="PS2 Status".*state="disappeared".*} 1$/m;
    await vi.waitFor(
      async () => expect(await metrics()).toMatch(/sensor="PS2 Status".*state="presence_detected"/),
      5000,
    );
    const [supply] = simulation.bmcs[0]?.bmc.model.sensors.filter(({ name }) => name === "PS2 Status") ?? [];
    simulation.bmcs[0]?.bmc.state.setSensor(supply?.number ?? 0, { states: 0 });
    await vi.waitFor(async () => expect(await metrics()).toMatch(disappeared), 5000);
    expect(await metrics()).toMatch(/^bmc_sensor_health{.*sensor="PS2 Status".*} 1$/m);
    expect(await running.exporter.reload()).toMatchObject({ ok: true });
    await vi.waitFor(async () => expect(await metrics()).not.toMatch(disappeared), 5000);
    expect(await metrics()).toMatch(/^bmc_sensor_health{.*sensor="PS2 Status".*} 0$/m);
  }, 30_000);
});
