import type {
  DatagramTransport,
  Endpoint,
  EndpointHandlers,
  Reachability,
  Remote,
} from "../../src/ipmi/transport/datagram.ts";
import type { SendTurns } from "../../src/ipmi/transport/send-turns.ts";

/** Answers a packet: `reply` sends a response, now or later, any number of times. */
type Responder = (packet: Buffer, reply: (answer: Uint8Array) => void) => void;

/**
 * A network inside the test. Packets arrive at once unless the responder waits; the responder is called
 * after `send` has returned, as a socket would do.
 */
export class FakeTransport implements DatagramTransport {
  /** Every packet that was sent, in order. */
  readonly sent: Buffer[] = [];
  /** Packets that `diagnose` sent. */
  readonly diagnosed: Buffer[] = [];
  /** What `diagnose` finds out. */
  reachability: Reachability = "silent";
  /** Answers packets; absent: no response. */
  responder: Responder | undefined;
  closed = false;
  turns?: SendTurns;
  readonly #open = new Set<EndpointHandlers>();

  constructor(responder?: Responder) {
    this.responder = responder;
  }

  /** Endpoints that were not closed. */
  get openEndpoints(): number {
    return this.#open.size;
  }

  open(remote: Remote, handlers: EndpointHandlers): Endpoint {
    this.#open.add(handlers);
    const reply = (answer: Uint8Array): void => {
      if (this.#open.has(handlers)) handlers.packet(Buffer.from(answer));
    };
    return {
      remote,
      send: (packet) => {
        if (!this.#open.has(handlers)) return;
        const copy = Buffer.from(packet);
        this.sent.push(copy);
        queueMicrotask(() => this.responder?.(copy, reply));
      },
      close: () => void this.#open.delete(handlers),
    };
  }

  /** A packet comes in by itself. */
  deliver(packet: Uint8Array): void {
    for (const handlers of this.#open) handlers.packet(Buffer.from(packet));
  }

  /** The network refuses what was sent. */
  fail(error: Error): void {
    for (const handlers of this.#open) handlers.failed(error);
  }

  async diagnose(_remote: Remote, packet: Uint8Array, _waitMs: number, signal?: AbortSignal): Promise<Reachability> {
    signal?.throwIfAborted();
    this.diagnosed.push(Buffer.from(packet));
    return this.reachability;
  }

  async close(): Promise<void> {
    this.#open.clear();
    this.closed = true;
  }
}
