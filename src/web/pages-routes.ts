import type { RequestHandler } from "express";
import { CONDITIONS } from "./pages/condition.ts";
import { lookAtFleet } from "./pages/fleet.ts";
import { hostPage } from "./pages/host.ts";
import { landingPage } from "./pages/landing.ts";
import { pagePolicy } from "./pages/style.ts";
import { Parameters, quoted } from "./parameters.ts";
import type { BoundParts } from "./parts.ts";
import { Refusal } from "./refusal.ts";
import { readSelection, SELECTABLE } from "./selection.ts";

type Needs = Pick<BoundParts, "records" | "record" | "state" | "ready" | "version" | "clock">;

function pageNumber(text: string | undefined): number {
  if (text === undefined) return 1;
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new Refusal(400, `page is a number from 1, not ${quoted(text)}`);
  return Number(text);
}

/** /: all hosts and how they are. */
export function landingHandler(parts: Needs): RequestHandler {
  return async (request, response) => {
    const parameters = new Parameters(request, ["q", "state", "page", ...SELECTABLE]);
    const condition = parameters.choice("state", CONDITIONS, undefined);
    const selection = readSelection(parameters);
    const query = (parameters.one("q") ?? "").slice(0, 200);
    const number = pageNumber(parameters.one("page"));
    const fleet = await lookAtFleet(parts.records(), { query, selection });
    const text = landingPage({
      fleet,
      query,
      selection,
      condition,
      pageNumber: number,
      readiness: parts.ready(),
      nowMs: parts.clock.wallMs(),
      version: parts.version,
      state: (host) => parts.state(host),
    });
    response.set({ "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": pagePolicy() }).send(text);
  };
}

/** /hosts/NAME: all that is known of one host. */
export function hostHandler(parts: Needs): RequestHandler<{ name: string }> {
  return (request, response) => {
    new Parameters(request, []);
    const { name } = request.params;
    const listed = parts.record(name);
    if (listed === undefined) throw new Refusal(404, `no host ${quoted(name)} in the inventory`);
    const text = hostPage({
      record: listed.record,
      state: parts.state(name),
      nowMs: parts.clock.wallMs(),
      version: parts.version,
    });
    response.set({ "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": pagePolicy() }).send(text);
  };
}
