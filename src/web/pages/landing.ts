import type { HostState, Readiness } from "../parts.ts";
import { SELECTABLE, type Selection } from "../selection.ts";
import { CONDITION_HELP, CONDITIONS, type Condition, type HostView } from "./condition.ts";
import type { Fleet } from "./fleet.ts";
import { type HtmlValue, html, type Markup } from "./html.ts";
import { badge, column, page, table, toneClass } from "./layout.ts";
import { nextPoll } from "./next-poll.ts";
import { healthWord, spaced, span } from "./words.ts";

export const ROWS = 200;
const MAX_RACKS = 400;
/** Offered while typing a target. */
const MAX_SUGGESTIONS = 500;

export interface LandingView {
  readonly fleet: Fleet;
  readonly query: string;
  readonly selection: Selection;
  readonly condition?: Condition;
  /** From 1. */
  readonly pageNumber: number;
  readonly readiness: Readiness;
  readonly nowMs: number;
  readonly version: string;
  state(host: string): HostState | undefined;
}

type Changes = Readonly<Record<string, string | undefined>>;

/** The address of this page with something else asked for. */
function here({ query, selection, condition }: LandingView, changes: Changes): string {
  const parameters = new URLSearchParams();
  const now: Record<string, string | undefined> = { q: query, state: condition, ...changes };
  for (const [name, value] of Object.entries(now)) if (value) parameters.set(name, value);
  for (const [label, values] of selection.places) for (const value of values) parameters.append(label, value);
  const text = parameters.toString();
  return text === "" ? "/" : `/?${text}`;
}

function counts(view: LandingView): Markup {
  const { fleet, condition } = view;
  const item = (name: string, count: number, help: string, state: Condition | undefined, tone: string): Markup =>
    html`<li><a class="${toneClass(tone)}" href="${here(view, { state })}" title="${help}"${
      condition === state && html` aria-current="true"`
    }><b>${count.toLocaleString("en")}</b>${name}</a></li>`;
  return html`<section aria-label="Hosts by condition"><ul class="counts">
${item("all", fleet.matching.length, "every host that matches", undefined, "")}
${CONDITIONS.filter((name) => fleet.counts[name] > 0 || name === "down" || name === "ok").map((name) =>
  item(name, fleet.counts[name], CONDITION_HELP[name], name, name),
)}
</ul></section>`;
}

function racks({ fleet }: LandingView): Markup | undefined {
  if (fleet.racks.length === 0) return undefined;
  const tiles = fleet.racks.slice(0, MAX_RACKS).map(({ place, worst, hosts, inTrouble }) => {
    const parameters = new URLSearchParams();
    for (const label of SELECTABLE) if (place[label]) parameters.set(label, place[label]);
    const where = SELECTABLE.flatMap((label) => (place[label] ? `${label} ${place[label]}` : [])).join(", ");
    const says = inTrouble === 0 ? `${hosts}` : `${inTrouble} of ${hosts}`;
    const title = `${where}: ${hosts} hosts, ${inTrouble} in trouble, worst ${worst}`;
    return html`<li><a class="${toneClass(worst)}" href="/?${parameters.toString()}" title="${title}"><b>${place.rack}</b> ${says}<span class="hide"> hosts, worst ${worst}</span></a></li>`;
  });
  const left = fleet.racks.length - tiles.length;
  return html`<section><h2>Racks</h2><ul class="racks">${tiles}</ul>${left > 0 && html`<p class="soft">and ${left} more; filter to see them</p>`}</section>`;
}

function probeForm({ fleet }: LandingView): Markup {
  const hosts = fleet.matching.slice(0, MAX_SUGGESTIONS).map(({ record }) => record.host);
  const options = (values: Iterable<string>): HtmlValue =>
    [...new Set(values)].map((value) => html`<option value="${value}">`);
  return html`<section><h2>Probe one BMC now</h2>
<form action="/probe" method="get">
<label>Target<input name="target" list="hosts" required autocomplete="off" placeholder="host or address"></label>
<label>Module<input name="module" list="modules" autocomplete="off" placeholder="that of the host"></label>
<label>Auth<input name="auth" list="auths" autocomplete="off" placeholder="that of the host"></label>
<label class="check"><input type="checkbox" name="debug" value="true" checked>with a trace of the steps</label>
<button type="submit">Probe</button>
</form>
<datalist id="hosts">${options(hosts.map(({ name }) => name))}</datalist>
<datalist id="modules">${options(hosts.map(({ module }) => module))}</datalist>
<datalist id="auths">${options(hosts.map(({ auth }) => auth))}</datalist>
</section>`;
}

function reach({ record, condition }: HostView): Markup {
  const { snapshot } = record;
  if (snapshot === undefined) return condition === "waiting" ? badge("", "not polled yet") : badge("down", "stale");
  if (snapshot.up) return badge("ok", "up");
  const { failure } = snapshot;
  return html`${badge("down", "down")} ${failure && html`<span title="${failure.message}">${spaced(failure.reason)}</span> <span class="soft">at ${spaced(failure.stage)}</span>`}`;
}

function row(hostView: HostView, { nowMs, state }: LandingView): Markup {
  const { record, health } = hostView;
  const { host, snapshot, lastSuccessAt } = record;
  const place = [...SELECTABLE.map((label) => host.place[label]), host.place.position && `U${host.place.position}`];
  return html`<tr><th scope="row"><a href="/hosts/${encodeURIComponent(host.name)}">${host.name}</a></th>
<td>${place.filter((part) => part).join(" / ")}</td>
<td>${reach(hostView)}</td>
<td>${snapshot?.up === true && badge(healthWord(health), healthWord(health))}</td>
<td class="number">${snapshot?.sensors?.length ?? ""}</td>
<td class="number">${lastSuccessAt === undefined ? "never" : `${span(nowMs - lastSuccessAt)} ago`}</td>
<td class="when">${nextPoll(state(host.name), nowMs)}</td></tr>
`;
}

function hostTable(view: LandingView): Markup {
  const { fleet, query, condition, pageNumber, selection } = view;
  const shown =
    condition === undefined ? fleet.matching : fleet.matching.filter((host) => host.condition === condition);
  const pages = Math.max(1, Math.ceil(shown.length / ROWS));
  const first = (Math.min(pageNumber, pages) - 1) * ROWS;
  const rows = shown.slice(first, first + ROWS);
  const link = (number: number, word: string): HtmlValue =>
    number >= 1 && number <= pages && html`<a href="${here(view, { page: String(number) })}">${word}</a> `;
  const places = [...selection.places].flatMap(([label, values]) => values.map((value) => ({ label, value })));
  return html`<section>
<div class="bar"><h2>Hosts</h2>
<form action="/" method="get" role="search">
<label>Filter by name, address, place or label<input type="search" name="q" value="${query}"></label>
${condition && html`<input type="hidden" name="state" value="${condition}">`}${places.map(({ label, value }) => html`<input type="hidden" name="${label}" value="${value}">`)}
<button type="submit">Filter</button></form></div>
${(places.length > 0 || query !== "" || condition !== undefined) && html`<p class="soft">Only ${[...places.map(({ label, value }) => `${label} ${value}`), query !== "" && `"${query}"`, condition].filter((part) => part).join(", ")}. <a href="/">Show all</a></p>`}
${
  rows.length === 0
    ? html`<p>No host ${fleet.total === 0 ? "in the inventory" : "matches"}.</p>`
    : table(
        "Hosts",
        [
          column("Host"),
          column("Place"),
          column("State"),
          column("Health"),
          column("Sensors", "number"),
          column("Last success", "number"),
          column("Next poll"),
        ],
        rows.map((host) => row(host, view)),
      )
}
${rows.length > 0 && html`<p class="soft">${first + 1} to ${first + rows.length} of ${shown.length.toLocaleString("en")}, worst first. ${link(Math.min(pageNumber, pages) - 1, "previous")}${link(Math.min(pageNumber, pages) + 1, "next")}</p>`}
</section>`;
}

/** The page at /. */
export function landingPage(view: LandingView): string {
  const { readiness, version, fleet } = view;
  return page({
    title: "lightsout",
    version,
    content: html`<h1>${fleet.total.toLocaleString("en")} ${fleet.total === 1 ? "host" : "hosts"}</h1>
${!readiness.ready && html`<section class="notice warning" role="status"><h2>Not ready</h2><p>${readiness.why ?? "The inventory is not loaded yet."}</p></section>`}
${counts(view)}
${racks(view)}
${hostTable(view)}
${probeForm(view)}`,
  });
}
