import type { Server } from "node:http";
import type { Socket } from "node:net";
import type { Server as TlsServer } from "node:tls";
import type { Clock, Logger } from "../lib/index.ts";
import { certificateRefusal } from "./client-certificate.ts";
import type { Connections } from "./connections.ts";
import { LogLimit } from "./log-limit.ts";
import type { TlsSecurity, WebReport, WebSecurity } from "./security.ts";

export interface FrontOptions {
  readonly security: () => WebSecurity | Promise<WebSecurity>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly report: WebReport;
  /** From the connection to the end of the handshake. */
  readonly handshakeMs: number;
  /** Those of all servers: connections are shared between clients. */
  readonly connections: Connections;
}

/** First byte of a TLS record that holds a handshake message. */
const HANDSHAKE = 22;

const PLAIN_ANSWER = "this port speaks HTTPS, not HTTP; ask https://\n";
const PLAIN_HTTP = `HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${PLAIN_ANSWER.length}\r\nConnection: close\r\n\r\n${PLAIN_ANSWER}`;

/**
 * Stands between a server's listening socket and its HTTP: each connection is served with the TLS that the
 * configuration asks for at that moment, so that certificates, client CAs and even TLS itself change without
 * listening anew. What does not get through never meets the HTTP parser.
 */
export class Front {
  readonly #options: FrontOptions;
  readonly #http: (socket: Socket) => void;
  readonly #sockets = new Set<Socket>();
  /** One for each configuration; those of former ones go with them. */
  readonly #tls = new WeakMap<TlsSecurity, TlsServer>();
  readonly #logLimit: LogLimit;

  constructor(server: Server, options: FrontOptions) {
    this.#options = options;
    this.#logLimit = new LogLimit(options.clock);
    // How node:https does it: the listener that http brings along gets the sockets of another server.
    const [http] = server.listeners("connection") as ((this: Server, socket: Socket) => void)[];
    if (http === undefined) throw new Error("this HTTP server takes no connections");
    this.#http = http.bind(server);
    server.removeAllListeners("connection");
    server.on("connection", (socket) => this.#take(socket));
  }

  /** Cuts off every connection, also those that did not get as far as HTTP. */
  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #take(socket: Socket): void {
    if (!this.#options.connections.add(socket)) return;
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    const security = this.#options.security();
    if (!(security instanceof Promise) && security.tls === undefined) {
      this.#http(socket);
      return;
    }
    // Until HTTP or TLS look after it, nobody else does.
    const ignore = (): void => {};
    socket.on("error", ignore);
    const timer = this.#options.clock.after(this.#options.handshakeMs, () => socket.destroy());
    socket.once("close", () => timer.cancel());
    void (async () => {
      const { tls } = await security;
      if (socket.destroyed) return;
      if (tls === undefined) {
        timer.cancel();
        socket.off("error", ignore);
        this.#http(socket);
      } else this.#look(socket, tls, timer);
    })().catch((error: unknown) => {
      this.#options.log.error({ err: error }, "connection not served");
      socket.destroy();
    });
  }

  /** Waits for the first bytes: a browser that was told http:// shall learn what is wrong. */
  #look(socket: Socket, tls: TlsSecurity, timer: { cancel(): void }): void {
    socket.once("readable", () => {
      timer.cancel();
      const first = socket.read() as Buffer | null;
      if (first === null) {
        socket.destroy();
        return;
      }
      if (first[0] === HANDSHAKE) {
        socket.unshift(first);
        this.#serverOf(tls).emit("connection", socket);
        return;
      }
      this.#options.report.connectionRefused("plain_http");
      socket.end(PLAIN_HTTP, () => socket.destroy());
    });
  }

  #serverOf(tls: TlsSecurity): TlsServer {
    const known = this.#tls.get(tls);
    if (known) return known;
    const { report, handshakeMs, log } = this.#options;
    const server = tls.createServer({
      ALPNProtocols: ["http/1.1"],
      handshakeTimeout: handshakeMs,
      requestCert: tls.clientAuth !== "NoClientCert",
      // Judged below, where the reason can be told.
      rejectUnauthorized: false,
    });
    server.on("tlsClientError", (error, socket) => {
      socket.destroy();
      report.connectionRefused("tls_handshake");
      log.debug(
        { client: socket.remoteAddress, detail: (error as NodeJS.ErrnoException).code },
        "TLS handshake failed",
      );
    });
    server.on("secureConnection", (socket) => {
      const refusal = certificateRefusal(socket, tls);
      if (refusal === undefined) {
        this.#http(socket);
        return;
      }
      report.connectionRefused(refusal.reason);
      if (this.#logLimit.allows(refusal.reason))
        log.warn({ client: socket.remoteAddress, detail: refusal.detail }, "client certificate refused");
      socket.destroy();
    });
    this.#tls.set(tls, server);
    return server;
  }
}
