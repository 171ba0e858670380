import type { RequestHandler } from "express";
import { Parameters } from "./parameters.ts";
import type { WebParts } from "./parts.ts";
import { Refusal } from "./refusal.ts";

const PLAIN = "text/plain; charset=utf-8";

/** /-/healthy: this process answers. */
export const healthyHandler: RequestHandler = (request, response) => {
  new Parameters(request, []);
  response.set("Content-Type", PLAIN).send("healthy\n");
};

/** /-/ready: the inventory is there, so that /metrics and /sd are complete. */
export function readyHandler({ ready }: Pick<WebParts, "ready">): RequestHandler {
  return (request, response) => {
    new Parameters(request, []);
    const state = ready();
    if (!state.ready)
      throw new Refusal(503, `not ready: ${state.why ?? "the inventory is not loaded yet"}`, { "Retry-After": "1" });
    response.set("Content-Type", PLAIN).send("ready\n");
  };
}

/** /config: what this process runs with, secrets hidden by whoever hands it in. */
export function configHandler({ configText }: Pick<WebParts, "configText">): RequestHandler {
  return (request, response) => {
    new Parameters(request, []);
    response.set("Content-Type", PLAIN).send(configText());
  };
}

/** /-/reload: reads configuration and inventory again; a bad one changes nothing. */
export function reloadHandler({ reload, log }: Pick<WebParts, "reload" | "log">): RequestHandler {
  return async (request, response) => {
    new Parameters(request, []);
    const { ok, problems } = await reload();
    log.info({ ok, problems: problems.length }, "reload asked for over HTTP");
    if (!ok) throw new Refusal(500, ["not reloaded, the old configuration stays:", ...problems].join("\n"));
    response.set("Content-Type", PLAIN).send(["reloaded", ...problems].map((line) => `${line}\n`).join(""));
  };
}
