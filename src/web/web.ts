import type { Server } from "node:http";
import express, { type Express, type RequestHandler } from "express";
import { configHandler, healthyHandler, readyHandler, reloadHandler } from "./admin.ts";
import { metricsHandler, selfMetricsHandler } from "./metrics.ts";
import { TEXT_POLICY } from "./pages/style.ts";
import { hostHandler, landingHandler } from "./pages-routes.ts";
import { bound, DEFAULT_LIMITS, type WebParts } from "./parts.ts";
import { probeHandler } from "./probe.ts";
import { nothingHere, only, problemHandler } from "./problems.ts";
import { sdHandler } from "./sd.ts";
import { startServer, stopServer } from "./server.ts";

export interface Web {
  readonly app: Express;
  /** Listens on `:9623`, `127.0.0.1:9623`, `[::1]:9623` or `name:9623`. Rejects with a ListenError. */
  listen(address: string): Promise<Server>;
  /** Stops listening; running requests get the grace of the limits, then they are cut off. Safe to call twice. */
  close(): Promise<void>;
}

/** What every answer carries; nothing here is worth keeping in a cache. */
const everyAnswer: RequestHandler = (_request, response, next) => {
  response.set({
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": TEXT_POLICY,
  });
  next();
};

/** The HTTP face of the exporter. Everything it tells is handed in; nothing it can be sent changes a machine. */
export function createWeb(parts: WebParts): Web {
  const limits = { ...DEFAULT_LIMITS, ...parts.limits };
  const own = bound(parts);
  const { clock, log } = own;
  const servers = new Set<Server>();
  let closing: Promise<unknown> | undefined;

  const app = express();
  app.disable("x-powered-by").disable("etag").set("query parser", false).enable("case sensitive routing");
  app.use((_request, response, next) => {
    // A connection that is kept alive would hold up the end until it is cut off.
    if (closing !== undefined) response.set("Connection", "close");
    else response.once("finish", () => closing !== undefined && setImmediate(() => closeIdle(servers)));
    next();
  }, everyAnswer);
  const read = <P>(path: string, handler: RequestHandler<P>): void => {
    app.get(path, handler as unknown as RequestHandler);
    app.all(path, only("GET"));
  };
  read("/", landingHandler(own));
  read("/hosts/:name", hostHandler(own));
  read("/metrics", metricsHandler(own, limits));
  read("/metrics/self", selfMetricsHandler(own));
  read("/probe", probeHandler(own, limits));
  read("/sd", sdHandler(own, limits));
  read("/config", configHandler(own));
  read("/-/healthy", healthyHandler);
  read("/-/ready", readyHandler(own));
  const reload = reloadHandler(own);
  app.post("/-/reload", reload).put("/-/reload", reload).all("/-/reload", only("POST", "PUT"));
  app.use(nothingHere, problemHandler(parts.version, log));

  return {
    app,
    async listen(address) {
      if (closing !== undefined) throw new Error("the web is closed");
      const server = await startServer(address, app, { clock, connections: limits.connections, log: log });
      servers.add(server);
      server.once("close", () => servers.delete(server));
      return server;
    },
    async close() {
      closing ??= Promise.all([...servers].map((server) => stopServer(server, clock, limits.graceMs)));
      await closing;
    },
  };
}

function closeIdle(servers: Iterable<Server>): void {
  for (const server of servers) server.closeIdleConnections();
}
