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
 * What every request must pass, whatever it asks for: form, rate, and who asks where the configuration has users.
 * Nothing is left out, /-/healthy neither.
 */
export function admission(options: AdmissionOptions): RequestHandler {
  const rates = new RateLimit(options.clock);
  return async (request, response, next) => {
    const { headers, users, rateLimit } = await options.security();
    atHead(response, () => setHeaders(response, headers));
    const waitMs = rateLimit === undefined ? 0 : rates.take(rateLimit);
    if (waitMs > 0) {
      response.set("Retry-After", String(Math.ceil(waitMs / 1000)));
      refuse(response, 429, "too many requests; rate_limit of the web configuration says how many");
      return;
    }
    if (users.size > 0 && !(await known(request, response, users, options))) return;
    checkForm(request, options);
    next();
  };
}

/** Those of the configuration win over ours; an empty one says: leave it out. */
function setHeaders(response: Response, headers: WebSecurity["headers"]): void {
  for (const [name, value] of Object.entries(headers)) {
    if (value === "") response.removeHeader(name);
    else response.set(name, value);
  }
}

/** Nothing that is asked here is long, or has a body worth reading. */
function checkForm(request: Request, { urlLength, bodyBytes }: AdmissionOptions): void {
  if (request.originalUrl.length > urlLength)
    throw new Refusal(414, `the address is ${request.originalUrl.length} characters long, ${urlLength} are the limit`);
  const close = { Connection: "close" };
  if (request.headers["transfer-encoding"] !== undefined)
    throw new Refusal(411, "say the length of the body; none is needed here", close);
  const length = Number(request.headers["content-length"] ?? 0);
  if (length > bodyBytes) throw new Refusal(413, `the body has ${length} bytes; none is needed here`, close);
}

/** Whether the request comes from a user; answers it where it does not. */
async function known(
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
      refuse(response, 503, "too many passwords wait to be compared; try again in a few seconds");
      return false;
    default:
      response.set("WWW-Authenticate", 'Basic realm="lightsout", charset="UTF-8"');
      refuse(
        response,
        401,
        result === "missing" ? "a user name and a password are needed" : "wrong user name or password",
      );
      return false;
  }
}
