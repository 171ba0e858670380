import type { ErrorRequestHandler, RequestHandler } from "express";
import type { Logger } from "../lib/index.ts";
import { notFoundText, problemPage } from "./pages/not-found.ts";
import { pagePolicy } from "./pages/style.ts";
import { quoted } from "./parameters.ts";
import { Refusal } from "./refusal.ts";

/** Requests to unknown paths. */
export const unknownPath: RequestHandler = (request) => {
  throw new Refusal(404, `no endpoint ${quoted(request.path)}`);
};

/** Requests with a method that an endpoint does not accept. */
export function only(...methods: readonly string[]): RequestHandler {
  return (request) => {
    const allow = methods.join(", ");
    throw new Refusal(405, `${request.path} accepts ${methods.join(" or ")}, not ${request.method}`, { Allow: allow });
  };
}

/** Errors of express have a status, e.g. for a path that is not percent-encoded. */
function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error;
  const status = error instanceof Error && "status" in error ? Number(error.status) : Number.NaN;
  return status >= 400 && status < 500 ? new Refusal(status, "the request is malformed") : undefined;
}

/** The only place that turns errors into responses. Unexpected ones are logged, and the client gets no details. */
export function problemHandler(version: string, log: Logger): ErrorRequestHandler {
  return (error, request, response, _next) => {
    const refusal = refusalOf(error);
    if (refusal === undefined) log.error({ err: error, path: request.path }, "request failed");
    if (response.headersSent || response.destroyed) {
      // A partial exposition must not look complete.
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
