import type { Server } from "node:http";
import express, { type NextFunction, type Request, type Response } from "express";
import { parseDuration } from "../lib/index.ts";
import { FAULTS, type Fault, FaultParameterError, type Values } from "./faults/index.ts";
import type { NumberedFault, Park } from "./park.ts";

/** An invalid request; the message is for the client. */
class BadRequest extends Error {}

/**
 * HTTP control of a park.
 *
 *   GET /hosts, GET /racks   machines and racks
 *   GET /sd                  the machines as targets for http_sd of Prometheus
 *   GET /catalogue           every fault with its parameters
 *   GET /faults              active faults
 *   POST /faults             { "target": "r1u02", "fault": "fan_stopped", "parameters": { "fan": 1 }, "for": "10m" }
 *   DELETE /faults/ID        clears a fault
 *   GET /stats               packets and sessions
 */
function controlApp(park: Park): express.Express {
  const app = express();
  app.disable("x-powered-by").use(express.json({ limit: "16kb" }));
  app.get("/hosts", (_request, response) => {
    response.json(park.hosts.map(({ physics: _, ...host }) => host));
  });
  app.get("/racks", (_request, response) => {
    response.json(
      park.racks.map((rack) => ({ name: rack.name, hosts: park.hosts.filter((h) => h.rack === rack.name).length })),
    );
  });
  app.get("/sd", (_request, response) => {
    response.json(park.hosts.map(targetGroup));
  });
  app.get("/catalogue", (_request, response) => {
    response.json(
      FAULTS.map(({ name, scope, title, description, logs, parameters }: Fault) => ({
        name,
        scope,
        title,
        description,
        logs,
        parameters,
      })),
    );
  });
  app.get("/faults", (_request, response) => {
    response.json(park.faults.map(faultJson));
  });
  app.post("/faults", (request, response) => {
    const { target, fault, parameters, forMs } = injection(request.body);
    response.status(201).json(faultJson(park.inject(target, fault, parameters, forMs)));
  });
  app.delete("/faults/:id", (request, response) => {
    if (!park.end(Number(request.params.id))) throw new BadRequest(`no active fault has the id ${request.params.id}`);
    response.status(204).end();
  });
  app.get("/stats", (_request, response) => {
    response.json(park.simulation.stats());
  });
  app.use((_request, response) => {
    response
      .status(404)
      .json({ error: "unknown path; the paths are /hosts, /racks, /sd, /catalogue, /faults and /stats" });
  });
  app.use((error: Error & { status?: number }, _request: Request, response: Response, _next: NextFunction) => {
    const isRefusal = error instanceof BadRequest || error instanceof FaultParameterError;
    const status = isRefusal ? 400 : (error.status ?? 500);
    response.status(status).json({ error: status === 500 ? "internal error" : error.message });
  });
  return app;
}

/** Serves the control on an address of the loopback network: only this machine may inject faults. */
export async function serveControl(park: Park, port: number, address = "127.0.0.1"): Promise<Server> {
  const app = controlApp(park);
  return new Promise((resolve, reject) => {
    const server = app.listen(port, address, (error?: Error) => (error ? reject(error) : resolve(server)));
  });
}

function faultJson({ id, active }: NumberedFault) {
  const { fault, target, parameters, startedAtMs } = active;
  return {
    id,
    target,
    fault: fault.name,
    title: fault.title,
    parameters,
    startedAt: new Date(startedAtMs).toISOString(),
  };
}

function targetGroup({ name, address, port, rack, unit, board }: Park["hosts"][number]) {
  const labels: Record<string, string> = { host: name, model: board };
  if (rack !== undefined) labels.rack = rack;
  if (unit !== undefined) labels.position = String(unit).padStart(2, "0");
  return { targets: [`${address}:${port}`], labels };
}

const FIELDS: readonly string[] = ["target", "fault", "parameters", "for"];

function injection(body: unknown): { target: string; fault: string; parameters: Values; forMs?: number } {
  if (typeof body !== "object" || body === null)
    throw new BadRequest('not a JSON object; send e.g. { "target": "r1u02", "fault": "fan_stopped" }');
  const unknown = Object.keys(body).find((key) => !FIELDS.includes(key));
  if (unknown !== undefined) throw new BadRequest(`unknown field "${unknown}"; the fields are ${FIELDS.join(", ")}`);
  const { target, fault, parameters = {}, for: duration } = body as Record<string, unknown>;
  if (typeof target !== "string" || typeof fault !== "string") throw new BadRequest("target and fault must be strings");
  const isValues = typeof parameters === "object" && parameters !== null && !Array.isArray(parameters);
  if (!isValues) throw new BadRequest("parameters must be an object");
  const odd = Object.entries(parameters).find(([, value]) => typeof value !== "string" && typeof value !== "number");
  if (odd) throw new BadRequest(`parameter ${odd[0]} must be a number or a string`);
  if (duration === undefined) return { target, fault, parameters: parameters as Values };
  const forMs = typeof duration === "string" ? parseDuration(duration) : undefined;
  if (forMs === undefined) throw new BadRequest('for: not a duration; write e.g. "10m"');
  return { target, fault, parameters: parameters as Values, forMs };
}
