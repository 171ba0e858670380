import { ongoingFaults } from "../../model/index.ts";
import type { ClusterView } from "../cluster-view.ts";
import type { HostState, Readiness } from "../parts.ts";
import { SELECTABLE } from "../selection.ts";
import { CONDITION_HELP, CONDITIONS, type Condition, type HostView } from "./condition.ts";
import { type FaultLine, faultLines, faultTable, type RunbookOf, sinceTime } from "./fault-list.ts";
import type { Fleet } from "./fleet.ts";
import { type HtmlValue, html, type Markup } from "./html.ts";
import { type HostOrder, here, type LandingQuery } from "./landing-address.ts";
import { badge, column, page, type Refresh, table, toneClass } from "./layout.ts";
import { inNaturalOrder } from "./natural-order.ts";
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
  readonly refresh?: Refresh;
  readonly runbook: RunbookOf;
  /** Present on a server of a cluster. */
  readonly cluster?: ClusterView | undefined;
  state(host: string): HostState | undefined;
}

/** Which part of the fleet this page shows. */
function clusterLine({ servers, isMember }: ClusterView): Markup {
  const own = servers.find(({ isThis }) => isThis);
  const state =
    isMember && own ? html`Hosts of server ${own.name}.` : html`This server is not in the cluster at present.`;
  return html`<p class="soft">${state} <a href="/servers">${servers.length === 1 ? "1 server" : `All ${servers.length} servers`}</a></p>`;
}

function counts(view: LandingView): Markup {
  const { fleet, condition } = view;
  const item = (name: string, count: number, help: string, state: Condition | undefined, tone: string): Markup =>
    html`<li><a class="${toneClass(tone)}" href="${here(view, { state })}" title="${help}"${
      condition === state && html` aria-current="true"`
    }><b>${count.toLocaleString("en")}</b>${name}</a></li>`;
  return html`<section id="counts" data-part aria-label="Hosts by condition"><ul class="counts">
${item("all", fleet.matching.length, "every host that matches", undefined, "")}
${CONDITIONS.filter((name) => fleet.counts[name] > 0 || name === "down" || name === "ok").map((name) =>
  item(name, fleet.counts[name], CONDITION_HELP[name], name, name),
)}
</ul></section>`;
}

/** Lines of "What is wrong now" on the page of the fleet; /faults has all. */
const MOST_LINES = 25;

/** The counts of the tab's title: "3 critical, 1 down". */
function titleOf({ fleet }: LandingView): string {
  const counts = (["critical", "warning", "down"] as const).flatMap((name) =>
    fleet.counts[name] > 0 ? `${fleet.counts[name].toLocaleString("en")} ${name}` : [],
  );
  return [...(counts.length > 0 ? [counts.join(", ")] : []), "lightsout"].join(" - ");
}

/** The worst condition that a host is in. */
const worstOf = ({ fleet }: LandingView): Condition => CONDITIONS.find((name) => fleet.counts[name] > 0) ?? "ok";

function wrongNow(view: LandingView): Markup {
  const { fleet, nowMs } = view;
  const lines: readonly FaultLine[] = faultLines(fleet.matching.map(({ record }) => record));
  const all = new URLSearchParams(here(view, { by: undefined, view: undefined, sort: undefined }).split("?")[1]);
  const query = all.toString();
  const address = query === "" ? "/faults" : `/faults?${query}`;
  return html`<section id="wrong" data-part><h2>What is wrong now</h2>
${
  lines.length === 0
    ? html`<p>${fleet.counts.waiting > 0 ? "No fault is known; some hosts are not polled yet." : "No fault is known."}</p>`
    : faultTable(lines.slice(0, MOST_LINES), nowMs, view.runbook)
}
${lines.length > MOST_LINES && html`<p><a href="${address}">All ${lines.length.toLocaleString("en")} lines</a>; these are the worst.</p>`}</section>`;
}

/** Orders for the list; all but "worst" are chosen by a link in the head of the table. */
function inOrder(hosts: readonly HostView[], sort: HostOrder): readonly HostView[] {
  switch (sort) {
    case "worst":
      return hosts;
    case "host":
      return inNaturalOrder(hosts, ({ record }) => record.host.name);
    case "place":
      return inNaturalOrder(hosts, ({ record }) =>
        [...SELECTABLE, "position" as const].map((label) => record.host.place[label] ?? "").join("\0"),
      );
    case "since":
      return [...hosts].sort((a, b) => (sinceOf(b) ?? 0) - (sinceOf(a) ?? 0));
    case "last":
      return [...hosts].sort((a, b) => (a.record.lastSuccessAt ?? 0) - (b.record.lastSuccessAt ?? 0));
  }
}

const sinceOf = ({ record }: HostView): number | undefined => ongoingFaults(record)[0]?.since;

function sortable(view: LandingView, order: HostOrder, name: string, kind = ""): Markup {
  const isCurrent = (view.sort ?? "worst") === order;
  const href = here(view, { sort: order === "worst" ? undefined : order });
  return html`<th scope="col" class="${kind}"${isCurrent && html` aria-sort="${order === "host" || order === "place" ? "ascending" : "descending"}"`}><a href="${href}">${name}</a></th>`;
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
  const [worst] = ongoingFaults(record);
  const { host, snapshot, lastSuccessAt } = record;
  const place = [...SELECTABLE.map((label) => host.place[label]), host.place.position && `U${host.place.position}`];
  return html`<tr><th scope="row"><a href="/hosts/${encodeURIComponent(host.name)}">${host.name}</a></th>
<td data-label="Place">${place.filter((part) => part).join(" / ")}</td>
<td data-label="State">${reach(hostView)}</td>
<td data-label="Health">${snapshot?.up === true && badge(healthWord(health), healthWord(health))}</td>
<td data-label="What is wrong">${snapshot?.up === true && worst?.text}</td>
<td data-label="Since" class="when">${worst && sinceTime(worst.since, nowMs)}</td>
<td data-label="Last success" class="number">${lastSuccessAt === undefined ? "never" : `${span(nowMs - lastSuccessAt)} ago`}</td>
<td data-label="Next poll" class="when">${nextPoll(state(host.name), nowMs)}</td></tr>
`;
}

const ORDER_WORDS: Readonly<Record<HostOrder, string>> = {
  worst: "worst first",
  host: "by name",
  place: "by place",
  since: "newest fault first",
  last: "longest without success first",
};

function hostTable(view: LandingView): Markup {
  const { fleet, query, condition, pageNumber, selection } = view;
  const chosen =
    condition === undefined ? fleet.matching : fleet.matching.filter((host) => host.condition === condition);
  const shown = inOrder(chosen, view.sort ?? "worst");
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
  return html`<section id="list" data-part>
<div class="bar"><h2>Hosts</h2>
</div>
${only.length > 0 && html`<p class="soft">Only ${only.join(", ")}. <a href="/">Show all</a></p>`}
${
  rows.length === 0
    ? html`<p>No host ${fleet.total === 0 ? "in the inventory" : "matches"}.</p>`
    : table(
        "Hosts",
        [
          sortable(view, "host", "Host"),
          sortable(view, "place", "Place"),
          sortable(view, "worst", "State"),
          column("Health"),
          column("What is wrong"),
          sortable(view, "since", "Since"),
          sortable(view, "last", "Last success", "number"),
          column("Next poll"),
        ],
        rows.map((host) => row(host, view)),
        "stack",
      )
}
${rows.length > 0 && html`<p class="soft">${first + 1} to ${first + rows.length} of ${shown.length.toLocaleString("en")}, ${ORDER_WORDS[view.sort ?? "worst"]}. ${link(Math.min(pageNumber, pages) - 1, "previous")}${link(Math.min(pageNumber, pages) + 1, "next")}</p>`}
</section>`;
}

/** The selection that the filter in the header keeps. */
function keptFields({ condition, selection, by }: LandingView): readonly (readonly [string, string])[] {
  const places = [...selection.places].flatMap(([label, values]) => values.map((value) => [label, value] as const));
  return [
    ...(condition ? [["state", condition] as const] : []),
    ...places,
    ...selection.without.map((label) => ["without", label] as const),
    ...(by === "health" ? [] : [["by", by] as const]),
  ];
}

/** The page at /. */
export function landingPage(view: LandingView): string {
  const { readiness, version, fleet } = view;
  const total = `${fleet.total.toLocaleString("en")} ${fleet.total === 1 ? "host" : "hosts"}`;
  const shown = fleet.matching.length;
  return page({
    title: titleOf(view),
    tone: worstOf(view),
    query: view.query,
    kept: keptFields(view),
    ...(view.refresh && { refresh: view.refresh }),
    version,
    content: html`<h1>${shown < fleet.total && `${shown.toLocaleString("en")} of `}${total}</h1>
${!readiness.ready && html`<section class="notice warning" role="status"><h2>Not ready</h2><p>${readiness.why ?? "The inventory is not loaded yet."}</p></section>`}
${view.cluster && clusterLine(view.cluster)}
${counts(view)}
${wrongNow(view)}
${view.racks}
${hostTable(view)}
${probeForm(view)}`,
  });
}
