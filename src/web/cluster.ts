import type { Request, RequestHandler } from "express";
import type { ClusterServer, Elsewhere } from "./cluster-view.ts";
import { formatOf, sendJsonList } from "./data/format.ts";
import { serversPage } from "./pages/servers-page.ts";
import { Parameters } from "./parameters.ts";
import { type BoundParts, ProbeRefused } from "./parts.ts";
import { Refusal } from "./refusal.ts";
import { sendPage } from "./send-page.ts";

const SCHEMA = "lightsout/servers/1";

/** /servers: the servers of the cluster and the hosts of each. */
export function serversHandler(parts: Pick<BoundParts, "cluster" | "clock" | "version">): RequestHandler {
  return async (request, response) => {
    new Parameters(request, []);
    const view = parts.cluster();
    if (!view) throw new Refusal(404, "this exporter is not part of a cluster; see cluster in the configuration");
    const nowMs = parts.clock.wallMs();
    if (formatOf(request) === "html") {
      await sendPage(request, response, serversPage(view, { nowMs, version: parts.version }));
      return;
    }
    const rows = view.servers.map((server) => ({ ...server, folded_hosts: view.foldedHosts.get(server.name) ?? "" }));
    await sendJsonList(request, response, { schema: SCHEMA, nowMs, name: "servers" }, rows.map(inSnakeCase));
  };
}

function inSnakeCase({
  name,
  url,
  version,
  startedAt,
  movedAt,
  hosts,
  inventoryHosts,
  isThis,
  isDrained,
  differs,
  folded_hosts,
}: ClusterServer & { readonly folded_hosts: string }): object {
  return {
    name,
    url,
    version,
    started: new Date(startedAt).toISOString(),
    moved: movedAt === undefined ? undefined : new Date(movedAt).toISOString(),
    hosts,
    inventory_hosts: inventoryHosts,
    this_server: isThis,
    drained: isDrained,
    inventory_differs: differs,
    folded_hosts,
  };
}

/** The refusal of a request about a host that another server polls: a redirect, if its URL is known. */
export function elsewhereRefusal(request: Pick<Request, "originalUrl">, { server, url }: Elsewhere): Refusal {
  if (url === undefined)
    return new Refusal(503, `server ${server} polls this host; set cluster.url on it, so that requests are led there`);
  const location = `${url.replace(/\/$/, "")}${request.originalUrl}`;
  return new Refusal(307, `server ${server} polls this host: ${location}`, { Location: location });
}

/** The refusal that the client of a refused probe gets. */
export function probeRefusal(request: Pick<Request, "originalUrl">, error: unknown): unknown {
  if (!(error instanceof ProbeRefused)) return error;
  if (error.elsewhere) return elsewhereRefusal(request, error.elsewhere);
  return new Refusal(error.status, error.message, error.status === 503 ? { "Retry-After": "5" } : {});
}
