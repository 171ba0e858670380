import { type Cidr, ConfigError, parseCidr } from "../config/index.ts";
import { Exporter } from "../exporter/index.ts";
import { parseShard } from "../inventory/index.ts";
import { createLogger, FolderInUseError, type LogFormat, type LogLevel } from "../lib/index.ts";
import { inheritedSockets, ListenError } from "../web/index.ts";
import { problemLines } from "./problem-lines.ts";

/** The process exits within this time after SIGTERM. */
const LONGEST_STOP_MS = 10_000;
/** What still runs this long after the exporter has stopped waits for a file system that hangs. */
const HANGING_MS = 500;
const SAME_SIGNAL_MS = 1000;

interface ServeOptions {
  readonly configFile: string;
  readonly listen: readonly string[];
  /** Listen on the sockets passed by systemd instead. */
  readonly systemdSocket: boolean;
  readonly webConfigFile?: string;
  readonly shard?: string;
  /** Networks, e.g. 10.20.0.0/16. */
  readonly probeAllow?: readonly string[];
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  readonly version: string;
}

/**
 * Runs the exporter until a signal. Returns the exit code: 0 after a signal, 2 if an option or a configuration is
 * invalid, 1 if it could not start for another reason.
 */
export async function serve(options: ServeOptions): Promise<number> {
  const log = createLogger({ level: options.logLevel, format: options.logFormat });
  let exporter: Exporter | undefined;
  // Installed before the start, because SIGHUP without a listener ends the process. During the start the files are new anyway.
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
    const { lines, exitCode } = startFailure(error);
    for (const line of lines) process.stderr.write(`lightsout: ${line}\n`);
    return exitCode;
  }
  const signal = await endSignal();
  log.info({ signal }, "stopping");
  // Exits in time even if something hangs.
  setTimeout(endNow, LONGEST_STOP_MS - 500).unref();
  await exporter.stop();
  setTimeout(endNow, HANGING_MS).unref();
  return 0;
}

/** Ends the process whatever hangs. process.exit() waits for threads, and so for file systems and name servers. */
function endNow(): void {
  const isThreadBusy = process.getActiveResourcesInfo().some((name) => /^(FSReq|GetAddrInfo)/.test(name));
  if (!isThreadBusy) process.exit(0);
  process.removeAllListeners("SIGTERM");
  process.kill(process.pid, "SIGTERM");
}

function network(text: string): Cidr {
  const cidr = parseCidr(text);
  if (!cidr)
    throw new RangeError(`--probe.allow: ${JSON.stringify(text)} is not a network; expected e.g. 10.20.0.0/16`);
  return cidr;
}

/**
 * Waits for the first SIGTERM or SIGINT. Under npm, Ctrl-C arrives twice, from the terminal and from npm. So a second
 * signal ends the process at once only if it comes more than a second later.
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

/** Why the exporter could not start, as lines to print; unexpected errors with their stack. */
function startFailure(error: unknown): { readonly lines: readonly string[]; readonly exitCode: 1 | 2 } {
  if (error instanceof ConfigError) return { lines: problemLines(error), exitCode: 2 };
  if (error instanceof FolderInUseError) return { lines: [`state_dir: ${error.message}`], exitCode: 1 };
  if (error instanceof ListenError) return { lines: [error.message], exitCode: error.isInUse ? 1 : 2 };
  if (error instanceof RangeError) return { lines: [error.message], exitCode: 2 };
  return { lines: [error instanceof Error ? (error.stack ?? error.message) : String(error)], exitCode: 1 };
}
