import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { compileBoard, type Scenario, sampleBoard, startSimulation, weakerLogin } from "../../src/simulator/index.ts";
import { temporaryFolder } from "../rig/child.ts";
import { type InProcess, startExporter } from "../support/exporter.ts";

type Offer = "ipmi15" | "no_integrity";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A BMC that offers weaker logins only while `isWeak` is set; a console that begins one has proven its password by then. */
class Bmc {
  isWeak = false;
  weakLogins = 0;

  scenario(offers: Offer): Scenario {
    return (context) => {
      const weaker = weakerLogin({ afterMs: 0, offers })(context);
      const bmc = this;
      return {
        name: "weaker login at times",
        swallow: (packet) => bmc.isWeak && (weaker.swallow?.(packet) ?? false),
        get offer() {
          return bmc.isWeak ? weaker.offer : undefined;
        },
        amend: (request, reply) => (bmc.isWeak && weaker.amend?.(request, reply)) || reply,
        refuseLogin(step) {
          if (bmc.isWeak && (step === "session_challenge" || step === "rakp1")) bmc.weakLogins++;
          return undefined;
        },
      };
    };
  }
}

async function start(offers: Offer) {
  const bmc = new Bmc();
  const simulation = await startSimulation({
    port: 0,
    bmcs: [{ board: compileBoard(sampleBoard()), scenarios: [bmc.scenario(offers)] }],
  });
  closers.push(() => simulation.stop());
  const state = temporaryFolder("state");
  closers.push(() => state.remove());
  const [found] = simulation.bmcs;
  const config = (ipmi: object = {}): object => ({
    state_dir: state.path,
    auths: { default: { username: "monitor", password: "sesame" } },
    modules: { default: { interval: "1s", timeout: "900ms", parts: ["power"], ipmi } },
    targets: [{ hosts: "n1", address: `${found?.address}:${found?.port}` }],
  });
  const startAgain = async (): Promise<InProcess> => {
    const exporter = await startExporter(config());
    closers.push(() => exporter.stop());
    return exporter;
  };
  const exporter = await startAgain();
  await isUp(exporter);
  bmc.isWeak = true;
  return { bmc, exporter, config, startAgain, state: state.path };
}

const metrics = async (exporter: InProcess): Promise<string> => (await exporter.get("/metrics")).text;
const isUp = (exporter: InProcess): Promise<void> =>
  vi.waitFor(async () => expect(await metrics(exporter)).toMatch(/^bmc_up\{host="n1"\} 1$/m), 15_000);
const isRefused = (exporter: InProcess): Promise<void> =>
  vi.waitFor(
    async () => expect(await metrics(exporter)).toMatch(/^bmc_failure\{host="n1",.*reason="no_cipher_suite"\} 1$/m),
    15_000,
  );

const ALLOWED: Readonly<Record<Offer, object>> = {
  ipmi15: { allow_ipmi_1_5: true },
  no_integrity: { cipher_suites: [17, 1] },
};

describe.each(["ipmi15", "no_integrity"] as const)(
  "a BMC that logged in with suite 17 and then offers %s",
  (offers) => {
    it("gets no login, also after a restart, until the configuration names the weaker one", async () => {
      const { bmc, exporter, config, startAgain } = await start(offers);
      await isRefused(exporter);
      await exporter.stop();
      const restarted = await startAgain();
      await isRefused(restarted);
      expect(bmc.weakLogins).toBe(0);
      restarted.write(config(ALLOWED[offers]));
      await fetch(`${restarted.url}/-/reload`, { method: "POST" });
      await isUp(restarted);
      expect(bmc.weakLogins).toBeGreaterThan(0);
    });

    it("is accepted once its state is removed", async () => {
      const { bmc, exporter, startAgain, state } = await start(offers);
      await isRefused(exporter);
      await exporter.stop();
      const files = readdirSync(join(state, "hosts"));
      expect(files).toHaveLength(1);
      for (const file of files) rmSync(join(state, "hosts", file));
      expect(bmc.weakLogins).toBe(0);
      await isUp(await startAgain());
    });
  },
);
