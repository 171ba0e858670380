import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Exporter } from "../exporter/index.ts";
import { createLogger, type LogFormat, type LogLevel } from "../lib/index.ts";
import { Park, parseTimetable, runTimetable, serveControl } from "../simulator/index.ts";
import { ListenError } from "../web/index.ts";
import { controlPortHint } from "./options.ts";

interface DemoOptions {
  readonly listen: readonly string[];
  readonly controlPort: number;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  readonly version: string;
}

const RACKS = 6;
const HOSTS_PER_RACK = 12;

/** Scheduled faults, so that there is something to see within two minutes. */
const TIMETABLE = `
- { at: 15s, target: r1u08, fault: fan_wearing_out, parameters: { minutes: 2 } }
- { at: 30s, target: r2u12, fault: psu_input_lost }
- { at: 45s, target: r3u06, fault: ecc_storm, parameters: { per_minute: 12 } }
- { at: 60s, target: r4, fault: rack_cooling_failure }
- { at: 75s, target: r2u20, fault: bmc_hung }
- { at: 90s, target: r1u22, fault: drive_fault }
`;

const configText = (controlPort: number): string => `# Configuration of the demo. After a change: POST /-/reload.
modules:
  default: { interval: 10s, timeout: 5s }
auths:
  default: { username: monitor, password: monitor }
http_sd:
  - url: http://127.0.0.1:${controlPort}/sd
racks: # the last rack uses more than 80 % of this
  - { racks: "r[1-6]", power_budget_watts: 8000 }
`;

const print = (line = ""): void => void process.stdout.write(`${line}\n`);

/** Runs the exporter with a simulated data centre in the same process. Returns the exit code. */
export async function demo(options: DemoOptions): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "lightsout-demo-"));
  const configFile = join(folder, "lightsout.yml");
  writeFileSync(configFile, configText(options.controlPort));
  const log = createLogger({ level: options.logLevel, format: options.logFormat });
  let park: Park | undefined;
  let exporter: Exporter;
  try {
    park = await Park.open({ racks: RACKS, hostsPerRack: HOSTS_PER_RACK, port: 0 });
    await serveControl(park, options.controlPort);
    exporter = await Exporter.start({ configFile, listen: options.listen, version: options.version, log });
  } catch (error) {
    await park?.close();
    rmSync(folder, { recursive: true, force: true });
    process.stderr.write(`lightsout: ${startFailure(error, options.controlPort)}\n`);
    process.exit(1);
  }
  welcome(options, configFile, park.hosts.length);
  process.on("SIGHUP", () => void exporter.reload());
  const stopTimetable = runTimetable(park, parseTimetable(TIMETABLE), (line) => print(`demo: ${line}`));
  await new Promise<void>((resolve) => {
    process.once("SIGTERM", resolve);
    process.once("SIGINT", resolve);
  });
  stopTimetable();
  await exporter.stop();
  await park.close();
  rmSync(folder, { recursive: true, force: true });
  // The control server may still have idle connections.
  process.exit(0);
}

/** Installed packages do not have this file. */
const isCheckout = (): boolean => existsSync(new URL("../../scripts/start.mjs", import.meta.url));

function welcome({ listen, controlPort }: DemoOptions, configFile: string, hosts: number): void {
  const checkout = isCheckout();
  const program = checkout ? "npx lightsout" : "lightsout";
  const next = checkout ? "run npm start again" : "run lightsout serve";
  const address = (listen[0] ?? "").replace(/^:/, "localhost:");
  print();
  print(
    `lightsout polls a simulated data centre: ${hosts} machines in ${RACKS} racks, real IPMI over the loopback network.`,
  );
  print(
    "Within two minutes a fan wears out, a supply loses its feed, a DIMM corrects errors and a rack's cooling fails.",
  );
  print();
  print(`  look      http://${address}/`);
  print(`  metrics   http://${address}/metrics`);
  print(`  inject    ${program} simulate inject r1u02 fan_stopped${controlPortHint(controlPort)}`);
  print(`            ${program} simulate faults      lists the faults`);
  print(`  config    ${configFile}`);
  print(`  your BMCs write a lightsout.yml in this folder and ${next}; see docs/configuration.md`);
  print();
}

function startFailure(error: unknown, controlPort: number): string {
  if (error instanceof ListenError) return error.message;
  if (error instanceof Error && "code" in error && error.code === "EADDRINUSE")
    return `port ${controlPort} of 127.0.0.1 is in use, perhaps by another demo; give another --control-port`;
  return error instanceof Error ? error.message : String(error);
}
