import type { Dispatcher } from "undici";

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A response as it was received. */
export interface RawResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Headers;
  readonly bytes: Buffer;
}

/** What `dispatch` of an undici client needs: collects one response. No stream is made of it, which takes most of the time. */
export class ResponseCollector implements Dispatcher.DispatchHandler {
  readonly #resolve: (response: RawResponse) => void;
  readonly #reject: (error: unknown) => void;
  readonly #onStart: () => void;
  #controller: Dispatcher.DispatchController | undefined;
  #abortedBy: { readonly reason: unknown } | undefined;
  #status = 0;
  #headers: Headers = {};
  #chunks: Buffer[] = [];

  /** @param onStart called when the first byte of the response was received */
  constructor(resolve: (response: RawResponse) => void, reject: (error: unknown) => void, onStart: () => void) {
    this.#resolve = resolve;
    this.#reject = reject;
    this.#onStart = onStart;
  }

  /** Ends the exchange and its connection, also if its request was not sent yet. */
  abort(reason: unknown): void {
    this.#abortedBy = { reason };
    this.#controller?.abort(asError(reason));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#abortedBy) controller.abort(asError(this.#abortedBy.reason));
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Headers): void {
    // 1xx: the response follows.
    if (status < 200) return;
    this.#onStart();
    this.#status = status;
    this.#headers = headers;
    this.#chunks = [];
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const [first, ...others] = this.#chunks;
    const bytes = first !== undefined && others.length === 0 ? first : Buffer.concat(this.#chunks);
    this.#resolve({ status: this.#status, headers: this.#headers, bytes });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#reject(this.#abortedBy ? this.#abortedBy.reason : error);
  }
}

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)));
