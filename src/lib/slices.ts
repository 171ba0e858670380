/** A long computation in steps: each `next` does a little of it. */
export type Steps<T> = Generator<undefined, T>;

/** The result of all steps at once. */
export function runAtOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value as T;
  }
}

/** The result of all steps, with a turn of the event loop between two of them, so that timers and sockets are served. */
export async function runInSlices<T>(steps: Steps<T>): Promise<T> {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value as T;
    await nextTurn();
  }
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Work on fewer items takes so little time that it needs no turn of its own. */
const FEW_ITEMS = 512;

/** A turn of the event loop between two pieces of work on many items. */
export function turnAfter(items: number): Promise<void> | undefined {
  return items > FEW_ITEMS ? nextTurn() : undefined;
}
