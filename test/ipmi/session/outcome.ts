/** How a promise ended; never rejects, so that time can be moved on meanwhile. */
export type Outcome<T> = { readonly value: T; readonly error?: undefined } | { readonly error: unknown };

export function outcomeOf<T>(promise: Promise<T>): Promise<Outcome<T>> {
  return promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
}
