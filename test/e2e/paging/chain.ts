import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Alertmanager, startAlertmanager } from "../../alerts/alertmanager.ts";
import { ruleFile, subjects } from "../../alerts/rules.ts";
import { type RigChild, startChild } from "../../rig/child.ts";
import { reservePort } from "../../rig/ports.ts";
import { type Prometheus, startPrometheus } from "../../rig/prometheus.ts";
import { builtMain, root } from "../build.ts";
import { eventually, type Lightsout, startLightsout } from "../lightsout.ts";
import type { Fault } from "./scenarios.ts";
import { shortened } from "./shortened.ts";

/** How much durations are shortened, and the intervals of polls, scrapes and evaluations. */
export interface Pace {
  /** Divisor for the durations of rules and routes. */
  readonly factor: number;
  readonly poll: string;
  readonly timeout: string;
  readonly scrape: string;
  readonly evaluate: string;
}

export interface Fleet {
  readonly racks: number;
  readonly perRack: number;
  readonly boards: readonly string[];
  /** More of lightsout.yml. */
  readonly config: object;
}

/** Simulator, exporter, Prometheus and Alertmanager, each a separate process. */
export interface Chain {
  readonly exporter: Lightsout;
  readonly prometheus: Prometheus;
  readonly alertmanager: Alertmanager;
  /** Injects a fault. Returns the time, milliseconds of performance.now(). */
  inject(fault: Fault): Promise<number>;
  stop(): Promise<void>;
}

const example = (...path: readonly string[]): string => readFileSync(join(root, "examples", ...path), "utf8");

/** Starts all processes and waits until every BMC has been polled and scraped a few times, so that counters have a start value. */
export async function startChain(fleet: Fleet, pace: Pace): Promise<Chain> {
  const ends: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of ends.reverse()) await end();
  };
  try {
    const control = await reservePort();
    ends.push(() => control.release());
    const controlUrl = `http://127.0.0.1:${control.port}`;
    const simulator = await startSimulator(fleet, control.port);
    ends.push(() => simulator.stop());
    await eventually(
      () =>
        fetch(`${controlUrl}/stats`)
          .then((answer) => answer.ok)
          .catch(() => false),
      (ok) => ok,
      30_000,
    );
    const inject = async ([target, fault, parameters]: Fault): Promise<number> => {
      const answer = await fetch(`${controlUrl}/faults`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ target, fault, parameters }),
      });
      if (!answer.ok) throw new Error(`${fault} on ${target}: ${await answer.text()}`);
      return performance.now();
    };
    const exporter = await startLightsout({
      config: {
        modules: { default: { interval: pace.poll, timeout: pace.timeout } },
        auths: { default: { username: "monitor", password: "monitor" } },
        http_sd: [{ url: `${controlUrl}/sd` }],
        ...fleet.config,
      },
      readyWithinMs: 30_000,
    });
    ends.push(() => exporter.stop());
    const alertmanager = await startAlertmanager((config) => shortened(config, pace.factor));
    ends.push(() => alertmanager.stop());
    const prometheus = await startPrometheus(prometheusConfig(exporter.port, alertmanager.port, pace), {
      files: Object.fromEntries(
        subjects.map((subject) => [
          `${subject}.rules.yml`,
          shortened(readFileSync(ruleFile(subject), "utf8"), pace.factor),
        ]),
      ),
    });
    ends.push(() => prometheus.stop());
    const hosts = fleet.racks * fleet.perRack;
    await eventually(
      () => prometheus.query("count(bmc_up == 1 and count_over_time(bmc_sel_entries[1h]) > 4)"),
      ([all]) => all?.value === hosts,
      180_000,
    );
    return {
      exporter,
      prometheus,
      alertmanager,
      stop,
      inject,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startSimulator(fleet: Fleet, controlPort: number): Promise<RigChild> {
  return startChild(process.execPath, [
    await builtMain(),
    "simulate",
    ...["--racks", String(fleet.racks), "--per-rack", String(fleet.perRack), "--boards", fleet.boards.join(",")],
    ...["--port", "0", "--control-port", String(controlPort)],
  ]);
}

/** The example configuration for a whole fleet, with the addresses and intervals of the test. */
function prometheusConfig(exporter: number, alertmanager: number, pace: Pace): string {
  const scrape = example("prometheus", "fleet.yml")
    .replaceAll("lightsout.example.org:9623", `127.0.0.1:${exporter}`)
    .replaceAll(/scrape_interval: 60s/g, `scrape_interval: ${pace.scrape}`)
    .replaceAll(/scrape_timeout: 30s/g, `scrape_timeout: ${pace.scrape}`);
  return `
global: { evaluation_interval: ${pace.evaluate} }
rule_files: [${subjects.map((subject) => `${subject}.rules.yml`).join(", ")}]
alerting: { alertmanagers: [{ static_configs: [{ targets: ["127.0.0.1:${alertmanager}"] }] }] }
${scrape}`;
}
