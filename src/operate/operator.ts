import { OperationError, type OperationSettings, type Operations, SdrCache, withOperations } from "../bmc/index.ts";
import type { Clock } from "../lib/index.ts";
import type { Host } from "../model/index.ts";

export interface OperatorParts {
  readonly transport: Parameters<typeof withOperations>[2]["transport"];
  readonly clock: Clock;
  /** @throws SettingsError */
  readonly settingsOf: (host: Host) => OperationSettings;
}

export interface HostTimes {
  /** From the first packet to the end of the login, and for the commands of a read. */
  readonly timeoutMs: number;
  /** Additional time for what follows the login, e.g. the wait for a power state. */
  readonly waitMs?: number;
}

/** Runs work on hosts, one session each. */
export class Operator {
  readonly #parts: OperatorParts;
  readonly #cache = new SdrCache();

  constructor(parts: OperatorParts) {
    this.#parts = parts;
  }

  /**
   * Opens a session with the BMC of a host, runs `work`, and closes it in every case.
   *
   * @throws OperationError, SettingsError, what `work` throws, the reason of the signal
   */
  async run<T>(
    host: Host,
    { timeoutMs, waitMs = 0 }: HostTimes,
    signal: AbortSignal,
    work: (operations: Operations) => Promise<T>,
  ): Promise<T> {
    const { transport, clock, settingsOf } = this.#parts;
    const common = { transport, clock, cache: this.#cache };
    const settings = settingsOf(host);
    const now = clock.monotonicMs();
    if (waitMs === 0) return withOperations(host, settings, { ...common, signal, deadlineMs: now + timeoutMs }, work);
    // A BMC that does not answer the login fails after the time-out, not after the wait.
    const login = new AbortController();
    let answered = false;
    const timer = clock.after(timeoutMs, () => login.abort(loginTimeout(answered)));
    const options = {
      ...common,
      signal: AbortSignal.any([signal, login.signal]),
      deadlineMs: now + 2 * timeoutMs + waitMs,
      trace: (direction: string): void => {
        answered ||= direction === "received";
      },
    };
    try {
      return await withOperations(host, settings, options, (operations) => {
        timer.cancel();
        return work(operations);
      });
    } finally {
      timer.cancel();
    }
  }
}

function loginTimeout(answered: boolean): OperationError {
  return answered
    ? new OperationError("connect", "timeout", "the time for this host was over before the login was complete")
    : new OperationError("connect", "no_answer", "the BMC sent nothing during the whole time for this host");
}
