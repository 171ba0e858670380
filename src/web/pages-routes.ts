import type { RequestHandler } from "express";
import { CONDITIONS } from "./pages/condition.ts";
import { lookAtFleet } from "./pages/fleet.ts";
import { hostPage } from "./pages/host.ts";
import { landingPage } from "./pages/landing.ts";
import { MEASURES } from "./pages/measure.ts";
import { racksSection } from "./pages/racks.ts";
import { pagePolicy } from "./pages/style.ts";
import { Parameters, quoted } from "./parameters.ts";
import type { BoundParts } from "./parts.ts";
import { Refusal } from "./refusal.ts";
import { readSelection, SELECTABLE } from "./selection.ts";

type Needs = Pick<BoundParts, "records" | "record" | "state" | "trail" | "rackBudgets" | "ready" | "version" | "clock">;

function pageNumber(parameters: Parameters, name: "page" | "racks"): number {
  const text = parameters.one(name);
  if (text === undefined) return 1;
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new Refusal(400, `${name} must be a number from 1, not ${quoted(text)}`);
  return Number(text);
}

/** /: all hosts and their health. */
export function landingHandler(parts: Needs): RequestHandler {
  return async (request, response) => {
    const parameters = new Parameters(request, ["q", "state", "by", "racks", "page", ...SELECTABLE, "without"]);
    const selected = {
      query: (parameters.one("q") ?? "").slice(0, 200),
      selection: readSelection(parameters),
      condition: parameters.choice("state", CONDITIONS, undefined),
      by: parameters.choice("by", MEASURES, "health"),
      pageNumber: pageNumber(parameters, "page"),
      rackPage: pageNumber(parameters, "racks"),
    };
    const fleet = await lookAtFleet(parts.records(), selected);
    const text = landingPage({
      ...selected,
      fleet,
      racks: await racksSection({ ...selected, fleet, budgets: parts.rackBudgets?.() ?? [] }),
      readiness: parts.ready(),
      nowMs: parts.clock.wallMs(),
      version: parts.version,
      state: (host) => parts.state(host),
    });
    response.set({ "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": pagePolicy() }).send(text);
  };
}

/** /hosts/NAME: everything about one host. */
export function hostHandler(parts: Needs): RequestHandler<{ name: string }> {
  return (request, response) => {
    new Parameters(request, []);
    const { name } = request.params;
    const listed = parts.record(name);
    if (listed === undefined) throw new Refusal(404, `no host ${quoted(name)} in the inventory`);
    const text = hostPage({
      record: listed.record,
      state: parts.state(name),
      trail: parts.trail?.(name),
      nowMs: parts.clock.wallMs(),
      version: parts.version,
    });
    response.set({ "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": pagePolicy() }).send(text);
  };
}
