import { createServer, type RequestListener, type Server } from "node:http";
import type { Clock, Logger } from "../lib/index.ts";
import { listenError, parseListenAddress } from "./address.ts";

export interface ServerOptions {
  readonly clock: Clock;
  readonly connections: number;
  readonly log: Logger;
}

/** Longer than usual scrape intervals, so that Prometheus keeps its connection. */
const KEEP_ALIVE_MS = 130_000;

function openServer(listener: RequestListener, { connections }: ServerOptions): Server {
  const server = createServer(
    {
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: 5000,
    },
    listener,
  );
  server.maxConnections = connections;
  return server;
}

/** Listens, or rejects with a ListenError that says what would do. */
export async function startServer(address: string, listener: RequestListener, options: ServerOptions): Promise<Server> {
  const { host, port } = parseListenAddress(address);
  const server = openServer(listener, options);
  await new Promise<void>((resolve, reject) => {
    const failed = (error: Error): void => reject(listenError(address, error));
    server.once("error", failed);
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
      server.off("error", failed);
      // Too many open files, say: connections are lost, the exporter lives on.
      server.on("error", (error) => options.log.error({ err: error }, "web server"));
      resolve();
    });
  });
  return server;
}

/** Accepts nothing more, lets running requests end within `graceMs`, then cuts them off. */
export async function stopServer(server: Server, clock: Clock, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = clock.after(graceMs, () => server.closeAllConnections());
  await closed;
  timer.cancel();
}
