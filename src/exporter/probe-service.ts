import { partsOf, renderDialect } from "../dialect/index.ts";
import type { Clock } from "../lib/index.ts";
import { type Host, type HostRecord, type HostSnapshot, noFailures, type PartName } from "../model/index.ts";
import { QueueFullError, type Scheduler, SchedulerStoppedError } from "../scheduler/index.ts";
import { ProbeRefused, type ProbeRequest } from "../web/index.ts";
import { dialectOf, dialectTarget, refuseRedfish } from "./dialect-target.ts";
import type { PollSettingsBook } from "./poll-settings.ts";
import { probeTarget } from "./probe-target.ts";

interface ProbeServiceOptions {
  readonly clock: Clock;
  readonly scheduler: Pick<Scheduler, "pollNow">;
  /** Settings in force; a reload replaces them. */
  readonly book: () => PollSettingsBook;
  /** Hosts of the inventory at present, also those that other servers poll. */
  readonly hosts: () => ReadonlyMap<string, Host>;
  /** Throws ProbeRefused for a host that this server may not poll. */
  readonly admit?: (host: Host) => void;
  /** Record of the last poll of a host. */
  readonly record: (host: string) => HostRecord | undefined;
}

/** Polls for requests to `/probe` and `/ipmi`, at most `probe.concurrency` at once. */
export class ProbeService {
  readonly #options: ProbeServiceOptions;

  constructor(options: ProbeServiceOptions) {
    this.#options = options;
  }

  /**
   * The record of a new poll, or the one of the last round if `probe.max_age` allows it and no trace is requested.
   *
   * @throws ProbeRefused 400 and 403 as probeTarget does, 503 if too many probes wait or the exporter stops
   */
  async probe(request: ProbeRequest): Promise<{ record: HostRecord }> {
    const { book, hosts } = this.#options;
    const { config } = book();
    const host = await probeTarget(request, config, hosts());
    this.#options.admit?.(host);
    const recent = this.#recent(host, config.probe.maxAgeMs);
    if (recent && !request.trace) return { record: recent };
    const snapshot = await this.#poll(host, request);
    const failures = snapshot.failure ? { ...noFailures, [snapshot.failure.reason]: 1 } : noFailures;
    const lastSuccessAt = snapshot.up ? snapshot.startedAt + snapshot.durationMs : undefined;
    return { record: { host, snapshot, failures, polls: 1, lastSuccessAt } };
  }

  /**
   * The same in the metrics of ipmi_exporter.
   *
   * @throws ProbeRefused as probe does
   */
  async ipmi(request: ProbeRequest): Promise<string> {
    const { book, hosts } = this.#options;
    const { config } = book();
    const host = await dialectTarget(request, config, hosts());
    this.#options.admit?.(host);
    const module = book().moduleOf(host);
    refuseRedfish(host, module.protocol);
    const options = dialectOf(module);
    const recent = this.#recent(host, config.probe.maxAgeMs)?.snapshot;
    const isRecent = recent !== undefined && module.ipmiExporter !== undefined;
    const snapshot = isRecent ? recent : await this.#poll(host, request, partsOf(options.collectors));
    // With protocol: auto, only the poll shows which protocol the BMC answers.
    refuseRedfish(host, snapshot.protocol);
    return renderDialect(snapshot, options);
  }

  async #poll(host: Host, request: ProbeRequest, parts?: readonly PartName[]): Promise<HostSnapshot> {
    const { clock, scheduler } = this.#options;
    const book = this.#options.book();
    try {
      return await scheduler.pollNow(host, {
        signal: request.signal,
        parts,
        timeoutMs: Math.min(request.timeoutMs, book.moduleOf(host).timeoutMs),
        deadlineMs: clock.monotonicMs() + request.timeoutMs,
        trace: request.trace,
        ...book.revisionsOf(host),
      });
    } catch (error) {
      if (error instanceof QueueFullError) throw new ProbeRefused(503, "too many probes are waiting; try again later");
      if (error instanceof SchedulerStoppedError) throw new ProbeRefused(503, "the exporter is shutting down");
      throw error;
    }
  }

  /** The last record of the host if it is not older than `maxAgeMs`. */
  #recent(host: Host, maxAgeMs: number): HostRecord | undefined {
    const record = maxAgeMs > 0 ? this.#options.record(host.name) : undefined;
    if (!record?.snapshot?.up || record.host !== host) return undefined;
    const age = this.#options.clock.wallMs() - (record.snapshot.startedAt + record.snapshot.durationMs);
    return age <= maxAgeMs ? record : undefined;
  }
}
