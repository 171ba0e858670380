import type { Request, RequestHandler, Response } from "express";
import type { Clock } from "../lib/index.ts";
import { basicCredentials } from "./basic-credentials.ts";
import { atHead } from "./deliveries.ts";
import type { PasswordCheck } from "./password-check.ts";
import { RateLimit } from "./rate-limit.ts";
import { Refusal, refuse } from "./refusal.ts";
import type { WebReport, WebSecurity } from "./security.ts";

export interface AdmissionOptions {
  readonly security: () => WebSecurity | Promise<WebSecurity>;
  readonly passwords: PasswordCheck;
  readonly report: WebReport;
  readonly clock: Clock;
  readonly urlLength: number;
  readonly bodyBytes: number;
}

/**
 * Checks every request, also those to /-/healthy: its form, the rate of all requests, and the user if the configuration
 * has users.
 */
export function admission(options: AdmissionOptions): RequestHandler {
  const rates = new RateLimit(options.clock);
  return async (request, response, next) => {
    const { headers, users, rateLimit } = await options.security();
    atHead(response, () => setHeaders(response, headers));
    const waitMs = rateLimit === undefined ? 0 : rates.take(rateLimit);
    if (waitMs > 0) {
      response.set("Retry-After", String(Math.ceil(waitMs / 1000)));
      refuse(response, 429, "too many requests; rate_limit in the web configuration sets the limit");
      return;
    }
    if (users.size > 0 && !(await hasValidCredentials(request, response, users, options))) return;
    checkForm(request, options);
    next();
  };
}

/** Headers of the configuration replace the default ones. An empty value removes a header. */
function setHeaders(response: Response, headers: WebSecurity["headers"]): void {
  for (const [name, value] of Object.entries(headers)) {
    if (value === "") response.removeHeader(name);
    else response.set(name, value);
  }
}

/** No valid request is long or has a body that is read. */
function checkForm(request: Request, { urlLength, bodyBytes }: AdmissionOptions): void {
  if (request.originalUrl.length > urlLength)
    throw new Refusal(414, `the URL has ${request.originalUrl.length} characters, the limit is ${urlLength}`);
  const close = { Connection: "close" };
  if (request.headers["transfer-encoding"] !== undefined)
    throw new Refusal(411, "Content-Length is missing; no body is needed here", close);
  const length = Number(request.headers["content-length"] ?? 0);
  if (length > bodyBytes) throw new Refusal(413, `the body has ${length} bytes; no body is needed here`, close);
}

/** Whether the request has valid credentials. Sends the response if it does not. */
async function hasValidCredentials(
  request: Request,
  response: Response,
  users: WebSecurity["users"],
  { passwords, report }: AdmissionOptions,
): Promise<boolean> {
  const credentials = basicCredentials(request.get("authorization"));
  const client = request.socket.remoteAddress ?? "";
  const result = credentials === undefined ? "missing" : await passwords.check({ ...credentials, users, client });
  report.login(result);
  switch (result) {
    case "ok":
      return true;
    case "busy":
      response.set("Retry-After", "5");
      refuse(response, 503, "too many passwords wait for a comparison; retry in a few seconds");
      return false;
    default:
      response.set("WWW-Authenticate", 'Basic realm="lightsout", charset="UTF-8"');
      refuse(
        response,
        401,
        result === "missing" ? "user name and password are required" : "wrong user name or password",
      );
      return false;
  }
}
