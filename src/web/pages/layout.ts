import type { Condition } from "./condition.ts";
import { type HtmlValue, html, Markup } from "./html.ts";
import { STYLE } from "./style.ts";

export interface Page {
  readonly title: string;
  readonly version: string;
  readonly content: HtmlValue;
  /** Colours the icon of the tab. */
  readonly tone?: Condition;
  /** Present on pages that show the present state. */
  readonly refresh?: Refresh;
  /** The present filter, for the field in the header. */
  readonly query?: string;
  /** Further parameters that the filter keeps. */
  readonly kept?: readonly (readonly [name: string, value: string])[];
}

/** How a page refreshes itself: by its script every few seconds, or else as a whole every minute. */
export interface Refresh {
  readonly seconds: number;
  readonly asOfMs: number;
  /** The address of this page with the refresh without script switched off; absent if it is off. */
  readonly offAddress?: string;
}

/** Seconds between two refreshes without script: the whole page is loaded again. */
const PLAIN_REFRESH_SECONDS = 60;

const LAMPS: Readonly<Record<Condition, string>> = {
  down: "%23c77fe0",
  critical: "%23ff6b60",
  warning: "%23f2c76b",
  waiting: "%239ba7b8",
  unknown: "%239ba7b8",
  ok: "%237fd6a0",
};

/** The icon of the tab: a lamp in the colour of the worst condition. */
const iconOf = (tone: Condition): string =>
  `data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='3' fill='%231b2330'/%3E%3Ccircle cx='8' cy='8' r='4' fill='${LAMPS[tone]}'/%3E%3C/svg%3E`;

function refreshBar({ asOfMs, offAddress }: Refresh): Markup {
  const iso = new Date(asOfMs).toISOString();
  return html`<p class="refresh"><span id="as-of">as of <time datetime="${iso}">${iso.slice(11, 19)} UTC</time></span>
<button id="pause" type="button" hidden>Pause</button><span class="offline-only">the exporter does not answer</span>
${offAddress !== undefined && html`<noscript><a href="${offAddress}">stop refreshing</a></noscript>`}</p>`;
}

/** The endpoints, for the navigation and for the page of an unknown path. */
export const ENDPOINTS = [
  { path: "/", name: "hosts", help: "hosts of this exporter and their health; /hosts/NAME shows one" },
  { path: "/faults", name: "faults", help: "everything that is wrong now, by host" },
  { path: "/events", name: "events", help: "the newest events of all hosts: ?severity= kind= rack= ..." },
  {
    path: "/metrics",
    isText: true,
    name: "metrics",
    help: "metrics of all hosts, or of a selection: ?host= ?rack= ?slice= ...",
  },
  { path: "/metrics/self", isText: true, name: "exporter", help: "metrics of the exporter itself" },
  { path: "/sd", isText: true, name: "service discovery", help: "targets for Prometheus (http_sd)" },
  { path: "/runbooks", name: "runbooks", help: "what to do about each alert; /runbooks/NAME shows one" },
  { path: "/config", name: "configuration", help: "the configuration without secrets" },
] as const;

/** Endpoints that are not linked from pages. */
export const MORE_ENDPOINTS = [
  { path: "/hosts", help: "the hosts as JSON or CSV, by the Accept header: ?parts=sensors,events ..." },
  { path: "/ipmi", help: "polls one BMC now, in the metrics of ipmi_exporter: ?target= module= auth=" },
  { path: "/probe", help: "polls one BMC now: ?target= module= auth= debug=" },
  { path: "/servers", help: "the servers of the cluster and the hosts of each" },
  { path: "/-/healthy", help: "the process is running" },
  { path: "/-/ready", help: "the inventory is loaded" },
  { path: "/-/reload", help: "POST: reload configuration and inventory" },
] as const;

export function page({ title, version, content, tone = "ok", refresh, query = "", kept = [] }: Page): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="${new Markup(iconOf(tone))}">
<style>${new Markup(STYLE)}</style>
<script src="/page.js" defer></script>
${refresh?.offAddress !== undefined && html`<noscript><meta http-equiv="refresh" content="${PLAIN_REFRESH_SECONDS}"></noscript>`}
</head>
<body${refresh && html` data-refresh="${refresh.seconds}"`}>
<a class="skip" href="#content">Skip to the content</a>
<header><a class="brand" href="/">lightsout</a>
<nav aria-label="Pages">${ENDPOINTS.map(({ path, name, help, ...more }) => html`<a href="${path}" title="${help}">${name}${"isText" in more && html` <span class="soft">(text)</span>`}</a> `)}</nav>
<form class="find" action="/" method="get" role="search" aria-label="Hosts"><label class="hide" for="filter">Filter hosts by name, address, place or label</label><input id="filter" type="search" name="q" value="${query}" placeholder="Filter hosts  /">${kept.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}</form>
${refresh && refreshBar(refresh)}</header>
<main id="content" tabindex="-1">
${content}
</main>
<footer>lightsout ${version}</footer>
</body>
</html>
`.text;
}

/** A word on a coloured ground. */
export function badge(tone: string, word: string): Markup {
  return html`<span class="badge ${toneClass(tone)}">${word}</span>`;
}

/** The class of a condition or of a health word. */
export function toneClass(tone: string): string {
  switch (tone) {
    case "ok":
    case "warning":
    case "critical":
    case "down":
      return tone;
    case "non-recoverable":
      return "critical";
    default:
      return "quiet";
  }
}

/** Rows of a table about one host; making a page with many more takes too long. */
export const MOST_ROWS = 1000;

/** Says how many rows of a table are left out. */
export const notShown = (rows: number): HtmlValue =>
  rows > MOST_ROWS && html`<p class="soft">The first ${MOST_ROWS} of ${rows}; the metrics of the host have all.</p>`;

/**
 * A table that scrolls for itself on narrow screens, by keyboard too. The cells of a "stack" stand below one another on a
 * phone, each with its `data-label`.
 */
export function table(
  name: string,
  head: readonly HtmlValue[],
  rows: readonly HtmlValue[],
  kind: "" | "stack" = "",
): Markup {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${name}"><table${kind !== "" && html` class="${kind}"`}>
<thead><tr>${head}</tr></thead>
<tbody>${rows}</tbody>
</table></div>`;
}

export const column = (name: string, kind = ""): Markup => html`<th scope="col" class="${kind}">${name}</th>`;
