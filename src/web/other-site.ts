import type { Request, RequestHandler } from "express";
import { Refusal } from "./refusal.ts";

/**
 * Refuses requests that a page of another site makes a browser send. Other programs send none of these headers.
 *
 * - `Sec-Fetch-Site`, which browsers send to HTTPS and localhost only: everything but this site itself, and the user.
 *   A sibling under the same domain is another site, too.
 * - `Origin`, which they send with each POST and PUT: another host than the request is for, or an unknown one.
 * - `Referer`, which a page may suppress, for GET over plain HTTP.
 *
 * @param links true: links of other sites may lead here, e.g. from a dashboard
 */
export function refuseOtherSites({ links }: { readonly links: boolean }): RequestHandler {
  return (request, _response, next) => {
    if (isFromOtherSite(request, links))
      throw new Refusal(403, "refused: a page of another site made the browser send this request");
    next();
  };
}

type Headers = Pick<Request, "get">;

function isFromOtherSite(request: Headers, links: boolean): boolean {
  const site = request.get("sec-fetch-site");
  const isLink = links && isNavigation(request);
  if (site !== undefined) return site !== "same-origin" && site !== "none" && !isLink;
  const origin = request.get("origin");
  if (origin !== undefined) return !isOwn(origin, request.get("host"));
  const referer = request.get("referer");
  return referer !== undefined && !isLink && !isOwn(referer, request.get("host"));
}

/** The browser shows the response as a page of its own, and not as a part of another. */
function isNavigation(request: Headers): boolean {
  const destination = request.get("sec-fetch-dest");
  if (destination !== undefined) return destination === "document";
  // Over plain HTTP: requests for images, scripts or by fetch() do not accept HTML.
  return request.get("accept")?.includes("text/html") ?? false;
}

/** Whether a URL has the host, and the port, that the request was sent to. */
function isOwn(url: string, host: string | undefined): boolean {
  try {
    const { protocol, host: other } = new URL(url);
    // Ports that are the protocol's default may be written or not.
    return host !== undefined && other !== "" && new URL(`${protocol}//${host}`).host === other;
  } catch {
    // "null": the browser keeps the origin to itself.
    return false;
  }
}
