/**
 * Work that several callers wait for, each with its own signal. A caller that aborts stops waiting; the work is aborted
 * when no caller is left.
 */
export class SharedWait<T> {
  /** Resolves when the work has ended; never rejects. */
  readonly ended: Promise<void>;
  readonly #work: Promise<T>;
  readonly #controller = new AbortController();
  #waiting = 0;

  constructor(start: (signal: AbortSignal) => Promise<T>) {
    this.#work = start(this.#controller.signal);
    this.ended = this.#work.then(
      () => {},
      () => {},
    );
  }

  /** The work is being aborted: do not join it. */
  get aborted(): boolean {
    return this.#controller.signal.aborted;
  }

  /** @throws what the work throws, or the signal's reason */
  join(signal?: AbortSignal): Promise<T> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    this.#waiting++;
    return new Promise<T>((resolve, reject) => {
      const onAbort = (): void => {
        // Reject before aborting the work, which may end with the same reason.
        reject(signal?.reason);
        if (--this.#waiting === 0) this.abort(signal?.reason);
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#work.then(resolve, reject).finally(() => signal?.removeEventListener("abort", onAbort));
    });
  }

  abort(reason: unknown): void {
    this.#controller.abort(reason);
  }
}
