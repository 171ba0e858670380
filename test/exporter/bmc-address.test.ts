import { afterEach, describe, expect, it, vi } from "vitest";
import { compileBoard, type Simulation, sampleBoard, startSimulation } from "../../src/simulator/index.ts";
import { type InProcess, startExporter } from "../support/exporter.ts";

const PASSWORD = "sesame";
const account = { username: "monitor", password: PASSWORD };

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A BMC at a port that is not 623. */
async function startBmc(): Promise<Simulation["bmcs"][number]> {
  const simulation = await startSimulation({ port: 0, bmcs: [{ board: compileBoard(sampleBoard()) }] });
  closers.push(() => simulation.stop());
  const [bmc] = simulation.bmcs;
  if (!bmc) throw new Error("no BMC was started");
  return bmc;
}

/** Rounds soon after the start. */
const often = { interval: "4s", timeout: "3s" };

async function start(config: object): Promise<InProcess> {
  const running = await startExporter({ auths: { default: account }, ...config });
  closers.push(() => running.stop());
  return running;
}

const roundOf = (running: InProcess, host: string): Promise<void> =>
  vi.waitFor(async () => {
    const { text } = await running.get("/metrics");
    expect(text.split("\n").filter((line) => line.startsWith("bmc_up"))).toContain(`bmc_up{host="${host}"} 1`);
  }, 15_000);

async function expectUp(running: InProcess, query: string): Promise<void> {
  const { status, text } = await running.get(`/probe?${query}`);
  expect([query, status, /^bmc_up (.*)$/m.exec(text)?.[1]]).toEqual([query, 200, "1"]);
}

describe("a probe by the address of a BMC", () => {
  it("shares the session of the rounds if the host has its port from the default module", async () => {
    const { address, port, bmc } = await startBmc();
    const running = await start({
      modules: { default: { ...often, ipmi: { port } } },
      targets: [{ hosts: "n1", address }],
      // As a target outside the inventory it would be allowed, with a session of its own.
      probe: { allow: ["127.0.0.0/8"] },
    });
    await roundOf(running, "n1");
    await expectUp(running, `target=${address}:${port}`);
    await expectUp(running, `target=${address}`);
    expect(bmc.stats.sessionsOpened).toBe(1);
  });

  it("shares the session of the rounds if the host has its port from another module", async () => {
    const { address, port, bmc } = await startBmc();
    const running = await start({
      modules: { shifted: { ...often, ipmi: { port } } },
      targets: [{ hosts: "n1", address, module: "shifted" }],
      probe: { allow: ["127.0.0.0/8"] },
    });
    await roundOf(running, "n1");
    await expectUp(running, `target=${address}:${port}`);
    await expectUp(running, `target=${address}:${port}&module=shifted`);
    await expectUp(running, `target=${address}`);
    expect(bmc.stats.sessionsOpened).toBe(1);
  });

  it("polls the same BMC under a module with another port", async () => {
    const { address, port } = await startBmc();
    const running = await start({
      modules: { default: { ipmi: { port } }, power: { parts: ["power"] } },
      targets: [{ hosts: "n1", address }],
    });
    await expectUp(running, "target=n1&module=power");
    await expectUp(running, `target=${address}:${port}&module=power`);
  });

  it("remembers a refused login for all spellings of the address outside the inventory", async () => {
    const { address, port, bmc } = await startBmc();
    const running = await start({
      modules: { default: { ipmi: { port } } },
      auths: { default: { ...account, password: "wrong" } },
      probe: { allow: ["127.0.0.0/8"] },
    });
    for (const target of [address, `${address}:${port}`, `${address}:${port}`]) {
      expect((await running.get(`/probe?target=${target}`)).text).toContain('reason="wrong_password"');
    }
    expect(bmc.stats.loginsRefused).toBe(1);
  });
});

describe("a reload that changes the port of a module", () => {
  it("moves hosts without a port, drops the readings of the previous BMC, and moves probes by address", async () => {
    const [before, after] = [await startBmc(), await startBmc()];
    expect(after.address).toBe(before.address);
    const { address } = before;
    const config = (port: number): object => ({
      auths: { default: account },
      // No round while the test runs.
      modules: { default: { interval: "1h", timeout: "10s", ipmi: { port } } },
      targets: [{ hosts: "n1", address }],
    });
    const running = await start(config(before.port));
    await expectUp(running, `target=${address}:${before.port}`);
    expect((await running.get("/metrics?host=n1")).text).toContain('bmc_up{host="n1"} 1');
    running.write(config(after.port));
    expect(await running.exporter.reload()).toEqual({ ok: true, problems: [] });
    expect((await running.get("/metrics?host=n1")).text).not.toContain('bmc_up{host="n1"} 1');
    await expectUp(running, `target=${address}:${after.port}`);
    expect((await running.get(`/probe?target=${address}:${before.port}`)).status).toBe(403);
    await vi.waitFor(() => expect(before.bmc.sessions.all(performance.now())).toEqual([]));
    expect([before.bmc.stats.sessionsOpened, after.bmc.stats.sessionsOpened]).toEqual([1, 1]);
  });
});
