/**
 * Work that several callers wait for, each with a signal of its own: who aborts stops waiting, and the
 * work is aborted when nobody waits any more.
 */
export class SharedWait<T> {
  /** Settles when the work has ended, whoever still waits; never rejects. */
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

  /** It is being given up: to be waited for no more. */
  get aborted(): boolean {
    return this.#controller.signal.aborted;
  }

  /** @throws what the work throws, or the signal's reason */
  join(signal?: AbortSignal): Promise<T> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    this.#waiting++;
    return new Promise<T>((resolve, reject) => {
      const onAbort = (): void => {
        // Before the work is: it may end with the same abort.
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
