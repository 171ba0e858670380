import { createServer, type RequestListener, type Server } from "node:http";
import type { Socket } from "node:net";
import type { Clock, Logger } from "../lib/index.ts";
import { listenError, parseListenAddress } from "./address.ts";
import type { Connections } from "./connections.ts";
import { Front } from "./front.ts";
import type { InheritedSocket } from "./inherited.ts";
import type { WebLimits } from "./parts.ts";
import type { WebReport, WebSecurity } from "./security.ts";

export interface ServerOptions {
  readonly clock: Clock;
  readonly limits: WebLimits;
  readonly log: Logger;
  readonly report: WebReport;
  readonly security: () => WebSecurity | Promise<WebSecurity>;
  /** Called when a connection was idle for `limits.stalledMs`. */
  readonly idle: (socket: Socket) => void;
  readonly connections: Connections;
}

/** A server that listens, and the handler of its connections. */
export interface RunningServer {
  readonly server: Server;
  readonly front: Front;
}

function openServer(listener: RequestListener, { limits, idle }: ServerOptions): Server {
  const server = createServer(
    {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.keepAliveMs,
      connectionsCheckingInterval: Math.min(5000, limits.headersMs),
    },
    listener,
  );
  server.setTimeout(limits.stalledMs, idle);
  return server;
}

/** Listens, or rejects with a ListenError that says what to do. */
export async function startServer(
  where: string | InheritedSocket,
  listener: RequestListener,
  options: ServerOptions,
): Promise<RunningServer> {
  const target = typeof where === "string" ? parseListenAddress(where) : where;
  const name = typeof where === "string" ? where : `the socket systemd passed as file descriptor ${where.fd}`;
  const server = openServer(listener, options);
  const front = new Front(server, { ...options, handshakeMs: options.limits.headersMs });
  await new Promise<void>((resolve, reject) => {
    const failed = (error: Error): void => reject(listenError(name, error));
    server.once("error", failed);
    server.listen(target, () => {
      server.off("error", failed);
      // E.g. too many open files: connections are lost, the exporter continues.
      server.on("error", (error) => options.log.error({ err: error }, "web server"));
      resolve();
    });
  });
  return { server, front };
}

/** Accepts no new connection, waits `graceMs` for requests in progress, then closes all connections. */
export async function stopServer({ server, front }: RunningServer, clock: Clock, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = clock.after(graceMs, () => front.cutAll());
  await closed;
  timer.cancel();
}
