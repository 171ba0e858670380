import { BmcPool, SdrCache } from "../bmc/index.ts";
import { renderProbe } from "../exposition/index.ts";
import { UdpTransport } from "../ipmi/index.ts";
import { systemClock } from "../lib/index.ts";
import { type HostRecord, noFailures } from "../model/index.ts";
import { DATA_PARTS, type HostData, hostData } from "../web/index.ts";
import { type ExporterAccess, ExporterRequestError, requestExporter } from "./exporter-client.ts";
import type { ProbeFormat } from "./formats.ts";
import { hostSummary } from "./host-text.ts";
import { type OneHost, type OneHostCommand, oneHost, untilTimeout } from "./one-host.ts";
import { printFailure } from "./print-failure.ts";

interface ProbeCommand extends OneHostCommand {
  readonly debug: boolean;
  /** By default text on a terminal, and else the metrics, as /probe returns them. */
  readonly format?: ProbeFormat;
  /** A running exporter that polls the BMC, so that it gets no second session. */
  readonly exporter?: ExporterAccess;
}

/**
 * Polls one BMC and prints a summary, JSON or its metrics. Returns the exit code: 0 if the BMC was reached, 1 if not, 2 if
 * the command, the configuration or the host is invalid.
 */
export async function probe(command: ProbeCommand): Promise<number> {
  const format = command.format ?? (process.stdout.isTTY && !command.debug ? "text" : "prometheus");
  if (command.exporter !== undefined) return probeByExporter(command, command.exporter, format);
  const found = await oneHost(command);
  return found ? poll(command, found, format) : 2;
}

async function poll(command: ProbeCommand, found: OneHost, format: ProbeFormat): Promise<number> {
  const { host, book } = found;
  const transport = new UdpTransport();
  const settingsOf = async (h: typeof host) => book.settingsOf(h);
  const rules = { roles: () => book.roles, severities: () => book.severities };
  const pool = new BmcPool({ transport, clock: systemClock, cache: new SdrCache(), ...rules, settingsOf });
  const begin = performance.now();
  const trace = (direction: string, text: string): void => {
    const at = (performance.now() - begin).toFixed(1).padStart(8);
    const out = format === "prometheus" ? process.stdout : process.stderr;
    out.write(`# ${at} ms ${direction.padEnd(8)} ${text}\n`);
  };
  try {
    return await untilTimeout(found, command.timeoutMs, async (signal) => {
      const snapshot = await pool.poll(host, { purpose: "probe", signal, trace: command.debug ? trace : undefined });
      const failures = snapshot.failure ? { ...noFailures, [snapshot.failure.reason]: 1 } : noFailures;
      const lastSuccessAt = snapshot.up ? snapshot.startedAt + snapshot.durationMs : undefined;
      const record: HostRecord = { host, snapshot, failures, polls: 1, lastSuccessAt };
      if (format === "prometheus") {
        if (snapshot.failure) printFailure(host.name, snapshot.failure);
        process.stdout.write(renderProbe(record));
      } else {
        print(hostData(record, { parts: new Set(DATA_PARTS), nowMs: systemClock.wallMs() }), format);
      }
      return snapshot.up ? 0 : 1;
    });
  } finally {
    await pool.close();
    await transport.close();
  }
}

function print(data: HostData, format: Exclude<ProbeFormat, "prometheus">): void {
  const text = format === "json" ? `${JSON.stringify(data, undefined, 2)}\n` : hostSummary(data, systemClock.wallMs());
  process.stdout.write(text);
}

const DEFAULT_TIMEOUT_MS = 60_000;

/** The same by a running exporter: it polls the BMC in its own session, and its readings are printed. */
async function probeByExporter(command: ProbeCommand, exporter: ExporterAccess, format: ProbeFormat): Promise<number> {
  const { target, module, auth, debug, timeoutMs = DEFAULT_TIMEOUT_MS } = command;
  const query = new URLSearchParams({
    target,
    ...(module !== undefined && { module }),
    ...(auth !== undefined && { auth }),
    ...(debug && { debug: "true" }),
  });
  const signal = AbortSignal.timeout(timeoutMs + 5000);
  try {
    const metrics = await requestExporter(exporter, `/probe?${query}`, { accept: "text/plain", signal });
    const isUp = /^bmc_up 1$/m.test(metrics);
    if (format === "prometheus") {
      process.stdout.write(metrics);
      return isUp ? 0 : 1;
    }
    if (debug)
      process.stderr.write(
        metrics
          .split("\n")
          .filter((line) => line.startsWith("# ") && !/^# (HELP|TYPE) /.test(line))
          .map((line) => `${line}\n`)
          .join(""),
      );
    const path = `/hosts/${encodeURIComponent(target)}`;
    const text = await requestExporter(exporter, path, { accept: "application/json", signal });
    print(JSON.parse(text) as HostData, format);
    return isUp ? 0 : 1;
  } catch (error) {
    if (!(error instanceof ExporterRequestError)) throw error;
    process.stderr.write(`lightsout: ${error.message}\n`);
    // The exporter answered and refused the request, or it did not answer.
    return error.status !== undefined && error.status < 500 ? 2 : 1;
  }
}
