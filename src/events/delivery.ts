import { type Clock, hideUrlsIn, type Logger, type Timer } from "../lib/index.ts";
import type { HostEvent } from "../model/index.ts";

/** Sends events to a receiver. One call of `send` at a time. */
export interface Sender {
  /** Most events of one call. */
  readonly batch: number;
  /**
   * Sends all events or none. May take until the signal fires.
   *
   * @throws SendRefused if a retry would not help, any other error if it may
   */
  send(events: readonly HostEvent[], signal: AbortSignal): Promise<void>;
  /** Closes sockets and files. */
  close(): Promise<void>;
}

/** An event that waits at an output. */
export interface QueuedEvent {
  readonly event: HostEvent;
  /** Its number in the spool; absent without one. */
  readonly seq?: number;
  /** Called once: this output is done with the event. */
  readonly ended?: () => void;
}

/** The receiver got the events and refused them. */
export class SendRefused extends Error {
  override readonly name = "SendRefused";
}

const OUTPUTS = ["log", "stdout", "syslog", "alertmanager"] as const;
export type OutputName = (typeof OUTPUTS)[number];

/** Result of an event; a closed set. */
export const OUTCOMES = ["sent", "queue_full", "refused", "undelivered"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Gets what happens to events, for metrics. */
export interface EventsReport {
  /** `undelivered`: the process, or the output, ended before they could be sent. */
  eventsEnded(output: OutputName, outcome: Outcome, count: number): void;
  /** An output was added: its counters are exported. */
  outputConfigured(output: OutputName): void;
  /** Change of the number of events that wait at outputs of this name. */
  eventsWaiting(output: OutputName, change: number): void;
}

export interface DeliveryOptions {
  readonly output: OutputName;
  /** For log lines: "udp://loghost:514". Never a secret. */
  readonly target: string;
  readonly sender: Sender;
  readonly clock: Clock;
  readonly log: Logger;
  readonly report: EventsReport;
  /** Events that may wait; beyond it the oldest is dropped. */
  readonly capacity?: number;
  /** Milliseconds that one call of `send` may take. */
  readonly timeoutMs?: number;
  /**
   * Present if the events are on disk as well: saves how far this output is, before the next events are sent. What
   * waits at the end is not lost then.
   */
  readonly saveProgress?: () => Promise<void>;
}

const CAPACITY = 10_000;
const TIMEOUT_MS = 10_000;
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60_000;
const SAVING_MS = 1000;
const CLOSING_MS = 500;

/**
 * A bounded queue of events, and the loop that sends them. `offer` never waits and never throws: if the receiver is slow or
 * down, events wait, and the oldest are dropped. A failure is logged once, and once when it is over.
 */
export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #capacity: number;
  #queue: QueuedEvent[] = [];
  /** Number of events at the front of the queue that are being sent. They stay the same until that succeeds, and are not dropped. */
  #sending = 0;
  #isRunning = false;
  #running: Promise<void> = Promise.resolve();
  #failures = 0;
  #complaint: string | undefined;
  #isFullLogged = false;
  #closing = false;
  #wake: (() => void) | undefined;
  readonly #stop = new AbortController();

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#capacity = options.capacity ?? CAPACITY;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  /** Number of the first event that this output has not got; undefined if nothing waits. */
  get firstSeq(): number | undefined {
    return this.#queue[0]?.seq;
  }

  offer(queued: QueuedEvent): void {
    if (this.#closing && !this.#options.saveProgress) {
      this.#ended("undelivered", [queued]);
      return;
    }
    this.#queue.push(queued);
    // What waits now waits for the next start.
    if (this.#closing) return;
    this.#options.report.eventsWaiting(this.#options.output, 1);
    if (this.#queue.length - this.#sending > this.#capacity) this.#dropOldest();
    if (!this.#isRunning) this.#running = this.#run();
  }

  #dropOldest(): void {
    const dropped = this.#queue.splice(this.#sending, 1);
    this.#options.report.eventsWaiting(this.#options.output, -1);
    this.#ended("queue_full", dropped);
    if (this.#isFullLogged) return;
    this.#isFullLogged = true;
    this.#options.log.warn(this.#fields(), `${this.#capacity} events wait, the oldest are dropped`);
  }

  async #run(): Promise<void> {
    const { sender, output, report, clock, saveProgress } = this.#options;
    this.#isRunning = true;
    while (this.#queue.length > 0 && !this.#stop.signal.aborted) {
      this.#sending ||= Math.min(sender.batch, this.#queue.length);
      const outcome = await this.#attempt(this.#queue.slice(0, this.#sending).map(({ event }) => event));
      // close() counts the events that are left.
      if (this.#stop.signal.aborted) break;
      if (outcome === "failed") {
        await this.#pause(Math.min(FIRST_RETRY_MS * 2 ** Math.min(this.#failures - 1, 16), LONGEST_RETRY_MS));
        continue;
      }
      const ended = this.#queue.splice(0, this.#sending);
      this.#sending = 0;
      report.eventsWaiting(output, -ended.length);
      this.#ended(outcome, ended);
      // A file system that hangs must not hold up the events.
      if (saveProgress) await within(clock, SAVING_MS, saveProgress());
    }
    this.#isRunning = false;
  }

  async #attempt(events: readonly HostEvent[]): Promise<"sent" | "refused" | "failed"> {
    const { sender, clock, timeoutMs = TIMEOUT_MS } = this.#options;
    const late = new AbortController();
    const timer = clock.after(timeoutMs, () => late.abort(new Error(`not done within ${timeoutMs / 1000} s`)));
    try {
      await sender.send(events, AbortSignal.any([late.signal, this.#stop.signal]));
      this.#recovered();
      return "sent";
    } catch (error) {
      this.#complain(error);
      return error instanceof SendRefused ? "refused" : "failed";
    } finally {
      timer.cancel();
    }
  }

  #recovered(): void {
    if (this.#complaint !== undefined) this.#options.log.info(this.#fields(), "events can be sent again");
    this.#complaint = undefined;
    this.#failures = 0;
    this.#isFullLogged = false;
  }

  #complain(error: unknown): void {
    // A receiver that refuses is up: the next failure is the first of a row.
    this.#failures = error instanceof SendRefused ? 0 : this.#failures + 1;
    const problem = problemOf(error);
    if (problem === this.#complaint || this.#stop.signal.aborted) return;
    this.#complaint = problem;
    const what = error instanceof SendRefused ? "events are refused" : "events cannot be sent and wait";
    this.#options.log.warn({ ...this.#fields(), problem }, what);
  }

  /** Waits for a time, or until the output is closed: then there is one more try at once. */
  #pause(ms: number): Promise<void> {
    if (this.#closing) this.#stop.abort(new Error("closed"));
    return new Promise((resolve) => {
      let timer: Timer | undefined;
      this.#wake = () => {
        timer?.cancel();
        this.#wake = undefined;
        resolve();
      };
      timer = this.#options.clock.after(this.#closing ? 0 : ms, () => this.#wake?.());
    });
  }

  /**
   * Sends what waits, as far as possible within the time, and closes the sender.
   *
   * @param keep gets what is left; without it, and if nothing is on disk, that is lost
   */
  async close(withinMs: number, keep?: (left: readonly QueuedEvent[]) => void): Promise<void> {
    const { clock, sender, log, output, report, saveProgress } = this.#options;
    this.#closing = true;
    this.#wake?.();
    await within(clock, withinMs, this.#running);
    this.#stop.abort(new Error("closed"));
    const left = this.#queue.length;
    if (left > 0) {
      report.eventsWaiting(output, -left);
      if (keep) keep(this.#queue.splice(0));
      else if (saveProgress)
        log.info({ ...this.#fields(), events: left }, "events wait in state_dir for the next start");
      else this.discard(this.#queue.splice(0));
    }
    // A file system that hangs may keep a file from being closed.
    await within(clock, CLOSING_MS, sender.close());
  }

  /** Counts events as lost: this output was removed, and another one does not continue it. */
  discard(events: readonly QueuedEvent[]): void {
    if (events.length === 0) return;
    this.#ended("undelivered", events);
    this.#options.log.warn({ ...this.#fields(), events: events.length }, "events could not be sent before the end");
  }

  #ended(outcome: Outcome, events: readonly QueuedEvent[]): void {
    this.#options.report.eventsEnded(this.#options.output, outcome, events.length);
    for (const { ended } of events) ended?.();
  }

  #fields(): { readonly output: string; readonly target: string } {
    return { output: this.#options.output, target: this.#options.target };
  }
}

/** Resolves when `done` has settled or the time is over. */
export async function within(clock: Clock, ms: number, done: Promise<unknown>): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = clock.after(ms, resolve);
    const end = (): void => {
      timer.cancel();
      resolve();
    };
    done.then(end, end);
  });
}

/** A sentence without the response of the receiver. fetch only says "fetch failed"; the code of its cause is added. */
function problemOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause : undefined;
  const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? (error as NodeJS.ErrnoException).code;
  const message = hideUrlsIn(error.message);
  return code === undefined || message.includes(code) ? message : `${message} (${code})`;
}
