import { type Clock, hideUrlSecrets, type Logger, type Secret } from "../lib/index.ts";
import type { AlertSeverity, Host, HostEvent, HostNews } from "../model/index.ts";
import { AlertmanagerSender, isAlert } from "./alertmanager.ts";
import { Delivery, type EventsReport, type OutputName, type Sender } from "./delivery.ts";
import { FileLog } from "./file-log.ts";
import { eventsOf } from "./from-news.ts";
import { StdoutLog } from "./stdout-log.ts";
import { TcpSyslog } from "./syslog/tcp.ts";
import { UdpSyslog } from "./syslog/udp.ts";

/** Where events go. Plain data but for the secret: outputs whose settings did not change go on over a reload. */
export interface EventsOptions {
  /** Also sends what logs held at first contact, marked. */
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
    readonly authorization?: () => Promise<Secret | undefined>;
  };
}

export interface EventsParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly report: EventsReport;
}

/** What an output is made of; `key` says whether it is still the same one after a reload. */
interface Plan {
  readonly key: string;
  readonly output: OutputName;
  readonly target: string;
  readonly timeoutMs?: number;
  readonly wants: (event: HostEvent) => boolean;
  readonly sender: () => Sender;
}

interface Running {
  readonly delivery: Delivery;
  readonly wants: (event: HostEvent) => boolean;
}

/** The outputs of the exporter's events. */
export class Events {
  readonly #parts: EventsParts;
  #historical = false;
  /** The one in force: a sender outlives a change of it. */
  #authorization: NonNullable<EventsOptions["alertmanager"]>["authorization"];
  // Made once: made in configure() it would hold what that function knows, the outputs of before, and those theirs.
  readonly #authorize = async (): Promise<Secret | undefined> => this.#authorization?.();
  #outputs = new Map<string, Running>();
  #closed = false;

  constructor(parts: EventsParts) {
    this.#parts = parts;
  }

  /** Names of the outputs that are configured. */
  get outputs(): readonly string[] {
    return [...this.#outputs.keys()];
  }

  /** Takes what a poll found. Never waits, never throws. */
  take(host: Pick<Host, "name" | "place">, news: HostNews): void {
    if (this.#outputs.size === 0) return;
    for (const event of eventsOf(host, news)) {
      if (event.type === "sel" && event.historical && !this.#historical) continue;
      for (const { delivery, wants } of this.#outputs.values()) if (wants(event)) delivery.offer(event);
    }
  }

  /** Puts outputs into force. Those that went get `withinMs` to send what waits; those that stay do not notice. */
  async configure(options: EventsOptions | undefined, withinMs: number): Promise<void> {
    if (this.#closed) return;
    this.#historical = options?.historical ?? false;
    this.#authorization = options?.alertmanager?.authorization;
    const before = this.#outputs;
    const plans = options ? plansOf(options, this.#parts.clock, this.#authorize) : [];
    this.#outputs = new Map(
      plans.map((plan): [string, Running] => {
        const { key, output, target, timeoutMs, wants } = plan;
        const known = before.get(key);
        if (known) return [key, { ...known, wants }];
        this.#parts.report.outputConfigured(output);
        return [
          key,
          { delivery: new Delivery({ ...this.#parts, output, target, timeoutMs, sender: plan.sender() }), wants },
        ];
      }),
    );
    const gone = [...before].filter(([key]) => !this.#outputs.has(key));
    await Promise.all(gone.map(([, { delivery }]) => delivery.close(withinMs)));
  }

  /** Sends what waits, as far as that goes in the time. */
  async close(withinMs: number): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#outputs.values()].map(({ delivery }) => delivery.close(withinMs)));
  }
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
      output: file ? "log" : "stdout",
      target: file?.path ?? "standard output",
      wants: all,
      sender: () => (file ? new FileLog(file) : new StdoutLog(clock)),
    });
  }
  if (syslog) {
    const { host, port, transport, facility, appName, hostname } = syslog;
    const settings = { host, port, message: { facility, appName, hostname, pid: process.pid } };
    plans.push({
      key: JSON.stringify(["syslog", syslog]),
      output: "syslog",
      target: `${transport}://${host.includes(":") ? `[${host}]` : host}:${port}`,
      wants: all,
      sender: () => (transport === "tcp" ? new TcpSyslog(settings) : new UdpSyslog(settings)),
    });
  }
  for (const url of alertmanager?.urls ?? []) {
    if (alertmanager) plans.push(alertPlan(url, { ...alertmanager, authorization }, clock));
  }
  return plans;
}

function alertPlan(url: string, options: NonNullable<EventsOptions["alertmanager"]>, clock: Clock): Plan {
  const { minSeverity, timeoutMs, resolveAfterMs, labels, authorization } = options;
  return {
    key: JSON.stringify(["alertmanager", url, resolveAfterMs, timeoutMs, labels]),
    output: "alertmanager",
    target: hideUrlSecrets(url),
    timeoutMs,
    wants: (event) => isAlert(event, minSeverity),
    sender: () => new AlertmanagerSender({ url, resolveAfterMs, clock, labels, authorization }),
  };
}
