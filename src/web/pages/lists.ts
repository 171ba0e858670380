import { EVENT_SEVERITIES, FAULT_SEVERITIES } from "../../model/index.ts";
import type { EventRow } from "../data/tables.ts";
import { SELECTABLE } from "../selection.ts";
import { type FaultLine, faultTable, type RunbookOf } from "./fault-list.ts";
import { type HtmlValue, html, type Markup } from "./html.ts";
import { badge, column, page, type Refresh, table } from "./layout.ts";
import { moment, spaced, span } from "./words.ts";

/** Rows of one page; the data of the same address has all. */
const MOST_LINES = 500;

interface ListPage {
  readonly version: string;
  readonly refresh?: Refresh;
  readonly nowMs: number;
  readonly runbook: RunbookOf;
  /** The chosen filters, by parameter. */
  readonly chosen: ReadonlyMap<string, string>;
}

function choice(name: string, label: string, values: readonly string[], chosen: ReadonlyMap<string, string>): Markup {
  const options = values.map(
    (value) => html`<option value="${value}"${chosen.get(name) === value && html` selected`}>${spaced(value)}</option>`,
  );
  return html`<label>${label}<select name="${name}"><option value="">any</option>${options}</select></label>`;
}

const field = (name: string, label: string, chosen: ReadonlyMap<string, string>): Markup =>
  html`<label>${label}<input name="${name}" value="${chosen.get(name) ?? ""}"></label>`;

function filters(address: string, fields: readonly HtmlValue[], chosen: ReadonlyMap<string, string>): Markup {
  return html`<section><form action="${address}" method="get">${fields}
${SELECTABLE.map((label) => field(label, label, chosen))}<button type="submit">Filter</button>${chosen.size > 0 && html`<a href="${address}">Show all</a>`}</form></section>`;
}

const leftOut = (count: number): HtmlValue =>
  count > MOST_LINES && html`<p class="soft">The first ${MOST_LINES} of ${count.toLocaleString("en")}.</p>`;

/** /faults */
export function faultsPage(
  lines: readonly FaultLine[],
  { version, refresh, nowMs, chosen, runbook }: ListPage,
): string {
  return page({
    title: `${lines.length > 0 ? `${lines.length.toLocaleString("en")} faults` : "No faults"} - lightsout`,
    version,
    ...(refresh && { refresh }),
    content: html`<h1>What is wrong now</h1>
${filters("/faults", [choice("severity", "Severity", FAULT_SEVERITIES, chosen)], chosen)}
<section id="wrong" data-part>${lines.length === 0 ? html`<p>No fault is known${chosen.size > 0 && " that matches"}.</p>` : faultTable(lines.slice(0, MOST_LINES), nowMs, runbook)}${leftOut(lines.length)}</section>`,
  });
}

function eventLine({
  host,
  place,
  time,
  seconds_after_start,
  read_at,
  severity,
  sensor,
  direction,
  text,
}: EventRow): Markup {
  const where = SELECTABLE.map((label) => place[label]).filter((part) => part);
  const when =
    time !== undefined
      ? moment(Date.parse(time))
      : seconds_after_start !== undefined
        ? `${span(seconds_after_start * 1000)} after start`
        : "no time";
  const word = severity === "non_recoverable" ? "non-recoverable" : severity;
  return html`<tr><td data-label="Time" class="when" title="read at ${read_at}">${when}</td><td data-label="Severity">${badge(word, spaced(severity))}</td>
<th scope="row"><a href="/hosts/${encodeURIComponent(host)}#events">${host}</a></th><td data-label="Place">${where.join(" / ")}</td>
<td data-label="Sensor">${sensor}</td><td data-label="Event" class="wide">${text}${direction === "deasserted" && html` <span class="soft">(deasserted)</span>`}</td></tr>
`;
}

/** /events */
export function eventsPage(events: readonly EventRow[], { version, refresh, chosen }: ListPage): string {
  const head = ["Time", "Severity", "Host", "Place", "Sensor", "Event"].map((name) => column(name));
  const kinds = [field("kind", "Kind, e.g. memory", chosen), field("host", "Host", chosen)];
  return page({
    title: "Events - lightsout",
    version,
    ...(refresh && { refresh }),
    content: html`<h1>Events</h1>
<p class="soft">The newest events of the event logs of all hosts, since this exporter started. The logs of the BMCs have all.</p>
${filters("/events", [choice("severity", "Severity", EVENT_SEVERITIES, chosen), ...kinds], chosen)}
<section id="events" data-part>${
      events.length === 0
        ? html`<p>No event${chosen.size > 0 ? " matches" : " since the start"}.</p>`
        : table("Events, newest first", head, events.slice(0, MOST_LINES).map(eventLine), "stack")
    }${leftOut(events.length)}</section>`,
  });
}
