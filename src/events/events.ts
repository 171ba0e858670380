import { createHash } from "node:crypto";
import { type Clock, hideUrlSecrets, type Logger, type Secret } from "../lib/index.ts";
import type { AlertSeverity, Host, HostEvent, HostNews, LogEntry, TrapFacts } from "../model/index.ts";
import { AlertmanagerSender, isAlert } from "./alertmanager.ts";
import { Delivery, type EventsReport, type OutputName, type QueuedEvent, type Sender, within } from "./delivery.ts";
import { FileLog } from "./file-log.ts";
import { eventsOf, trapEvent } from "./from-news.ts";
import type { EventSpool, SpooledEvent } from "./spool.ts";
import { StdoutLog } from "./stdout-log.ts";
import { TcpSyslog } from "./syslog/tcp.ts";
import { UdpSyslog } from "./syslog/udp.ts";

/** Settings of the outputs. Plain data except for the secret: outputs whose settings did not change continue over a reload. */
export interface EventsOptions {
  /** Also sends the records that logs held at first contact, marked. */
  readonly historical: boolean;
  readonly log?: { readonly path?: string; readonly maxBytes: number; readonly maxFiles: number };
  readonly syslog?: {
    readonly host: string;
    readonly port: number;
    readonly transport: "udp" | "tcp";
    /** RFC 5424 table 1. */
    readonly facility: number;
    readonly appName: string;
    readonly hostname: string;
  };
  readonly alertmanager?: {
    readonly urls: readonly string[];
    readonly minSeverity: AlertSeverity;
    readonly resolveAfterMs: number;
    readonly timeoutMs: number;
    readonly labels: Readonly<Record<string, string>>;
    /** Root URL of Grafana and URL of the runbooks, for links in alerts. */
    readonly grafana?: string;
    readonly runbooks?: string;
    readonly authorization?: () => Promise<Secret | undefined>;
  };
}

export interface EventsParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly report: EventsReport;
  /** Keeps events on disk until each output has them. Absent: they wait in memory. */
  readonly spool?: EventSpool;
}

/** Settings of an output. After a reload, an equal `key` means the same output. */
interface Plan {
  readonly key: string;
  /** Names the receiver: its position in the spool outlives a change of the settings. */
  readonly receiver: string;
  readonly output: OutputName;
  readonly target: string;
  readonly timeoutMs?: number;
  readonly wants: (event: HostEvent) => boolean;
  /**
   * @param isSpooled events are on disk until they are sent
   * @param continues an earlier process may have sent some of them
   */
  readonly sender: (isSpooled: boolean, continues: boolean) => Sender;
}

interface Running {
  readonly receiver: string;
  readonly delivery: Delivery;
  readonly wants: (event: HostEvent) => boolean;
}

/** How long news of a host wait for the disk before they are sent without it. */
const SPOOL_MS = 2000;
/** Ids of events that are remembered: what a poll reads again after a crash, or a reload, is not sent again. */
const REMEMBERED_IDS = 20_000;

/** The outputs of the exporter's events. */
export class Events {
  readonly #parts: EventsParts;
  #historical = false;
  /** The one in force: senders outlive a change of it. */
  #authorization: NonNullable<EventsOptions["alertmanager"]>["authorization"];
  // Created once. A closure created in configure() would keep every previous set of outputs in memory.
  readonly #authorize = async (): Promise<Secret | undefined> => this.#authorization?.();
  readonly #saveProgress = (): Promise<void> => this.#parts.spool?.savePositions(() => this.#positions()) ?? done;
  #outputs = new Map<string, Running>();
  /** Outputs that were removed and still send what waits. */
  readonly #closingOutputs = new Set<Running>();
  /** Numbers of the first events of each append that is not offered to the outputs yet, in order. */
  readonly #inSpool = new Set<number>();
  readonly #ids = new Set<string>();
  #isConfigured = false;
  #closed = false;

  constructor(parts: EventsParts) {
    this.#parts = parts;
  }

  /** Names of the outputs that are configured. */
  get outputs(): readonly string[] {
    return [...this.#outputs.keys()];
  }

  /**
   * Takes what a poll found, and never throws. The promise resolves when a crash cannot lose it any more: only then may
   * the state of the host say that it was read.
   */
  async take(host: Pick<Host, "name" | "place">, news: HostNews): Promise<void> {
    const { spool } = this.#parts;
    const events = this.#wanted(eventsOf(host, news));
    if (events.length === 0) return;
    if (spool) await this.#throughSpool(spool, events);
    else this.#offer(events.map((event) => ({ event })));
  }

  /** Takes a trap that no record confirmed. It is no fact, so it never goes to Alertmanager. Never throws. */
  async takeTrap(
    host: Pick<Host, "name" | "place">,
    trap: TrapFacts,
    entry?: LogEntry,
    entity?: string,
  ): Promise<void> {
    const { spool } = this.#parts;
    const events = this.#wanted([trapEvent(host, trap, entry, entity)]);
    if (events.length === 0) return;
    if (spool) await this.#throughSpool(spool, events);
    else this.#offer(events.map((event) => ({ event })));
  }

  #wanted(events: readonly HostEvent[]): readonly HostEvent[] {
    const outputs = [...this.#outputs.values()];
    if (outputs.length === 0) return [];
    return events.filter((event) => {
      if (event.type === "sel" && event.historical && !this.#historical) return false;
      if (!outputs.some(({ wants }) => wants(event))) return false;
      if (!this.#parts.spool) return true;
      if (this.#ids.has(event.id)) return false;
      this.#remember(event.id);
      return true;
    });
  }

  async #throughSpool(spool: EventSpool, events: readonly HostEvent[]): Promise<void> {
    const { first, durable } = spool.append(events);
    this.#inSpool.add(first);
    let isDurable = false;
    const written = durable.then((is) => {
      isDurable = is;
    });
    await within(this.#parts.clock, SPOOL_MS, written);
    const ended = this.#offer(events.map((event, i) => ({ event, seq: first + i })));
    this.#inSpool.delete(first);
    if (isDurable) return;
    await Promise.race([ended, written.then(() => (isDurable ? undefined : ended))]);
  }

  /** Resolves when every output is done with the events. */
  async #offer(events: readonly Omit<QueuedEvent, "ended">[]): Promise<void> {
    let left = 1;
    await new Promise<void>((resolve) => {
      const ended = (): void => {
        if (--left === 0) resolve();
      };
      for (const { event, seq } of events) {
        for (const { delivery, wants } of this.#outputs.values()) {
          if (!wants(event)) continue;
          left++;
          delivery.offer({ event, seq, ended });
        }
      }
      ended();
    });
  }

  #remember(id: string): void {
    this.#ids.add(id);
    if (this.#ids.size <= REMEMBERED_IDS) return;
    const [oldest] = this.#ids;
    if (oldest !== undefined) this.#ids.delete(oldest);
  }

  /** Number of the first event that each receiver has not got. */
  #positions(): ReadonlyMap<string, number> {
    const [inSpool] = this.#inSpool;
    const end = inSpool ?? this.#parts.spool?.next ?? 0;
    const positions = new Map<string, number>();
    for (const { receiver } of this.#outputs.values()) positions.set(receiver, end);
    for (const { receiver, delivery } of [...this.#outputs.values(), ...this.#closingOutputs]) {
      const position = positions.get(receiver);
      if (position !== undefined) positions.set(receiver, Math.min(position, delivery.firstSeq ?? end));
    }
    return positions;
  }

  /** Applies the configured outputs. Those that were removed get `withinMs` to send what waits; the others go on. */
  async configure(options: EventsOptions | undefined, withinMs: number): Promise<void> {
    if (this.#closed) return;
    const { clock, report, spool } = this.#parts;
    this.#historical = options?.historical ?? false;
    this.#authorization = options?.alertmanager?.authorization;
    const recovered = spool?.takeRecovered() ?? [];
    for (const { event } of recovered) this.#remember(event.id);
    const before = this.#outputs;
    const plans = options ? plansOf(options, clock, this.#authorize) : [];
    this.#outputs = new Map(
      plans.map((plan): [string, Running] => {
        const { key, receiver, output, target, timeoutMs, wants } = plan;
        const known = before.get(key);
        if (known) return [key, { ...known, wants }];
        report.outputConfigured(output);
        const position = spool?.positionOf(receiver);
        const waiting = position === undefined ? [] : recovered.filter(({ seq }) => seq >= position);
        const saveProgress = spool && this.#saveProgress;
        const sender = plan.sender(spool !== undefined, spool !== undefined && !this.#isConfigured);
        const delivery = new Delivery({ ...this.#parts, output, target, timeoutMs, sender, saveProgress });
        offerRecovered(delivery, waiting, wants);
        return [key, { receiver, delivery, wants }];
      }),
    );
    this.#isConfigured = true;
    const removed = [...before].flatMap(([key, running]) => (this.#outputs.has(key) ? [] : [running]));
    for (const running of removed) this.#closingOutputs.add(running);
    // New outputs have a position before anything is read for them.
    if (spool) await within(clock, SPOOL_MS, this.#saveProgress());
    await Promise.all(removed.map((running) => this.#close(running, withinMs)));
  }

  /** Closes an output that was removed. Another one of the same receiver gets what it could not send. */
  async #close(running: Running, withinMs: number): Promise<void> {
    const { delivery, receiver } = running;
    await delivery.close(withinMs, (left) => {
      const successor = [...this.#outputs.values()].find((output) => output.receiver === receiver);
      if (!successor) return delivery.discard(left);
      for (const queued of left) successor.delivery.offer(queued);
    });
    this.#closingOutputs.delete(running);
  }

  /** Sends what waits, as far as possible within the time. */
  async close(withinMs: number): Promise<void> {
    const { clock, spool } = this.#parts;
    this.#closed = true;
    await Promise.all([...this.#outputs.values()].map(({ delivery }) => delivery.close(withinMs)));
    if (!spool) return;
    await within(
      clock,
      withinMs,
      this.#saveProgress().then(() => spool.close()),
    );
  }
}

const done = Promise.resolve();

/** Offers what an earlier process did not send. */
function offerRecovered(
  delivery: Delivery,
  recovered: readonly SpooledEvent[],
  wants: (event: HostEvent) => boolean,
): void {
  for (const { event, seq } of recovered) if (wants(event)) delivery.offer({ event, seq });
}

const all = (): boolean => true;

type Authorization = () => Promise<Secret | undefined>;

function plansOf(options: EventsOptions, clock: Clock, authorization: Authorization): readonly Plan[] {
  const { log, syslog, alertmanager } = options;
  const plans: Plan[] = [];
  if (log) {
    const { path, maxBytes, maxFiles } = log;
    const file = path === undefined ? undefined : { path, maxBytes, maxFiles };
    plans.push({
      key: JSON.stringify(["log", log]),
      receiver: receiverOf("log", file?.path ?? ""),
      output: file ? "log" : "stdout",
      target: file?.path ?? "standard output",
      wants: all,
      sender: (isSpooled, continues) =>
        file ? new FileLog({ ...file, sync: isSpooled, continues }) : new StdoutLog(clock),
    });
  }
  if (syslog) {
    const { host, port, transport, facility, appName, hostname } = syslog;
    const settings = { host, port, message: { facility, appName, hostname, pid: process.pid } };
    const target = `${transport}://${host.includes(":") ? `[${host}]` : host}:${port}`;
    plans.push({
      key: JSON.stringify(["syslog", syslog]),
      receiver: receiverOf("syslog", target),
      output: "syslog",
      target,
      wants: all,
      sender: () => (transport === "tcp" ? new TcpSyslog(settings) : new UdpSyslog(settings, clock)),
    });
  }
  for (const url of alertmanager?.urls ?? []) {
    if (alertmanager) plans.push(alertPlan(url, { ...alertmanager, authorization }, clock));
  }
  return plans;
}

function alertPlan(url: string, options: NonNullable<EventsOptions["alertmanager"]>, clock: Clock): Plan {
  const { minSeverity, timeoutMs, ...settings } = options;
  const { resolveAfterMs, labels, grafana, runbooks } = settings;
  return {
    key: JSON.stringify(["alertmanager", url, resolveAfterMs, timeoutMs, labels, grafana, runbooks]),
    receiver: receiverOf("alertmanager", url),
    output: "alertmanager",
    target: hideUrlSecrets(url),
    timeoutMs,
    wants: (event) => isAlert(event, minSeverity),
    sender: () => new AlertmanagerSender({ ...settings, url, clock }),
  };
}

/** A digest: addresses may hold secrets, and this one is written to disk. */
function receiverOf(output: string, address: string): string {
  return createHash("sha256")
    .update(JSON.stringify([output, address]))
    .digest("base64url")
    .slice(0, 22);
}
