import type { EventLog, PastEvent } from "../../model/index.ts";
import type { HostSearch } from "./host-search.ts";
import { html, type Markup } from "./html.ts";
import { badge, column, table } from "./layout.ts";
import { moment, spaced, span } from "./words.ts";

const MAX_EVENTS = 200;

function totals({ entries, capacityEntries, overflow, counters }: EventLog): Markup {
  const counted = Object.entries(counters?.bySeverity ?? {}).flatMap(([severity, count]) =>
    count > 0 ? `${count} ${spaced(severity)}` : [],
  );
  return html`<p>${entries ?? "Unknown number of"} records${capacityEntries !== undefined && ` of ${capacityEntries}`}${overflow && html` ${badge("warning", "full: new events are lost")}`}${counted.length > 0 && html`; counted so far: ${counted.join(", ")}`}</p>`;
}

/** The event log: how full it is, and its newest known records. */
export function eventLog(
  log: EventLog | undefined,
  past: readonly PastEvent[],
  search?: HostSearch,
): Markup | undefined {
  if (log === undefined && past.length === 0) return undefined;
  const fresh = log?.fresh ?? [];
  // The first poll reads the whole log, which is more than is kept afterwards.
  const all = fresh.length > past.length ? [...fresh].reverse() : past;
  const known = search ? all.filter((event) => search.event(event)) : all;
  const shown = known.slice(0, MAX_EVENTS);
  const rows = shown.map(
    ({ time, relativeTime, sensor, severity, direction, text }) => html`<tr>
<td data-label="Time" class="when">${time === undefined ? "no time" : relativeTime ? `${span(time)} after start` : moment(time)}</td>
<td data-label="Severity">${badge(spaced(severity).replace("non recoverable", "non-recoverable"), spaced(severity))}</td>
<th scope="row">${sensor}</th><td data-label="Event">${text}${direction === "deasserted" && html` <span class="soft">(deasserted)</span>`}</td></tr>
`,
  );
  return html`<section id="events" data-part><h2>Event log</h2>
${log && totals(log)}
${
  rows.length === 0
    ? html`<p class="soft">${all.length === 0 ? "No record was read since this exporter started." : "No record contains these words."}</p>`
    : table(
        "Newest records of the event log",
        [column("Time"), column("Severity"), column("Sensor"), column("Event")],
        rows,
        "stack",
      )
}
${known.length > shown.length ? html`<p class="soft">The newest ${shown.length} of ${known.length}.</p>` : log !== undefined && rows.length > 0 && (log.entries ?? 0) > rows.length && html`<p class="soft">The newest ${rows.length} that were read; the log of the BMC has all.</p>`}</section>`;
}
