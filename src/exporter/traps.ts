import { readFile } from "node:fs/promises";
import { type Environment, readSecret, type TrapsConfig } from "../config/index.ts";
import { type DatagramTransport, petAcknowledgement, resolveAddress } from "../ipmi/index.ts";
import { type Clock, canonicalIp, type Logger } from "../lib/index.ts";
import type { Host, HostNews, LogEntry, TrapFacts } from "../model/index.ts";
import { recordOfTrap, Senders, TrapReceiver, type TrapReport, TrapService, type TrapUser } from "../traps/index.ts";

/** A conversation with a BMC for one acknowledgement is kept this long, so that its answer does not count as unknown. */
const ANSWER_MS = 1000;

export interface ExporterTrapsParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly env: Environment;
  readonly report: TrapReport;
  readonly transport: Pick<DatagramTransport, "open">;
  /** Hosts that this process polls. */
  readonly hosts: () => ReadonlyMap<string, Host>;
  readonly guidOf: (host: string) => string | undefined;
  readonly hint: (host: Host) => void;
  /** A record of the event log in the words of the host's sensors. */
  readonly describe: (host: Host, record: Buffer) => LogEntry | undefined;
  readonly unconfirmed: (host: Host, facts: TrapFacts, entry: LogEntry | undefined, entity: string | undefined) => void;
}

/** Receives traps as configured, and connects them with polls and events. */
export class ExporterTraps {
  readonly #parts: ExporterTrapsParts;
  readonly #senders: Senders;
  #service: TrapService | undefined;
  #receiver: TrapReceiver | undefined;
  #key: string | undefined;
  /** The configuration has a section for traps. */
  #isWanted = false;

  constructor(parts: ExporterTrapsParts) {
    this.#parts = parts;
    this.#senders = new Senders(parts.clock);
  }

  /** UDP port in use; undefined while no traps are received. */
  get port(): number | undefined {
    return this.#receiver?.port;
  }

  /**
   * Applies the configuration, at the start and after a reload. A port that cannot be used, or secrets that cannot be read,
   * are logged; polls go on without traps.
   */
  async configure(config: TrapsConfig | undefined): Promise<void> {
    this.#isWanted = config !== undefined;
    if (!this.#isWanted) this.#senders.stop();
    this.setHosts();
    const settings = config && (await this.#settings(config));
    const key = JSON.stringify([config, settings]);
    if (key === this.#key) return;
    this.#close();
    this.#key = key;
    if (!config || !settings) return;
    const service = this.#makeService(config);
    try {
      this.#receiver = await TrapReceiver.open({
        address: config.address,
        port: config.port,
        ...settings,
        admit: (from) => service.admit(from),
        trap: (trap) => service.take(trap),
        rejected: (reason, from) => service.rejected(reason, from),
      });
      this.#service = service;
      this.#parts.log.info({ port: this.#receiver.port }, "receiving traps");
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      const remedy =
        code === "EACCES" ? "; give the process CAP_NET_BIND_SERVICE, or use port 9162 and a redirect" : "";
      this.#parts.log.error(
        { listen: `${config.address}:${config.port}`, problem: `${code ?? error}${remedy}` },
        "cannot receive traps",
      );
      this.#key = undefined;
    }
  }

  /** After a change of the inventory. */
  setHosts(): void {
    // Names of BMCs are resolved for traps only.
    if (this.#isWanted) this.#senders.setHosts(this.#parts.hosts());
  }

  /** News of a poll: they confirm traps. */
  read(host: string, news: HostNews): void {
    this.#service?.read(host, news);
  }

  stop(): void {
    this.#close();
    this.#senders.stop();
  }

  #close(): void {
    this.#receiver?.close();
    this.#service?.stop();
    this.#receiver = undefined;
    this.#service = undefined;
  }

  #makeService(config: TrapsConfig): TrapService {
    const { clock, log, report, hint, describe, unconfirmed, guidOf, hosts } = this.#parts;
    const relays = new Set(config.relays.map(canonicalIp));
    return new TrapService({
      clock,
      log,
      report,
      rate: config.rate,
      hostOf: (address) => this.#senders.host(address),
      hostOfGuid: (guid) => {
        for (const host of hosts().values())
          if (guidOf(host.name)?.replaceAll("-", "").toLowerCase() === guid) return host;
        return undefined;
      },
      isRelay: (address) => relays.has(address),
      hint,
      unconfirmed: (host, facts, pet) => {
        const entry = pet && describe(host, recordOfTrap(pet));
        unconfirmed(host, facts, entry, pet && `${pet.entityId}.${pet.entityInstance}`);
      },
      acknowledge: config.acknowledge ? (host, pet) => void this.#send(host, petAcknowledgement(pet)) : undefined,
    });
  }

  async #send(host: Host, packet: Buffer): Promise<void> {
    try {
      const address = await resolveAddress(host.address);
      const endpoint = this.#parts.transport.open({ address, port: host.port }, { packet: () => {}, failed: () => {} });
      endpoint.send(packet);
      this.#parts.clock.after(ANSWER_MS, () => endpoint.close());
    } catch {
      // The BMC repeats the trap.
    }
  }

  async #settings(
    config: TrapsConfig,
  ): Promise<{ readonly communities: readonly string[]; readonly users: readonly TrapUser[] } | undefined> {
    const { env, log } = this.#parts;
    try {
      const communities = config.communitiesFile === undefined ? [] : await linesOf(config.communitiesFile);
      const users: TrapUser[] = [];
      for (const { name, authProtocol, auth, privProtocol, priv } of config.users) {
        const authKey = auth && (await readSecret(auth, `traps.v3_users ${name}: auth_password`, env)).reveal();
        const privKey = priv && (await readSecret(priv, `traps.v3_users ${name}: priv_password`, env)).reveal();
        users.push({ name, authProtocol, privProtocol, ...(authKey && { authKey }), ...(privKey && { privKey }) });
      }
      return { communities, users };
    } catch (error) {
      log.error({ problem: error instanceof Error ? error.message : String(error) }, "cannot receive traps");
      return undefined;
    }
  }
}

/** The lines of a file with a community each. */
async function linesOf(path: string): Promise<readonly string[]> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw new Error(`traps.communities_file: cannot read ${path} (${(error as NodeJS.ErrnoException).code})`, {
      cause: error,
    });
  }
  const lines = text.split(/\r?\n/).filter((line) => line !== "");
  if (lines.length === 0) throw new Error(`traps.communities_file: ${path} is empty; give a community in each line`);
  return lines;
}
