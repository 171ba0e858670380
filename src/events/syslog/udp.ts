import { createSocket, type Socket } from "node:dgram";
import { lookup } from "node:dns/promises";
import type { HostEvent } from "../../model/index.ts";
import type { Sender } from "../delivery.ts";
import { type MessageOptions, syslogMessage } from "./message.ts";

/** What every receiver should take - RFC 5426 section 3.2. */
export const DATAGRAM_BYTES = 2048;

export interface SyslogOptions {
  readonly host: string;
  readonly port: number;
  readonly message: Omit<MessageOptions, "maxBytes">;
}

/** Syslog in datagrams - RFC 5426. Nobody says whether they arrived; that the port is closed is heard, one later. */
export class UdpSyslog implements Sender {
  readonly batch = 1;
  readonly #options: SyslogOptions;
  #socket: Socket | undefined;
  #failure: Error | undefined;

  constructor(options: SyslogOptions) {
    this.#options = options;
  }

  async send(events: readonly HostEvent[], signal: AbortSignal): Promise<void> {
    const { message } = this.#options;
    for (const event of events) {
      const socket = this.#socket ?? (await this.#connect(signal));
      const bytes = syslogMessage(event, { ...message, maxBytes: DATAGRAM_BYTES });
      const failure = this.#failure;
      this.#failure = undefined;
      if (failure) {
        await this.close();
        throw failure;
      }
      try {
        await new Promise<void>((resolve, reject) => {
          socket.send(bytes, (error) => (error ? reject(error) : resolve()));
        });
      } catch (error) {
        // The next try resolves the name anew: the receiver may have moved.
        await this.close();
        throw error;
      }
    }
  }

  /** The name is resolved for each new socket; the address family is the first that it has. */
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
