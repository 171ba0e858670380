export interface FanOutOptions {
  /** When it fires, no further item is started. `fn` gets it, too, and ends what is running. */
  readonly signal?: AbortSignal;
}

/**
 * Calls `fn` for each item, at most `concurrency` at once, and resolves with the results in the
 * order of the items. One failure does not stop the others. Never rejects: items that had not started
 * when the signal fired are reported as rejected with its reason.
 */
export async function fanOut<T, R>(
  items: Iterable<T>,
  concurrency: number,
  fn: (item: T, index: number, signal: AbortSignal) => Promise<R>,
  options: FanOutOptions = {},
): Promise<PromiseSettledResult<R>[]> {
  if (!(concurrency >= 1)) throw new RangeError(`concurrency must be 1 or more, not ${concurrency}`);
  const all = [...items];
  const results = new Array<PromiseSettledResult<R>>(all.length);
  const signal = options.signal ?? new AbortController().signal;
  const entries = all.entries();
  const work = async (): Promise<void> => {
    for (const [index, item] of entries) {
      try {
        signal.throwIfAborted();
        results[index] = { status: "fulfilled", value: await fn(item, index, signal) };
      } catch (reason) {
        results[index] = { status: "rejected", reason };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, all.length) }, work));
  return results;
}
