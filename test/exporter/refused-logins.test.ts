import { afterEach, describe, expect, it, vi } from "vitest";
import { compileBoard, type Scenario, sampleBoard, startSimulation } from "../../src/simulator/index.ts";
import { type InProcess, startExporter } from "../support/exporter.ts";
import { SkippingClock } from "../support/skipping-clock.ts";

const UNAUTHORIZED_NAME = 0x0d;
const MINUTE = 60_000;
/** A reload spreads its polls over 10 s. */
const RELOADED = MINUTE + 10_000;

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A BMC that refuses logins while `refuses` is set, and how many logins it has seen. */
class Bmc {
  refuses = true;
  logins = 0;

  scenarios(how: "unauthorized name" | "wrong code"): readonly Scenario[] {
    const refusesNow = (): boolean => this.refuses;
    return [
      () => ({
        name: "refuses for a while",
        refuseLogin: (step) => {
          if (step === "open_session") this.logins++;
          return step === "rakp1" && how === "unauthorized name" && refusesNow() ? UNAUTHORIZED_NAME : undefined;
        },
        hashing: {
          rakp2: (code) => (how === "wrong code" && refusesNow() ? Buffer.from(code).reverse() : code),
        },
      }),
    ];
  }
}

async function start(how: "unauthorized name" | "wrong code", bmc = new Bmc()) {
  const simulation = await startSimulation({
    port: 0,
    bmcs: [{ board: compileBoard(sampleBoard()), scenarios: bmc.scenarios(how) }],
  });
  closers.push(() => simulation.stop());
  const [found] = simulation.bmcs;
  const clock = new SkippingClock();
  const exporter = await startExporter(
    {
      auths: { default: { username: "monitor", password: "sesame" } },
      modules: { default: { interval: "1s", timeout: "900ms", parts: ["power"] } },
      targets: [{ hosts: "n1", address: `${found?.address}:${found?.port}` }],
    },
    { clock },
  );
  closers.push(() => exporter.stop());
  return { bmc, clock, exporter };
}

async function metrics(exporter: InProcess): Promise<string> {
  return (await exporter.get("/metrics")).text;
}

async function isDown(exporter: InProcess): Promise<void> {
  await vi.waitFor(
    async () => expect(await metrics(exporter)).toMatch(/^bmc_failure\{host="n1",stage="rakp"/m),
    10_000,
  );
}

async function isUp(exporter: InProcess): Promise<void> {
  await vi.waitFor(async () => expect(await metrics(exporter)).toMatch(/^bmc_up\{host="n1"\} 1$/m), 10_000);
}

const reload = (exporter: InProcess): Promise<Response> => fetch(`${exporter.url}/-/reload`, { method: "POST" });
const restOfPolls = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1500));

describe.each(["unauthorized name", "wrong code"] as const)("a host whose BMC refuses with %s", (how) => {
  it("is polled again without anybody's help, and its failure is exported until then", async () => {
    const { bmc, clock, exporter } = await start(how);
    await isDown(exporter);
    clock.skip(4 * MINUTE);
    await restOfPolls();
    expect(bmc.logins).toBe(1);
    clock.skip(MINUTE);
    await vi.waitFor(() => expect(bmc.logins).toBe(2), 10_000);
    await isDown(exporter);
    bmc.refuses = false;
    clock.skip(10 * MINUTE);
    await isUp(exporter);
    expect(bmc.logins).toBe(3);
  });

  it("is polled again sooner if it let us in before", async () => {
    const started = new Bmc();
    started.refuses = false;
    const { bmc, clock, exporter } = await start(how, started);
    await isUp(exporter);
    bmc.refuses = true;
    // Over the time that the session is kept.
    clock.skip(10 * MINUTE);
    await isDown(exporter);
    const before = bmc.logins;
    bmc.refuses = false;
    clock.skip(2 * MINUTE);
    await isUp(exporter);
    expect(bmc.logins).toBe(before + 1);
  });

  it("is polled once more by a reload that changes nothing, and once a minute at most by a storm of them", async () => {
    const { bmc, clock, exporter } = await start(how);
    await isDown(exporter);
    for (let i = 0; i < 20; i++) {
      expect((await reload(exporter)).status).toBe(200);
      expect((await exporter.get("/probe?target=n1")).text).toMatch(/^bmc_up 0$/m);
    }
    await restOfPolls();
    expect(bmc.logins).toBe(1);
    clock.skip(RELOADED);
    await vi.waitFor(() => expect(bmc.logins).toBe(2), 10_000);
    for (let i = 0; i < 20; i++) await reload(exporter);
    await restOfPolls();
    expect(bmc.logins).toBe(2);
    bmc.refuses = false;
    clock.skip(RELOADED);
    await isUp(exporter);
    expect(bmc.logins).toBe(3);
  });

  it("is polled by a probe after the minute", async () => {
    const { bmc, clock, exporter } = await start(how);
    await isDown(exporter);
    bmc.refuses = false;
    const refused = (await exporter.get("/probe?target=n1&debug=true")).text;
    expect(refused).toMatch(/ s ago; next login in \d+ s at the earliest\)/);
    expect(bmc.logins).toBe(1);
    clock.skip(MINUTE);
    expect((await exporter.get("/probe?target=n1")).text).toMatch(/^bmc_up 1$/m);
    await isUp(exporter);
  });
});
