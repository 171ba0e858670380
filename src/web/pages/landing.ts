import type { HostState, Readiness } from "../parts.ts";
import { SELECTABLE } from "../selection.ts";
import { CONDITION_HELP, CONDITIONS, type Condition, type HostView } from "./condition.ts";
import type { Fleet } from "./fleet.ts";
import { type HtmlValue, html, type Markup } from "./html.ts";
import { here, type LandingQuery } from "./landing-address.ts";
import { badge, column, page, table, toneClass } from "./layout.ts";
import { nextPoll } from "./next-poll.ts";
import { healthWord, spaced, span } from "./words.ts";

const ROWS = 200;
/** Offered while typing a target. */
const MAX_SUGGESTIONS = 500;

export interface LandingView extends LandingQuery {
  readonly fleet: Fleet;
  /** Made beforehand, in pieces; absent if no host matches. */
  readonly racks: Markup | undefined;
  readonly readiness: Readiness;
  readonly nowMs: number;
  readonly version: string;
  state(host: string): HostState | undefined;
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

function probeForm({ fleet }: LandingView): Markup {
  const hosts = fleet.matching.slice(0, MAX_SUGGESTIONS).map(({ record }) => record.host);
  const options = (values: Iterable<string>): HtmlValue =>
    [...new Set(values)].map((value) => html`<option value="${value}">`);
  return html`<section><h2>Probe one BMC now</h2>
<form action="/probe" method="get">
<label>Target<input name="target" list="hosts" required autocomplete="off" placeholder="host or address"></label>
<label>Module<input name="module" list="modules" autocomplete="off" placeholder="that of the host"></label>
<label>Auth<input name="auth" list="auths" autocomplete="off" placeholder="that of the host"></label>
<label class="check"><input type="checkbox" name="debug" value="true" checked>with a trace</label>
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
  const { fleet, query, condition, pageNumber, selection, by } = view;
  const shown =
    condition === undefined ? fleet.matching : fleet.matching.filter((host) => host.condition === condition);
  const pages = Math.max(1, Math.ceil(shown.length / ROWS));
  const first = (Math.min(pageNumber, pages) - 1) * ROWS;
  const rows = shown.slice(first, first + ROWS);
  const racks = view.rackPage > 1 ? String(view.rackPage) : undefined;
  const link = (number: number, word: string): HtmlValue =>
    number >= 1 && number <= pages && html`<a href="${here(view, { page: String(number), racks })}">${word}</a> `;
  const places = [...selection.places].flatMap(([label, values]) => values.map((value) => ({ label, value })));
  const only = [
    ...places.map(({ label, value }) => `${label} ${value}`),
    ...selection.without.map((label) => `without ${label}`),
    query !== "" && `"${query}"`,
    condition,
  ].filter((part) => part);
  return html`<section>
<div class="bar"><h2>Hosts</h2>
<form action="/" method="get" role="search">
<label>Filter by name, address, place or label<input type="search" name="q" value="${query}"></label>
${condition && html`<input type="hidden" name="state" value="${condition}">`}${places.map(({ label, value }) => html`<input type="hidden" name="${label}" value="${value}">`)}${selection.without.map((label) => html`<input type="hidden" name="without" value="${label}">`)}${by !== "health" && html`<input type="hidden" name="by" value="${by}">`}
<button type="submit">Filter</button></form></div>
${only.length > 0 && html`<p class="soft">Only ${only.join(", ")}. <a href="/">Show all</a></p>`}
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
${view.racks}
${hostTable(view)}
${probeForm(view)}`,
  });
}
