import { BmcPool, SdrCache } from "../bmc/index.ts";
import { renderProbe } from "../exposition/index.ts";
import { UdpTransport } from "../ipmi/index.ts";
import { systemClock } from "../lib/index.ts";
import { noFailures } from "../model/index.ts";
import { type OneHost, type OneHostCommand, oneHost, untilTimeout } from "./one-host.ts";
import { printFailure } from "./print-failure.ts";

interface ProbeCommand extends OneHostCommand {
  readonly debug: boolean;
}

/**
 * Polls one BMC and prints its metrics, as /probe does. Returns the exit code: 0 if the BMC was reached, 1 if not, 2 if
 * the command, the configuration or the host is invalid.
 */
export async function probe(command: ProbeCommand): Promise<number> {
  const found = await oneHost(command);
  return found ? poll(command, found) : 2;
}

async function poll(command: ProbeCommand, found: OneHost): Promise<number> {
  const { host, book } = found;
  const transport = new UdpTransport();
  const settingsOf = async (h: typeof host) => book.settingsOf(h);
  const rules = { roles: () => book.roles, severities: () => book.severities };
  const pool = new BmcPool({ transport, clock: systemClock, cache: new SdrCache(), ...rules, settingsOf });
  const begin = performance.now();
  const trace = (direction: string, text: string): void => {
    const at = (performance.now() - begin).toFixed(1).padStart(8);
    process.stdout.write(`# ${at} ms ${direction.padEnd(8)} ${text}\n`);
  };
  try {
    return await untilTimeout(found, command.timeoutMs, async (signal) => {
      const snapshot = await pool.poll(host, { purpose: "probe", signal, trace: command.debug ? trace : undefined });
      if (snapshot.failure) printFailure(host.name, snapshot.failure);
      const failures = snapshot.failure ? { ...noFailures, [snapshot.failure.reason]: 1 } : noFailures;
      const lastSuccessAt = snapshot.up ? snapshot.startedAt + snapshot.durationMs : undefined;
      process.stdout.write(renderProbe({ host, snapshot, failures, polls: 1, lastSuccessAt }));
      return snapshot.up ? 0 : 1;
    });
  } finally {
    await pool.close();
    await transport.close();
  }
}
