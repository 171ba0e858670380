import type { Server } from "node:http";
import type { Socket } from "node:net";
import express, { type Express, type RequestHandler, type Response } from "express";
import { configHandler, healthyHandler, readyHandler, reloadHandler } from "./admin.ts";
import { admission } from "./admission.ts";
import { BcryptThread } from "./bcrypt-thread.ts";
import { serversHandler } from "./cluster.ts";
import { Connections } from "./connections.ts";
import { hostsHandler } from "./data-routes.ts";
import { Deliveries } from "./deliveries.ts";
import type { InheritedSocket } from "./inherited.ts";
import { ipmiHandler } from "./ipmi.ts";
import { LogLimit } from "./log-limit.ts";
import { metricsHandler, selfMetricsHandler } from "./metrics.ts";
import { refuseOtherSites } from "./other-site.ts";
import { TEXT_POLICY } from "./pages/style.ts";
import { eventsHandler, faultsHandler, hostHandler, landingHandler, scriptHandler } from "./pages-routes.ts";
import { bound, DEFAULT_LIMITS, type WebParts } from "./parts.ts";
import { PasswordCheck } from "./password-check.ts";
import { probeHandler } from "./probe.ts";
import { only, problemHandler, unknownPath } from "./problems.ts";
import { Refusal } from "./refusal.ts";
import { runbookHandler, runbooksHandler } from "./runbooks.ts";
import { sdHandler } from "./sd.ts";
import { type RunningServer, startServer, stopServer } from "./server.ts";
import { Slots, type SlotUser } from "./slots.ts";

export interface Web {
  readonly app: Express;
  /**
   * Listens on `:9623`, `127.0.0.1:9623`, `[::1]:9623` or `name:9623`, or on an inherited socket.
   * Rejects with a ListenError.
   */
  listen(where: string | InheritedSocket): Promise<Server>;
  /** Stops listening. Requests in progress get the grace time of the limits, then they are cut off. Safe to call twice. */
  close(): Promise<void>;
}

/** Headers of every response. Responses must not be cached. */
const setDefaultHeaders: RequestHandler = (_request, response, next) => {
  response.set({
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "deny",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": TEXT_POLICY,
  });
  next();
};

/** The HTTP server of the exporter. No request changes a machine. */
export function createWeb(parts: WebParts): Web {
  const limits = { ...DEFAULT_LIMITS, ...parts.limits };
  const own = bound(parts);
  const { clock, log, report } = own;
  const security = (): ReturnType<typeof own.security> => own.security();
  const servers = new Set<RunningServer>();
  const passwords = new PasswordCheck(new BcryptThread(clock), clock);
  const deliveries = new Deliveries({ ...limits, clock, log, report, answerMs: limits.scrapeMs });
  const logLimit = new LogLimit(clock);
  const connections = new Connections({
    limit: limits.connections,
    isBusy: (socket) => deliveries.isBusy(socket),
    refused: () => {
      report.connectionRefused("too_many");
      if (logLimit.allows("connections"))
        log.warn({ connections: limits.connections }, "connection closed: the limit of open connections is reached");
    },
  });
  let closing: Promise<unknown> | undefined;

  const app = express();
  app.disable("x-powered-by").disable("etag").set("query parser", false).enable("case sensitive routing");
  app.use((_request, response, next) => {
    // A connection that is kept alive would delay the end.
    if (closing !== undefined) response.set("Connection", "close");
    else response.once("finish", () => closing !== undefined && setImmediate(() => closeIdle(servers)));
    next();
  }, setDefaultHeaders);
  app.use(deliveries.watch, admission({ ...limits, security, passwords, report, clock }));
  const slots = (places: () => number): Slots => new Slots({ places, clock, patienceMs: limits.patienceMs });
  const pages = slotted(
    "pages",
    slots(() => limits.pages),
    deliveries,
  );
  const probes = slotted(
    "probes",
    slots(() => own.probeConcurrency()),
    deliveries,
  );
  const scrapeSlots = slots(() => limits.scrapes);
  const scrapes = slotted("scrapes", scrapeSlots, deliveries, (scrape) => {
    if (own.outdatedBytes() > limits.outdatedBytes) scrapeSlots.displaceOldest(scrape);
  });
  const ageMs = (response: Response): number => deliveries.of(response).ageMs();
  const read = <P>(path: string, handler: RequestHandler<P>): void => {
    app.get(path, handler as unknown as RequestHandler);
    app.all(path, only("GET"));
  };
  read("/", pages(landingHandler(own)));
  read("/hosts/:name", pages(hostHandler(own)));
  read("/hosts", pages(hostsHandler(own)));
  read("/faults", pages(faultsHandler(own)));
  read("/events", pages(eventsHandler(own)));
  read("/page.js", scriptHandler);
  read("/runbooks", pages(runbooksHandler(own)));
  read("/runbooks/:name", pages(runbookHandler(own)));
  read("/metrics", scrapes(metricsHandler(own)));
  read("/metrics/self", pages(selfMetricsHandler(own)));
  app.use(["/probe", "/ipmi"], refuseOtherSites({ links: true }));
  app.use("/-/reload", refuseOtherSites({ links: false }));
  read("/probe", probes(probeHandler(own, limits, ageMs)));
  read("/ipmi", probes(ipmiHandler(own, limits, ageMs)));
  read("/sd", pages(sdHandler(own)));
  read("/servers", pages(serversHandler(own)));
  read("/config", pages(configHandler(own)));
  read("/-/healthy", healthyHandler);
  read("/-/ready", readyHandler(own));
  const reload = reloadHandler(own);
  app.post("/-/reload", reload).put("/-/reload", reload).all("/-/reload", only("POST", "PUT"));
  app.use(unknownPath, problemHandler(parts.version, log));

  return {
    app,
    async listen(where) {
      if (closing !== undefined) throw new Error("the web server is closed");
      const idle = (socket: Socket): void => deliveries.idle(socket);
      const running = await startServer(where, app, { clock, limits, log, report, security, idle, connections });
      servers.add(running);
      running.server.once("close", () => servers.delete(running));
      return running.server;
    },
    async close() {
      closing ??= Promise.all([...servers].map((server) => stopServer(server, clock, limits.graceMs))).then(() =>
        passwords.close(),
      );
      await closing;
    },
  };
}

function closeIdle(servers: Iterable<RunningServer>): void {
  for (const { server } of servers) server.closeIdleConnections();
}

type Slotted = <P>(handler: RequestHandler<P>) => RequestHandler<P>;

/**
 * Gives each response a slot until the client has read it: clients that do not read must not fill the memory.
 *
 * @param entered called before the response is made
 */
function slotted(what: string, slots: Slots, deliveries: Deliveries, entered?: (user: SlotUser) => void): Slotted {
  return (handler) => async (request, response, next) => {
    const delivery = deliveries.of(response);
    if (!(await slots.enter(delivery))) {
      if (response.destroyed) return;
      throw new Refusal(503, `too many ${what} at once; retry in a few seconds`, { "Retry-After": "5" });
    }
    entered?.(delivery);
    await handler(request, response, next);
  };
}
