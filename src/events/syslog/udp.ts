import { createSocket, type Socket } from "node:dgram";
import { lookup } from "node:dns/promises";
import type { Clock } from "../../lib/index.ts";
import type { HostEvent } from "../../model/index.ts";
import type { Sender } from "../delivery.ts";
import { type MessageOptions, syslogMessage } from "./message.ts";

/** Size that every receiver should accept - RFC 5426 section 3.2. */
const DATAGRAM_BYTES = 2048;

export interface SyslogOptions {
  readonly host: string;
  readonly port: number;
  readonly message: Omit<MessageOptions, "maxBytes">;
}

/** A receiver that is down reports within this time that its port is closed, if it reports anything. */
const REPORT_MS = 50;

/**
 * Syslog in datagrams - RFC 5426. There are no acknowledgements. If the receiver reports that its port is closed, the
 * whole batch counts as not sent.
 */
export class UdpSyslog implements Sender {
  readonly batch = 64;
  readonly #options: SyslogOptions;
  readonly #clock: Clock;
  #socket: Socket | undefined;
  #failure: Error | undefined;

  constructor(options: SyslogOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
  }

  async send(events: readonly HostEvent[], signal: AbortSignal): Promise<void> {
    const { message } = this.#options;
    try {
      const socket = this.#socket ?? (await this.#connect(signal));
      for (const event of events) {
        const bytes = syslogMessage(event, { ...message, maxBytes: DATAGRAM_BYTES });
        await new Promise<void>((resolve, reject) => {
          socket.send(bytes, (error) => (error ? reject(error) : resolve()));
        });
        this.#throwReported();
      }
      await this.#pause(signal);
      this.#throwReported();
    } catch (error) {
      // The next try resolves the name again: the receiver may have moved.
      await this.close();
      throw error;
    }
  }

  #throwReported(): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure) throw failure;
  }

  #pause(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    return new Promise((resolve) => {
      const end = (): void => {
        timer.cancel();
        signal.removeEventListener("abort", end);
        resolve();
      };
      const timer = this.#clock.after(REPORT_MS, end);
      signal.addEventListener("abort", end);
    });
  }

  /** The name is resolved for each new socket. The first address is used. */
  async #connect(signal: AbortSignal): Promise<Socket> {
    const { host, port } = this.#options;
    const { address, family } = await lookup(host);
    signal.throwIfAborted();
    const socket = createSocket(family === 6 ? "udp6" : "udp4");
    socket.on("error", (error) => {
      this.#failure = error;
    });
    // Sending must not keep the process alive.
    socket.unref();
    try {
      await new Promise<void>((resolve, reject) => {
        socket.connect(port, address, (error?: Error) => (error ? reject(error) : resolve()));
      });
    } catch (error) {
      socket.close();
      throw error;
    }
    this.#socket = socket;
    this.#failure = undefined;
    return socket;
  }

  async close(): Promise<void> {
    const socket = this.#socket;
    this.#socket = undefined;
    if (!socket) return;
    await new Promise<void>((resolve) => {
      socket.close(() => resolve());
    });
  }
}
