import type { RequestHandler } from "express";
import { configPage } from "./pages/config-page.ts";
import { Parameters } from "./parameters.ts";
import type { WebParts } from "./parts.ts";
import { Refusal } from "./refusal.ts";
import { sendPage } from "./send-page.ts";

const PLAIN = "text/plain; charset=utf-8";

/** /-/healthy: the process is running. */
export const healthyHandler: RequestHandler = (request, response) => {
  new Parameters(request, []);
  response.set("Content-Type", PLAIN).send("healthy\n");
};

/** /-/ready: the inventory is loaded, so /metrics and /sd are complete. */
export function readyHandler({ ready }: Pick<WebParts, "ready">): RequestHandler {
  return (request, response) => {
    new Parameters(request, []);
    const state = ready();
    if (!state.ready)
      throw new Refusal(503, `not ready: ${state.why ?? "the inventory is not loaded yet"}`, { "Retry-After": "1" });
    response.set("Content-Type", PLAIN).send("ready\n");
  };
}

/** /config: the configuration in use. The caller hides its secrets. */
export function configHandler({ configText, version }: Pick<WebParts, "configText" | "version">): RequestHandler {
  return async (request, response) => {
    new Parameters(request, []);
    if (request.accepts(["text/plain", "text/html"]) === "text/html") {
      await sendPage(request, response, configPage(configText(), version));
      return;
    }
    response.set("Content-Type", PLAIN).send(configText());
  };
}

/** /-/reload: reloads configuration and inventory. An invalid one changes nothing. */
export function reloadHandler({ reload, log }: Pick<WebParts, "reload" | "log">): RequestHandler {
  return async (request, response) => {
    new Parameters(request, []);
    const { ok, problems } = await reload();
    log.info({ ok, problems: problems.length }, "reload requested over HTTP");
    if (!ok) throw new Refusal(500, ["not reloaded, the previous configuration stays in use:", ...problems].join("\n"));
    response.set("Content-Type", PLAIN).send(["reloaded", ...problems].map((line) => `${line}\n`).join(""));
  };
}
