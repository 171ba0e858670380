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
  /** Time from the connection to the end of the handshake. */
  readonly handshakeMs: number;
  /** Connections of all servers, shared between clients. */
  readonly connections: Connections;
}

/** First byte of a TLS record that holds a handshake message. */
const HANDSHAKE = 22;

const PLAIN_HTTP_TEXT = "this port serves HTTPS, not HTTP; use https://\n";
const PLAIN_HTTP = `HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${PLAIN_HTTP_TEXT.length}\r\nConnection: close\r\n\r\n${PLAIN_HTTP_TEXT}`;

/**
 * Handles connections before HTTP: each of them is served with the TLS settings in force at that moment, so certificates,
 * client CAs and TLS itself change without a new listening socket. A refused connection never reaches the HTTP parser.
 */
export class Front {
  readonly #options: FrontOptions;
  readonly #http: (socket: Socket) => void;
  readonly #sockets = new Set<Socket>();
  /** One server for each configuration. */
  readonly #tls = new WeakMap<TlsSecurity, TlsServer>();
  readonly #logLimit: LogLimit;

  constructor(server: Server, options: FrontOptions) {
    this.#options = options;
    this.#logLimit = new LogLimit(options.clock);
    // As node:https does: the connection listener of the HTTP server gets the sockets of another server.
    const [http] = server.listeners("connection") as ((this: Server, socket: Socket) => void)[];
    if (http === undefined) throw new Error("this HTTP server has no connection listener");
    this.#http = http.bind(server);
    server.removeAllListeners("connection");
    server.on("connection", (socket) => this.#accept(socket));
  }

  /** Closes every connection, also those that have not reached HTTP. */
  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #accept(socket: Socket): void {
    if (!this.#options.connections.add(socket)) return;
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    const security = this.#options.security();
    if (!(security instanceof Promise) && security.tls === undefined) {
      this.#http(socket);
      return;
    }
    // Until HTTP or TLS handles the errors of the socket.
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
      } else this.#detectTls(socket, tls, timer);
    })().catch((error: unknown) => {
      this.#options.log.error({ err: error }, "connection not served");
      socket.destroy();
    });
  }

  /** Waits for the first bytes: a browser that uses http:// gets an explanation. */
  #detectTls(socket: Socket, tls: TlsSecurity, timer: { cancel(): void }): void {
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
      // Checked below, where the reason can be logged.
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
