import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { type RigChild, startChild, temporaryFolder, untilReady } from "../rig/child.ts";
import { reservePort } from "../rig/ports.ts";
import { withPeers } from "../rig/requirements.ts";
import { run, runOrFail } from "../rig/run.ts";
import { builtMain, root } from "./build.ts";
import { eventually, lightsout } from "./lightsout.ts";

interface Service {
  readonly image: string;
  readonly build?: string;
  readonly command: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const folder = join(root, "examples");
const file = join(folder, "compose.yml");
const text = readFileSync(file, "utf8");
const { services, volumes } = parse(text, { merge: true, strict: true }) as Compose;
const service = (name: string): Service => {
  const found = services[name];
  if (found === undefined) throw new Error(`compose.yml has no service ${name}`);
  return found;
};
const mounts = ({ volumes: given = [] }: Service) =>
  given.map((one) => {
    const [source = "", target = "", mode = "rw"] = one.split(":");
    return { source, target, mode, isFile: source.startsWith(".") };
  });
/** With LONG=1, faults whose rules wait for minutes: the README has the times that the test prints. */
const MEASURED: readonly (readonly [target: string, fault: string, alert: string])[] =
  process.env.LONG === "1"
    ? [
        ["r1u02", "fan_stopped", "FanFailed"],
        ["r6u04", "psu_failed", "PsuFailed"],
        ["r5u08", "bmc_hung", "BmcUnreachable"],
      ]
    : [];

describe("examples/compose.yml", () => {
  it("has exporter, Prometheus, Alertmanager, a receiver and Grafana", () => {
    expect(Object.keys(services).sort()).toEqual(
      ["alertmanager", "grafana", "lightsout", "pages", "prometheus", "rules"].sort(),
    );
  });

  it("mounts files that exist, read-only, and volumes that it declares", () => {
    for (const [name, one] of Object.entries(services))
      for (const { source, mode, isFile } of mounts(one)) {
        if (isFile) {
          expect(existsSync(resolve(folder, source)), `${name}: ${source}`).toBe(true);
          expect(mode, `${name}: ${source}`).toBe("ro");
        } else expect(Object.keys(volumes), name).toContain(source);
      }
  });

  it("builds the image of a Dockerfile that exists, and names a version of every other image", () => {
    for (const [name, { build, image }] of Object.entries(services))
      if (build === undefined) expect(image, name).toMatch(/:v?\d+\.\d+\.\d+$/);
      else expect(existsSync(resolve(folder, build, "Dockerfile")), name).toBe(true);
  });

  it("publishes its ports on this machine only, each once", () => {
    const ports = Object.values(services).flatMap((one) => one.ports ?? []);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:(\d+):\1$/);
    expect(new Set(ports).size).toBe(ports.length);
    expect(ports.length).toBe(4);
  });

  it("waits for services that exist", () => {
    for (const { depends_on = {} } of Object.values(services))
      for (const name of Object.keys(depends_on)) expect(Object.keys(services)).toContain(name);
  });

  it("uses commands and flags that lightsout has", { timeout: 120_000 }, async () => {
    await builtMain();
    for (const { command } of [service("lightsout"), service("rules")]) {
      const [name = "", ...flags] = command;
      const help = (await lightsout([name, "--help"])).stdout;
      for (const flag of flags) expect(help).toContain(flag.replace(/=.*/, " <"));
    }
  });

  it("provisions Grafana with the dashboards and the Prometheus of this file", () => {
    const grafana = service("grafana");
    const at = (target: string): string =>
      resolve(folder, mounts(grafana).find((one) => one.target === target)?.source ?? "missing");
    const provisioning = "/etc/grafana/provisioning";
    const { datasources } = parse(readFileSync(at(`${provisioning}/datasources/prometheus.yml`), "utf8"));
    expect(datasources).toMatchObject([{ type: "prometheus", url: "http://prometheus:9090" }]);
    const [provider] = readdirSync(at(`${provisioning}/dashboards`));
    const { providers } = parse(readFileSync(join(at(`${provisioning}/dashboards`), provider ?? ""), "utf8"));
    const path: string = providers[0].options.path.replace(/^\$\{LIGHTSOUT\}/, grafana.environment?.LIGHTSOUT ?? "");
    expect(readdirSync(at(path))).toContain("bmc-fleet.json");
  });

  it("names in its comments the addresses that it publishes", () => {
    const published = Object.values(services).flatMap((one) => one.ports ?? []);
    const named = [...text.matchAll(/^#.*http:\/\/localhost:(\d+)/gm)].map(([, port]) => port);
    expect(named.sort()).toEqual(published.map((port) => port.split(":")[1]).sort());
  });
});

withPeers(
  ["prometheus", "promtool", "prometheus-alertmanager", "amtool"],
  "the services of examples/compose.yml",
  () => {
    const started: RigChild[] = [];
    const ends: (() => unknown)[] = [];
    const ports = new Map<string, number>();
    let pages: RigChild;
    let control = 0;
    let work = "";

    /** Addresses of services become those of this test. */
    const here = (config: string): string =>
      config
        .replaceAll(/\b(lightsout|alertmanager|pages):\d+/g, (_, name: string) => `127.0.0.1:${ports.get(name)}`)
        .replaceAll(/http:\/\/localhost:9623/g, () => `http://127.0.0.1:${ports.get("lightsout")}`)
        .replaceAll("/etc/prometheus/rules/", `${work}/rules/`)
        .replaceAll("/var/lib/lightsout/", `${work}/rules/`);
    const start = async (program: string, args: readonly string[]): Promise<RigChild> => {
      const child = await startChild(program, args);
      started.push(child);
      return child;
    };

    beforeAll(async () => {
      const main = await builtMain();
      const temporary = temporaryFolder("compose");
      work = temporary.path;
      ends.push(() => temporary.remove());
      mkdirSync(join(work, "rules"));
      for (const name of ["lightsout", "prometheus", "alertmanager", "pages", "control"]) {
        const reserved = await reservePort();
        ends.push(() => reserved.release());
        ports.set(name, reserved.port);
      }
      control = ports.get("control") ?? 0;
      const port = (name: string): string => `127.0.0.1:${ports.get(name)}`;

      await runOrFail(process.execPath, [main, ...service("rules").command.map(here)]);
      const receiver = mounts(service("pages")).find(({ target }) => target === "/pages.mjs")?.source ?? "";
      pages = await start(process.execPath, [resolve(folder, receiver), String(ports.get("pages"))]);

      // The command of the service, with other paths and addresses.
      const [script = ""] = service("alertmanager").command;
      const shipped = mounts(service("alertmanager")).find(({ target }) => target.startsWith("/shipped/"));
      const alertmanager = here(script)
        .replaceAll("/alertmanager/alertmanager.yml", join(work, "alertmanager.yml"))
        .replace("/shipped/alertmanager.yml", resolve(folder, shipped?.source ?? ""))
        .replace("--storage.path=/alertmanager", `--storage.path=${work}/alertmanager-data`)
        .replace("exec /bin/alertmanager", `exec prometheus-alertmanager --web.listen-address=${port("alertmanager")}`);
      await start("/bin/sh", ["-ec", alertmanager]);

      const config =
        mounts(service("prometheus")).find(({ target }) => target.endsWith("prometheus.yml"))?.source ?? "";
      writeFileSync(join(work, "prometheus.yml"), here(readFileSync(resolve(folder, config), "utf8")));
      const demo = ["--web.listen-address", port("lightsout"), "--control-port", String(control)];
      const exporter = await start(process.execPath, [main, ...service("lightsout").command, ...demo]);
      const ready = (url: string) => () =>
        fetch(url).then(
          (response) => response.ok,
          () => false,
        );
      await untilReady(exporter, ready(`http://${port("lightsout")}/-/ready`), "lightsout demo", 60_000);
      const flags = service("prometheus").command.map((flag) =>
        flag
          .replace("/etc/prometheus/prometheus.yml", join(work, "prometheus.yml"))
          .replace("=/prometheus", `=${work}/tsdb`),
      );
      const prometheus = await start("prometheus", [...flags, `--web.listen-address=${port("prometheus")}`]);
      await untilReady(prometheus, ready(`http://${port("prometheus")}/-/ready`), "prometheus", 60_000);
    }, 240_000);
    afterAll(async () => {
      await Promise.all(started.map((child) => child.stop(10_000)));
      for (const end of ends) end();
    }, 30_000);

    it("have configurations that promtool and amtool accept", async () => {
      const check = await run("promtool", ["check", "config", join(work, "prometheus.yml")]);
      expect(check.code, check.stdout + check.stderr).toBe(0);
      expect(check.stdout).toMatch(/1 rule files found[\s\S]*SUCCESS: \d\d+ rules found/);
      const alertmanager = await run("amtool", ["check-config", join(work, "alertmanager.yml")]);
      expect(alertmanager.code, alertmanager.stdout + alertmanager.stderr).toBe(0);
      const routed = readFileSync(join(work, "alertmanager.yml"), "utf8");
      // Comments name example.org, too.
      expect(routed.split("\n").filter((line) => /^[^#]*example\.org/.test(line))).toEqual([]);
    });

    /** Injects a fault and prints the time until its page, with the output of the receiver. */
    const page = async (target: string, fault: string, alert: string, withinMs: number): Promise<string> => {
      const main = await builtMain();
      const { url, method } = { url: `http://127.0.0.1:${ports.get("prometheus")}/api/v1/query`, method: "POST" };
      // Counters need a start value.
      await eventually(
        async () => {
          const body = new URLSearchParams({ query: `count_over_time(bmc_up{host="${target}"}[5m]) > 2` });
          const answer = (await (await fetch(url, { method, body })).json()) as {
            data: { result: readonly unknown[] };
          };
          return answer.data.result.length;
        },
        (found) => found > 0,
        120_000,
      );
      await runOrFail(process.execPath, [main, "simulate", "inject", target, fault, "--control-port", String(control)]);
      const begin = performance.now();
      const printed = await eventually(
        () => pages.output(),
        (output) => new RegExp(`FIRING +${alert}\\n +${target}: `).test(output),
        withinMs,
      );
      console.log(`${fault} on ${target}: ${alert} after ${Math.round((performance.now() - begin) / 1000)} s`);
      return printed;
    };

    it("print a page for an uncorrectable memory error, with a runbook that opens", { timeout: 300_000 }, async () => {
      const printed = await page("r5u04", "uncorrectable_ecc", "EccUncorrectable", 150_000);
      const [, lines = ""] = /oncall +FIRING +EccUncorrectable\n((?: {10}.*\n)+)/.exec(printed) ?? [];
      expect(lines).toContain("r5u04: ");
      expect(lines).toContain("http://localhost:3000/d/bmc-host?var-host=r5u04");
      const [runbook = ""] = /http:\S+\/runbooks\/EccUncorrectable/.exec(lines) ?? [];
      const answer = await fetch(runbook);
      expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining("<h1>EccUncorrectable</h1>")]);
    });

    it.concurrent.each(MEASURED)(
      "print a page for %s: %s, %s",
      { timeout: 1_200_000 },
      async (target, fault, alert) => {
        expect(await page(target, fault, alert, 1_100_000)).toContain(alert);
      },
    );

    it("have a receiver that survives other requests and control characters in texts", async () => {
      const url = `http://127.0.0.1:${ports.get("pages")}/`;
      expect((await fetch(url)).status).toBe(405);
      expect((await fetch(url, { method: "POST", body: "nonsense" })).status).toBe(400);
      const alert = { status: "resolved", labels: { alertname: "Test" }, annotations: { summary: "a\u001b[2Jb" } };
      const body = JSON.stringify({ receiver: "tickets", alerts: [alert] });
      expect((await fetch(url, { method: "POST", body })).status).toBe(200);
      await eventually(
        () => pages.output(),
        (output) => /tickets {4}resolved {2}Test\n {10}a\ufffd\[2Jb\n/.test(output),
      );
    });
  },
);
