import type { Request, RequestHandler } from "express";
import { HISTORY_PERIODS } from "../model/index.ts";
import { elsewhereRefusal } from "./cluster.ts";
import { formatOf } from "./data/format.ts";
import {
  EVENT_PARAMETERS,
  FAULT_PARAMETERS,
  HOST_PARAMETERS,
  selectedEvents,
  selectedFaults,
  selectedHosts,
  sendEvents,
  sendFaults,
  sendHost,
  sendHosts,
} from "./data-routes.ts";
import { CONDITIONS } from "./pages/condition.ts";
import { faultLines } from "./pages/fault-list.ts";
import { lookAtFleet } from "./pages/fleet.ts";
import { hostPage } from "./pages/host.ts";
import { landingPage } from "./pages/landing.ts";
import { HOST_ORDERS } from "./pages/landing-address.ts";
import type { Refresh } from "./pages/layout.ts";
import { eventsPage, faultsPage } from "./pages/lists.ts";
import { MEASURES } from "./pages/measure.ts";
import { racksSection } from "./pages/racks.ts";
import { SCRIPT } from "./pages/script.ts";
import { Parameters, quoted } from "./parameters.ts";
import type { BoundParts } from "./parts.ts";
import { Refusal } from "./refusal.ts";
import { readSelection, SELECTABLE } from "./selection.ts";
import { sendPage } from "./send-page.ts";

type Needs = Pick<
  BoundParts,
  | "records"
  | "record"
  | "cluster"
  | "elsewhere"
  | "state"
  | "trail"
  | "recentEvents"
  | "history"
  | "rackBudgets"
  | "ready"
  | "version"
  | "clock"
  | "refreshSeconds"
  | "links"
  | "runbook"
>;

/** Parameters of every page that refreshes itself. */
const REFRESH = "refresh";
/** How far back the lines of readings go. */
const HISTORY = "history";

function pageNumber(parameters: Parameters, name: "page" | "racks"): number {
  const text = parameters.one(name);
  if (text === undefined) return 1;
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new Refusal(400, `${name} must be a number from 1, not ${quoted(text)}`);
  return Number(text);
}

/** How a page refreshes itself; `refresh=off` switches off what works without the script. */
function refreshOf(request: Request, parameters: Parameters, { clock, refreshSeconds }: Needs): Refresh {
  const off = parameters.choice(REFRESH, ["off"], undefined) === "off";
  const separator = request.originalUrl.includes("?") ? "&" : "?";
  return {
    seconds: refreshSeconds(),
    asOfMs: clock.wallMs(),
    ...(!off && { offAddress: `${request.originalUrl}${separator}${REFRESH}=off` }),
  };
}

/** /: all hosts, what is wrong with them, and their racks. */
export function landingHandler(parts: Needs): RequestHandler {
  const own = ["by", "racks", "page", "sort", "view", HISTORY, REFRESH];
  return async (request, response) => {
    const format = formatOf(request);
    if (format !== "html") {
      const parameters = new Parameters(request, [...HOST_PARAMETERS, ...own, "parts"]);
      await sendHosts(request, response, format, { parameters, parts });
      return;
    }
    const parameters = new Parameters(request, ["q", "state", ...own, ...SELECTABLE, "without"]);
    const selected = {
      query: (parameters.one("q") ?? "").slice(0, 200),
      selection: readSelection(parameters),
      condition: parameters.choice("state", CONDITIONS, undefined),
      by: parameters.choice("by", MEASURES, "health"),
      pageNumber: pageNumber(parameters, "page"),
      rackPage: pageNumber(parameters, "racks"),
      asColumns: parameters.choice("view", ["columns"], undefined) === "columns",
      sort: parameters.choice("sort", HOST_ORDERS, "worst"),
      period: parameters.choice(HISTORY, HISTORY_PERIODS, "1h"),
    } as const;
    const fleet = await lookAtFleet(parts.records(), selected);
    const text = landingPage({
      ...selected,
      fleet,
      racks: await racksSection({
        ...selected,
        fleet,
        budgets: parts.rackBudgets?.() ?? [],
        // Only columns have pages.
        isPaged: parameters.one("racks") !== undefined,
        historyOf: (host) => parts.history(host),
      }),
      readiness: parts.ready(),
      nowMs: parts.clock.wallMs(),
      version: parts.version,
      refresh: refreshOf(request, parameters, parts),
      runbook: parts.runbook,
      state: (host) => parts.state(host),
      cluster: parts.cluster(),
    });
    await sendPage(request, response, text);
  };
}

/** /hosts/NAME: everything about one host. */
export function hostHandler(parts: Needs): RequestHandler<{ name: string }> {
  return async (request, response) => {
    const parameters = new Parameters(request as unknown as Request, [HISTORY, "find", REFRESH]);
    const { name } = request.params;
    const listed = parts.record(name);
    const elsewhere = listed === undefined ? parts.elsewhere(name) : undefined;
    if (elsewhere !== undefined) throw elsewhereRefusal(request as unknown as Request, elsewhere);
    if (listed === undefined) throw new Refusal(404, `no host ${quoted(name)} in the inventory`);
    const format = formatOf(request as unknown as Request);
    const period = parameters.choice(HISTORY, HISTORY_PERIODS, undefined);
    if (format !== "html") {
      await sendHost(request as unknown as Request, response, format, { listed, parts, period });
      return;
    }
    const text = hostPage({
      record: listed.record,
      state: parts.state(name),
      trail: parts.trail?.(name),
      history: parts.history(name),
      period: period ?? "1h",
      find: (parameters.one("find") ?? "").slice(0, 200),
      runbook: parts.runbook,
      links: parts.links(listed.record.host),
      nowMs: parts.clock.wallMs(),
      version: parts.version,
      refresh: refreshOf(request as unknown as Request, parameters, parts),
    });
    await sendPage(request as unknown as Request, response, text);
  };
}

/** The filters of a list that are in use. Forms send empty fields, which are no filters. */
function chosenOf(parameters: Parameters, names: readonly string[]): ReadonlyMap<string, string> {
  return new Map(names.flatMap((name) => parameters.all(name).map((value) => [name, value] as const)));
}

/** /faults: everything that is wrong now. */
export function faultsHandler(parts: Needs): RequestHandler {
  return async (request, response) => {
    const parameters = new Parameters(request, [...FAULT_PARAMETERS, REFRESH], { skipEmpty: true });
    const format = formatOf(request);
    const nowMs = parts.clock.wallMs();
    if (format !== "html") {
      await sendFaults(request, response, format, { faults: selectedFaults(parameters, parts), nowMs });
      return;
    }
    const severity = parameters.one("severity");
    const lines = faultLines(selectedHosts(parameters, parts).map(({ record }) => record));
    const text = faultsPage(severity === undefined ? lines : lines.filter((line) => line.severity === severity), {
      version: parts.version,
      nowMs,
      runbook: parts.runbook,
      refresh: refreshOf(request, parameters, parts),
      chosen: chosenOf(parameters, FAULT_PARAMETERS),
    });
    await sendPage(request, response, text);
  };
}

/** /events: the newest events of the selected hosts. */
export function eventsHandler(parts: Needs): RequestHandler {
  return async (request, response) => {
    const parameters = new Parameters(request, [...EVENT_PARAMETERS, REFRESH], { skipEmpty: true });
    const format = formatOf(request);
    const nowMs = parts.clock.wallMs();
    const events = selectedEvents(parameters, parts);
    if (format !== "html") {
      await sendEvents(request, response, format, { events, nowMs });
      return;
    }
    const text = eventsPage(events, {
      version: parts.version,
      nowMs,
      runbook: parts.runbook,
      refresh: refreshOf(request, parameters, parts),
      chosen: chosenOf(parameters, EVENT_PARAMETERS),
    });
    await sendPage(request, response, text);
  };
}

/** /page.js: the script of all pages. */
export const scriptHandler: RequestHandler = (request, response) => {
  new Parameters(request, []);
  response.set("Content-Type", "text/javascript; charset=utf-8").send(SCRIPT);
};
