import { connect, type Socket } from "node:net";
import type { HostEvent } from "../../model/index.ts";
import type { Sender } from "../delivery.ts";
import { syslogMessage } from "./message.ts";
import type { SyslogOptions } from "./udp.ts";

const MESSAGE_BYTES = 8192;

/**
 * Syslog over TCP, each message behind its length - RFC 6587 section 3.4.1. There are no acknowledgements: a message
 * that the kernel has accepted counts as sent. A closed connection is noticed before the next message.
 */
export class TcpSyslog implements Sender {
  readonly batch = 1;
  readonly #options: SyslogOptions;
  #socket: Socket | undefined;

  constructor(options: SyslogOptions) {
    this.#options = options;
  }

  async send(events: readonly HostEvent[], signal: AbortSignal): Promise<void> {
    for (const event of events) {
      const bytes = syslogMessage(event, { ...this.#options.message, maxBytes: MESSAGE_BYTES });
      const socket = this.#socket ?? (await this.#connect(signal));
      await this.#write(socket, Buffer.concat([Buffer.from(`${bytes.length} `), bytes]), signal);
    }
  }

  #connect(signal: AbortSignal): Promise<Socket> {
    const { host, port } = this.#options;
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port, keepAlive: true, noDelay: true });
      const fail = (error: Error): void => {
        signal.removeEventListener("abort", onAbort);
        socket.destroy();
        reject(error);
      };
      const onAbort = (): void => fail(signal.reason);
      signal.addEventListener("abort", onAbort, { once: true });
      socket.once("error", fail);
      socket.once("connect", () => {
        signal.removeEventListener("abort", onAbort);
        socket.off("error", fail);
        socket.on("error", () => {});
        const dropSocket = (): void => {
          if (this.#socket === socket) this.#socket = undefined;
          socket.destroy();
        };
        socket.once("end", dropSocket).once("close", dropSocket);
        // Receivers send nothing. Anything else is discarded.
        socket.resume();
        this.#socket = socket;
        resolve(socket);
      });
    });
  }

  /** A message that is sent in part ends the connection, so that the receiver discards it. */
  #write(socket: Socket, bytes: Buffer, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => {
        signal.removeEventListener("abort", onAbort);
        socket.destroy();
        if (this.#socket === socket) this.#socket = undefined;
        reject(error);
      };
      const onAbort = (): void => fail(signal.reason);
      signal.addEventListener("abort", onAbort, { once: true });
      socket.write(bytes, (error) => {
        if (error) return fail(error);
        signal.removeEventListener("abort", onAbort);
        resolve();
      });
    });
  }

  async close(): Promise<void> {
    const socket = this.#socket;
    this.#socket = undefined;
    if (!socket) return;
    // What was written is still sent. A receiver that does not read does not delay the end.
    socket.end();
    socket.unref();
  }
}
