import type { Clock } from "../lib/index.ts";
import type { Failure, Host, HostSnapshot, PartName } from "../model/index.ts";
import type { Agenda, Due } from "./agenda.ts";
import type { Poll, PollOutcome, PollPurpose, SchedulerReport } from "./poll.ts";

/** Dependencies of an attempt. */
export interface AttemptTools {
  readonly clock: Clock;
  readonly agenda: Agenda;
  readonly poll: Poll;
  readonly report: SchedulerReport;
  /** Time within which a poll must return after its signal fired. */
  readonly graceMs: number;
}

export interface AttemptOptions {
  readonly purpose: PollPurpose;
  /** Monotonic. */
  readonly deadlineMs: number;
  /** Time for which it waited for a slot. */
  readonly waitedMs: number;
  readonly parts?: readonly PartName[];
  readonly trace?: unknown;
}

export interface AttemptEnd {
  /** Absent if it was aborted. */
  readonly snapshot?: HostSnapshot;
  /** The poll function did not return in time, and may still be running. */
  readonly stuck: boolean;
}

/** One call of the poll function, with a deadline. It ends even if the function never returns. */
export class Attempt implements Due {
  dueMs = 0;
  heapIndex = -1;
  readonly deadlineMs: number;
  /** Never rejects. */
  readonly ended: Promise<AttemptEnd>;
  readonly #tools: AttemptTools;
  readonly #host: Host;
  readonly #purpose: PollPurpose;
  readonly #controller = new AbortController();
  readonly #startedMs: number;
  readonly #startedAt: number;
  #aborted = false;
  #end: ((end: AttemptEnd) => void) | undefined;

  constructor(tools: AttemptTools, host: Host, options: AttemptOptions) {
    this.#tools = tools;
    this.#host = host;
    this.#purpose = options.purpose;
    this.deadlineMs = options.deadlineMs;
    this.#startedMs = tools.clock.monotonicMs();
    this.#startedAt = tools.clock.wallMs();
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    tools.report.started(options.purpose, options.waitedMs);
    tools.agenda.at(this, options.deadlineMs);
    void this.#run(options);
  }

  /** Nobody needs the result any more: the poll gets the grace time to end, and its result is dropped. */
  abort(reason: unknown): void {
    if (this.#aborted || !this.#end) return;
    this.#aborted = true;
    if (this.#controller.signal.aborted) return;
    this.#giveGrace(reason);
  }

  /** Called at the deadline, and again at the end of the grace time. */
  fire(): void {
    if (!this.#controller.signal.aborted) this.#giveGrace(new DOMException("the poll timed out", "TimeoutError"));
    else this.#settle(this.#failed("timeout", "the poll timed out and did not return"), true);
  }

  #giveGrace(reason: unknown): void {
    this.#tools.agenda.at(this, this.#tools.clock.monotonicMs() + this.#tools.graceMs);
    this.#controller.abort(reason);
  }

  async #run({ purpose, deadlineMs, parts, trace }: AttemptOptions): Promise<void> {
    try {
      const { signal } = this.#controller;
      this.#settle(await this.#tools.poll(this.#host, { purpose, signal, deadlineMs, parts, trace }), false);
    } catch (error) {
      const reason = this.#controller.signal.aborted ? "timeout" : "protocol_error";
      this.#settle(this.#failed(reason, error instanceof Error ? error.message : String(error)), false);
    }
  }

  #failed(reason: Failure["reason"], message: string): HostSnapshot {
    return failedSnapshot(this.#host, this.#startedAt, this.#elapsedMs(), { stage: "connect", reason, message });
  }

  #settle(snapshot: HostSnapshot, stuck: boolean): void {
    const end = this.#end;
    // A stuck poll returned after all. Its lane does not wait for it any more.
    if (!end) return;
    this.#end = undefined;
    const { agenda, report } = this.#tools;
    agenda.cancel(this);
    if (stuck) report.stuck(this.#host.name);
    report.ended(this.#purpose, this.#outcome(snapshot), this.#elapsedMs());
    end(this.#aborted ? { stuck } : { snapshot, stuck });
  }

  #outcome(snapshot: HostSnapshot): PollOutcome {
    if (this.#aborted) return "aborted";
    return snapshot.up ? "success" : (snapshot.failure?.reason ?? "protocol_error");
  }

  #elapsedMs(): number {
    return this.#tools.clock.monotonicMs() - this.#startedMs;
  }
}

/** A snapshot of a host that was not read. */
export function failedSnapshot(host: Host, startedAt: number, durationMs: number, failure: Failure): HostSnapshot {
  return {
    host: host.name,
    startedAt,
    durationMs,
    up: false,
    failure: { ...failure, message: `${host.name}: ${failure.message}` },
    parts: [],
    quirks: [],
  };
}
