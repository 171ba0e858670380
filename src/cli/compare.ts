import { BmcPool, SdrCache } from "../bmc/index.ts";
import { type Config, ConfigError } from "../config/index.ts";
import { type Difference, differences, partsOf, renderDialect } from "../dialect/index.ts";
import { dialectOf, dialectTarget, knownHost, PollSettingsBook, readConfig } from "../exporter/index.ts";
import { expandHosts, foldHosts, formatAddress, HostListError, loadHosts } from "../inventory/index.ts";
import { RMCP_PORT, UdpTransport } from "../ipmi/index.ts";
import { systemClock } from "../lib/index.ts";
import type { Host } from "../model/index.ts";
import { fanOut } from "../scheduler/index.ts";
import { problemLines } from "./problem-lines.ts";

interface CompareCommand {
  /** Folded host lists or addresses. */
  readonly hosts: readonly string[];
  /** http://old:9290 */
  readonly exporter: string;
  readonly configFile: string;
  readonly module?: string;
  /** See CompareOptions. */
  readonly tolerance: number;
  /** Series that are not compared. */
  readonly ignore: readonly RegExp[];
  readonly timeoutMs: number;
}

/** How many hosts are compared at once. Each costs ipmi_exporter a few processes. */
const CONCURRENCY = 8;
/** ipmi_exporter never sends a longer response. */
const LONGEST_ANSWER = 16 * 1024 * 1024;
/** On the command line any address is allowed; probe.allow protects the HTTP endpoint. */
const EVERYWHERE = [
  { address: "0.0.0.0", prefix: 0, family: "ipv4" },
  { address: "::", prefix: 0, family: "ipv6" },
] as const;

/**
 * Compares the metrics of ipmi_exporter with our own for the same hosts and prints the differences, grouped by hosts with
 * the same differences. Returns the exit code: 0 without a difference, 1 with differences, 2 if a host could not be compared.
 */
export async function compare(command: CompareCommand): Promise<number> {
  const { username, password } = new URL(command.exporter);
  if (username !== "" || password !== "") {
    // fetch() would refuse it with a message that contains the password.
    process.stderr.write("lightsout: the URL of --exporter must not hold a user name or a password\n");
    return 2;
  }
  let config: Config;
  let targets: readonly string[];
  try {
    targets = command.hosts.flatMap((text) => (/\[[\d,/-]+\]/.test(text) ? expandHosts(text) : [text]));
    config = await readConfig(command.configFile, process.env);
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof HostListError)) throw error;
    const lines = error instanceof ConfigError ? problemLines(error) : [error.message];
    for (const line of lines) process.stderr.write(`lightsout: ${line}\n`);
    return 2;
  }
  const { hosts, failures } = await loadHosts(config);
  for (const { text } of failures) process.stderr.write(`lightsout: ${text}\n`);
  const open = { ...config, probe: { ...config.probe, allow: EVERYWHERE } };
  const comparison = new Comparison(command, open, hosts);
  try {
    const book = await PollSettingsBook.read(config, process.env);
    const results = await fanOut(targets, CONCURRENCY, (target) => comparison.of(target, book));
    return printResults(targets, results);
  } finally {
    await comparison.close();
  }
}

class Comparison {
  readonly #command: CompareCommand;
  readonly #config: Config;
  readonly #hosts: ReadonlyMap<string, Host>;
  readonly #transport = new UdpTransport();
  #pool: BmcPool | undefined;

  constructor(command: CompareCommand, config: Config, hosts: ReadonlyMap<string, Host>) {
    this.#command = command;
    this.#config = config;
    this.#hosts = hosts;
  }

  /** The differences of one host. Reads one after the other, because a BMC has few sessions. */
  async of(target: string, book: PollSettingsBook): Promise<readonly Difference[]> {
    const { module, timeoutMs, tolerance, ignore } = this.#command;
    const known = knownHost({ target, module }, this.#config, this.#hosts);
    const theirs = await this.#theirs(known ? shortAddress(known) : target, AbortSignal.timeout(timeoutMs));
    const signal = AbortSignal.timeout(timeoutMs);
    const host = await dialectTarget({ target, module, signal }, this.#config, this.#hosts);
    const options = dialectOf(book.moduleOf(host));
    const parts = partsOf(options.collectors);
    const snapshot = await this.#bmcs(book).poll(host, { purpose: "probe", signal, parts, passing: true });
    return differences(theirs, renderDialect(snapshot, options), { tolerance }).filter(
      ({ series }) => !ignore.some((pattern) => pattern.test(series)),
    );
  }

  #bmcs(book: PollSettingsBook): BmcPool {
    const settingsOf = async (host: Host) => book.settingsOf(host);
    this.#pool ??= new BmcPool({ transport: this.#transport, clock: systemClock, cache: new SdrCache(), settingsOf });
    return this.#pool;
  }

  async #theirs(target: string, signal: AbortSignal): Promise<string> {
    const { exporter, module } = this.#command;
    const url = new URL("/ipmi", exporter);
    url.searchParams.set("target", target);
    if (module !== undefined) url.searchParams.set("module", module);
    let response: Response;
    let text = "";
    try {
      response = await fetch(url, { signal });
      for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
        text += Buffer.from(piece).toString("latin1");
        if (text.length > LONGEST_ANSWER) throw new Error("its response is too long");
      }
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      throw new Error(`${url.origin} did not answer: ${cause instanceof Error ? cause.message : cause}`);
    }
    text = Buffer.from(text, "latin1").toString("utf8");
    if (response.ok) return text;
    throw new Error(`${url.origin} answered ${response.status}: ${text.trim().slice(0, 200)}`);
  }

  async close(): Promise<void> {
    await this.#pool?.close();
    await this.#transport.close();
  }
}

interface Group {
  readonly hosts: string[];
  readonly found: readonly Difference[];
}

function printResults(
  targets: readonly string[],
  results: readonly PromiseSettledResult<readonly Difference[]>[],
): number {
  const groups = new Map<string, Group>();
  const failures = new Map<string, string[]>();
  for (const [i, result] of results.entries()) {
    const target = targets[i] ?? "";
    if (result.status === "rejected") {
      const why = result.reason instanceof Error ? result.reason.message : String(result.reason);
      failures.set(why, [...(failures.get(why) ?? []), target]);
      continue;
    }
    // Values differ from host to host, so groups only compare which series differ.
    const key = JSON.stringify(result.value.map(({ kind, series }) => [kind, series]));
    const group = groups.get(key) ?? { hosts: [], found: result.value };
    groups.set(key, group);
    group.hosts.push(target);
  }
  let code = 0;
  for (const { hosts, found } of groups.values()) {
    if (found.length > 0) code = 1;
    process.stdout.write(`${foldHosts(hosts)}: ${found.length === 0 ? "no differences" : count(found)}\n`);
    for (const difference of found) process.stdout.write(`  ${differenceText(difference)}\n`);
  }
  for (const [why, hosts] of failures) process.stderr.write(`lightsout: ${foldHosts(hosts)}: ${why}\n`);
  return failures.size > 0 ? 2 : code;
}

/** Without the default port, as targets of ipmi_exporter are usually written. */
function shortAddress({ address, port }: Host): string {
  return formatAddress({ address, ...(port !== RMCP_PORT && { port }) });
}

function count({ length }: readonly Difference[]): string {
  return length === 1 ? "1 difference" : `${length} differences`;
}

function differenceText({ kind, series, theirs, ours }: Difference): string {
  const values = [theirs === undefined ? [] : [`theirs ${theirs}`], ours === undefined ? [] : [`ours ${ours}`]].flat();
  return `${kind.padEnd(7)}  ${series}  ${values.join(", ")}`;
}
