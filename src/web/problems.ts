import type { ErrorRequestHandler, RequestHandler } from "express";
import type { Logger } from "../lib/index.ts";
import { notFoundText, problemPage } from "./pages/not-found.ts";
import { pagePolicy } from "./pages/style.ts";
import { quoted } from "./parameters.ts";
import { Refusal } from "./refusal.ts";

/** What is at none of the endpoints. */
export const nothingHere: RequestHandler = (request) => {
  throw new Refusal(404, `there is nothing at ${quoted(request.path)}`);
};

/** Another method than those of an endpoint. */
export function only(...methods: readonly string[]): RequestHandler {
  return (request) => {
    const allow = methods.join(", ");
    throw new Refusal(405, `${request.path} takes ${methods.join(" or ")}, not ${request.method}`, { Allow: allow });
  };
}

/** Errors of express itself say their status: a path that is not percent-encoded, say. */
function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error;
  const status = error instanceof Error && "status" in error ? Number(error.status) : Number.NaN;
  return status >= 400 && status < 500 ? new Refusal(status, "the request is malformed") : undefined;
}

/** The one place where errors become answers. What was not foreseen is logged; the client learns only that it was. */
export function problemHandler(version: string, log: Logger): ErrorRequestHandler {
  return (error, request, response, _next) => {
    const refusal = refusalOf(error);
    if (refusal === undefined) log.error({ err: error, path: request.path }, "request failed");
    if (response.headersSent || response.destroyed) {
      // A truncated exposition must not look complete.
      response.destroy();
      return;
    }
    const { status, message, headers } = refusal ?? new Refusal(500, "internal error; see the log of the exporter");
    response.status(status).set({ ...headers });
    response.removeHeader("Content-Encoding");
    if (request.accepts(["text", "html"]) === "html") {
      response.set({ "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": pagePolicy() });
      response.send(problemPage(status, message, version));
    } else {
      response.set("Content-Type", "text/plain; charset=utf-8");
      response.send(status === 404 ? notFoundText(message) : `${message}\n`);
    }
  };
}
