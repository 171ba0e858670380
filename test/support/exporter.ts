import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Cidr, parseCidr } from "../../src/config/index.ts";
import { Exporter } from "../../src/exporter/index.ts";
import { type Clock, type Logger, silentLogger } from "../../src/lib/index.ts";
import { temporaryFolder } from "../rig/child.ts";
import { reservePort } from "../rig/ports.ts";

/** The exporter within the test's process: no build, no start-up time. */
export interface InProcess {
  readonly url: string;
  readonly exporter: Exporter;
  get(path: string): Promise<{ readonly status: number; readonly text: string }>;
  /** Writes another configuration; a reload applies it. */
  write(config: string | object): void;
  stop(): Promise<void>;
}

/** Starts it with this configuration, YAML or a value that is written as JSON, on a free loopback port. */
export async function startExporter(
  config: string | object,
  {
    probeAllow = [],
    clock,
    log = silentLogger,
  }: { readonly probeAllow?: readonly string[]; readonly clock?: Clock; readonly log?: Logger } = {},
): Promise<InProcess> {
  const folder = temporaryFolder("exporter");
  const configFile = join(folder.path, "lightsout.yml");
  const write = (text: string | object): void =>
    writeFileSync(configFile, typeof text === "string" ? text : JSON.stringify(text));
  write(config);
  const reserved = await reservePort();
  const url = `http://127.0.0.1:${reserved.port}`;
  const exporter = await Exporter.start({
    configFile,
    listen: [`127.0.0.1:${reserved.port}`],
    version: "0.0.0",
    log,
    ...(clock && { clock }),
    probeAllow: probeAllow.map(parseCidr).filter((cidr): cidr is Cidr => cidr !== undefined),
  });
  return {
    url,
    exporter,
    write,
    async get(path) {
      const response = await fetch(url + path);
      return { status: response.status, text: await response.text() };
    },
    async stop() {
      await exporter.stop();
      reserved.release();
      folder.remove();
    },
  };
}
