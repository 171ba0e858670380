import type { Request, RequestHandler, Response } from "express";
import { EVENT_SEVERITIES, FAULT_SEVERITIES, type FleetEvent, faultRank, type HistoryPeriod } from "../model/index.ts";
import { type DataFormat, formatOf, sendCsv, sendJsonList } from "./data/format.ts";
import { historyData } from "./data/history-data.ts";
import { DATA_PARTS, type DataPart, hostData } from "./data/host-data.ts";
import {
  conditionOf,
  EVENT_COLUMNS,
  type EventRow,
  eventCells,
  eventRow,
  FAULT_COLUMNS,
  type FaultRow,
  faultCells,
  faultRows,
  HOST_COLUMNS,
  hostCells,
  SENSOR_COLUMNS,
  sensorCells,
} from "./data/tables.ts";
import { CONDITIONS } from "./pages/condition.ts";
import { matchesWords, wordsOf } from "./pages/fleet.ts";
import { Parameters, quoted } from "./parameters.ts";
import type { BoundParts, ListedHost } from "./parts.ts";
import { Refusal } from "./refusal.ts";
import { readSelection, SELECTION_PARAMETERS, selectHosts } from "./selection.ts";

type Needs = Pick<BoundParts, "records" | "record" | "trail" | "history" | "recentEvents" | "clock">;

/** Parameters that select hosts, on pages and in their data. */
export const HOST_PARAMETERS = [...SELECTION_PARAMETERS, "q", "state"] as const;

const HOSTS_SCHEMA = "lightsout/hosts/1";
const HOST_SCHEMA = "lightsout/host/1";
const FAULTS_SCHEMA = "lightsout/faults/1";
const EVENTS_SCHEMA = "lightsout/events/1";

/** A host with all parts is about 25 KB; polls run between pieces. */
const HOSTS_PER_PIECE = 20;

function partsOf(parameters: Parameters): ReadonlySet<DataPart> {
  const names = parameters.all("parts").flatMap((text) => text.split(","));
  if (names.includes("all")) return new Set(DATA_PARTS);
  const unknown = names.find((name) => !DATA_PARTS.includes(name as DataPart));
  if (unknown !== undefined)
    throw new Refusal(400, `parts: ${quoted(unknown)} is not one of all, ${DATA_PARTS.join(", ")}`);
  return new Set(names as DataPart[]);
}

/** The hosts of a request, in the order of the inventory. */
export function selectedHosts(parameters: Parameters, parts: Pick<Needs, "records" | "record">): ListedHost[] {
  const words = wordsOf(parameters.one("q") ?? "");
  const state = parameters.choice("state", CONDITIONS, undefined);
  return selectHosts(readSelection(parameters), parts).filter(
    ({ record }) => matchesWords(record, words) && (state === undefined || conditionOf(record) === state),
  );
}

/** The data of `/hosts` and `/`: a summary of each selected host, and the parts that `parts` names. */
export async function sendHosts(
  request: Request,
  response: Response,
  format: Exclude<DataFormat, "html">,
  { parameters, parts }: { readonly parameters: Parameters; readonly parts: Needs },
): Promise<void> {
  const nowMs = parts.clock.wallMs();
  const wanted = partsOf(parameters);
  const hosts = selectedHosts(parameters, parts);
  if (format === "csv") {
    if (wanted.has("sensors")) return sendCsv(request, response, SENSOR_COLUMNS, sensorsOf(hosts));
    const rows = (function* () {
      for (const { record } of hosts) yield hostCells(record, nowMs);
    })();
    return sendCsv(request, response, HOST_COLUMNS, rows);
  }
  const rows = (function* () {
    for (const { record } of hosts)
      yield hostData(record, { parts: wanted, nowMs, trail: parts.trail?.(record.host.name) });
  })();
  return sendJsonList(
    request,
    response,
    { schema: HOSTS_SCHEMA, nowMs, name: "hosts", ...(wanted.size > 0 && { perPiece: HOSTS_PER_PIECE }) },
    rows,
  );
}

function* sensorsOf(hosts: readonly ListedHost[]) {
  for (const { record } of hosts)
    for (const sensor of record.snapshot?.sensors ?? record.lastKnown?.sensors ?? [])
      yield sensorCells(record.host.name, sensor);
}

/** /hosts: the data of all hosts; browsers are sent to `/`. */
export function hostsHandler(parts: Needs): RequestHandler {
  return async (request, response) => {
    const format = formatOf(request);
    if (format === "html") {
      const query = request.originalUrl.indexOf("?");
      response.redirect(302, query < 0 ? "/" : `/${request.originalUrl.slice(query)}`);
      return;
    }
    const parameters = new Parameters(request, [...HOST_PARAMETERS, "parts"]);
    await sendHosts(request, response, format, { parameters, parts });
  };
}

/** The data of /hosts/NAME: all parts as JSON, the sensors as CSV. */
export async function sendHost(
  request: Request,
  response: Response,
  format: Exclude<DataFormat, "html">,
  {
    listed,
    parts,
    period,
  }: { readonly listed: ListedHost; readonly parts: Needs; readonly period: HistoryPeriod | undefined },
): Promise<void> {
  if (format === "csv") return sendCsv(request, response, SENSOR_COLUMNS, sensorsOf([listed]));
  const nowMs = parts.clock.wallMs();
  const { record } = listed;
  const data = hostData(record, { parts: new Set(DATA_PARTS), nowMs, trail: parts.trail?.(record.host.name) });
  const history = period && historyData(record, parts.history(record.host.name), period);
  response.json({ schema: HOST_SCHEMA, time: new Date(nowMs).toISOString(), ...data, ...(history && { history }) });
}

/** All faults of hosts, worst first, then the newest. */
export function faultsOfHosts(hosts: readonly ListedHost[]): FaultRow[] {
  const rows = hosts.flatMap(({ record }) => [...faultRows(record)]);
  return rows.sort(
    (a, b) => faultRank(a.severity) - faultRank(b.severity) || (b.since ?? "").localeCompare(a.since ?? ""),
  );
}

/** Parameters of /faults. */
export const FAULT_PARAMETERS = [...HOST_PARAMETERS, "severity"] as const;

export function selectedFaults(parameters: Parameters, parts: Pick<Needs, "records" | "record">): FaultRow[] {
  const severity = parameters.choice("severity", FAULT_SEVERITIES, undefined);
  const faults = faultsOfHosts(selectedHosts(parameters, parts));
  return severity === undefined ? faults : faults.filter((fault) => fault.severity === severity);
}

/** The data of /faults. */
export async function sendFaults(
  request: Request,
  response: Response,
  format: Exclude<DataFormat, "html">,
  { faults, nowMs }: { readonly faults: readonly FaultRow[]; readonly nowMs: number },
): Promise<void> {
  if (format === "csv") return sendCsv(request, response, FAULT_COLUMNS, faults.map(faultCells));
  return sendJsonList(request, response, { schema: FAULTS_SCHEMA, nowMs, name: "faults" }, faults);
}

/** Parameters of /events. */
export const EVENT_PARAMETERS = [...HOST_PARAMETERS, "severity", "kind"] as const;

/** The events of the selected hosts, newest first. */
export function selectedEvents(parameters: Parameters, parts: Needs): EventRow[] {
  const severity = parameters.choice("severity", EVENT_SEVERITIES, undefined);
  const kind = parameters.one("kind") || undefined;
  const hosts = new Map(selectedHosts(parameters, parts).map(({ record }) => [record.host.name, record.host]));
  const fits = (event: FleetEvent): boolean =>
    (severity === undefined || event.severity === severity) && (kind === undefined || event.kind === kind);
  return parts.recentEvents().flatMap((event) => {
    const host = hosts.get(event.host);
    return host !== undefined && fits(event) ? eventRow(event, host) : [];
  });
}

/** The data of /events. */
export async function sendEvents(
  request: Request,
  response: Response,
  format: Exclude<DataFormat, "html">,
  { events, nowMs }: { readonly events: readonly EventRow[]; readonly nowMs: number },
): Promise<void> {
  if (format === "csv") return sendCsv(request, response, EVENT_COLUMNS, events.map(eventCells));
  return sendJsonList(request, response, { schema: EVENTS_SCHEMA, nowMs, name: "events" }, events);
}
