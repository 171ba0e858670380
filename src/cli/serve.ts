import { type Cidr, ConfigError, parseCidr } from "../config/index.ts";
import { Exporter } from "../exporter/index.ts";
import { parseShard } from "../inventory/index.ts";
import { createLogger, type LogFormat, type LogLevel } from "../lib/index.ts";
import { inheritedSockets, ListenError } from "../web/index.ts";
import { problemLines } from "./problem-lines.ts";

/** SIGTERM is to be obeyed within this. */
const LONGEST_STOP_MS = 10_000;
const SAME_SIGNAL_MS = 1000;

export interface ServeOptions {
  readonly configFile: string;
  readonly listen: readonly string[];
  /** Take the sockets systemd listens on instead. */
  readonly systemdSocket: boolean;
  readonly webConfigFile?: string;
  readonly shard?: string;
  /** Networks, as in 10.20.0.0/16. */
  readonly probeAllow?: readonly string[];
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  readonly version: string;
}

/** Runs the exporter until a signal ends it. Gives the exit code: 0 ended, 1 could not start. */
export async function serve(options: ServeOptions): Promise<number> {
  const log = createLogger({ level: options.logLevel, format: options.logFormat });
  let exporter: Exporter | undefined;
  // From the first moment: without a listener it would end the process, and what is being read is fresh anyway.
  process.on("SIGHUP", () => void exporter?.reload());
  try {
    exporter = await Exporter.start({
      configFile: options.configFile,
      listen: options.systemdSocket ? inheritedSockets(process.env, process.pid) : options.listen,
      webConfigFile: options.webConfigFile,
      version: options.version,
      probeAllow: options.probeAllow?.map(network),
      shard: options.shard === undefined ? undefined : parseShard(options.shard),
      log,
    });
  } catch (error) {
    const lines = startFailure(error);
    for (const line of lines) process.stderr.write(`lightsout: ${line}\n`);
    return 1;
  }
  const signal = await endSignal();
  log.info({ signal }, "stopping");
  // Whatever hangs, the process ends in time.
  setTimeout(() => process.exit(0), LONGEST_STOP_MS - 500).unref();
  await exporter.stop();
  return 0;
}

function network(text: string): Cidr {
  const cidr = parseCidr(text);
  if (!cidr) throw new RangeError(`--probe.allow: ${JSON.stringify(text)} is no network; give one as 10.20.0.0/16`);
  return cidr;
}

/**
 * The first signal that asks for the end. Ctrl-C under npm comes twice, from the terminal and from npm: a
 * second signal is taken for another one, which ends the process at once, only after a second.
 */
function endSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const signals = ["SIGTERM", "SIGINT"] as const;
    const onSignal = (signal: NodeJS.Signals): void => {
      resolve(signal);
      setTimeout(() => {
        for (const name of signals) process.removeListener(name, onSignal);
      }, SAME_SIGNAL_MS).unref();
    };
    for (const name of signals) process.on(name, onSignal);
  });
}

/** What kept the exporter from starting, for a person; anything unexpected with its stack. */
function startFailure(error: unknown): readonly string[] {
  if (error instanceof ConfigError) return problemLines(error);
  if (error instanceof ListenError || error instanceof RangeError) return [error.message];
  return [error instanceof Error ? (error.stack ?? error.message) : String(error)];
}
