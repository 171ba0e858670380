import { type HtmlValue, html, Markup } from "./html.ts";
import { STYLE } from "./style.ts";

export interface Page {
  readonly title: string;
  readonly version: string;
  readonly content: HtmlValue;
}

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='3' fill='%231b2330'/%3E%3Ccircle cx='5' cy='8' r='2' fill='%237fd6a0'/%3E%3Ccircle cx='11' cy='8' r='2' fill='%23f2c76b'/%3E%3C/svg%3E";

/** The endpoints, for the navigation and for the page of an unknown path. */
export const ENDPOINTS = [
  { path: "/", name: "hosts", help: "hosts of this exporter and their health; /hosts/NAME shows one" },
  { path: "/metrics", name: "metrics", help: "metrics of all hosts, or of a selection: ?host= ?rack= ?slice= ..." },
  { path: "/metrics/self", name: "exporter", help: "metrics of the exporter itself" },
  { path: "/sd", name: "service discovery", help: "targets for Prometheus (http_sd)" },
  { path: "/runbooks", name: "runbooks", help: "what to do about each alert; /runbooks/NAME shows one" },
  { path: "/config", name: "configuration", help: "the configuration without secrets" },
] as const;

/** Endpoints that are not linked from pages. */
export const MORE_ENDPOINTS = [
  { path: "/probe", help: "polls one BMC now: ?target= module= auth= debug=" },
  { path: "/-/healthy", help: "the process is running" },
  { path: "/-/ready", help: "the inventory is loaded" },
  { path: "/-/reload", help: "POST: reload configuration and inventory" },
] as const;

export function page({ title, version, content }: Page): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="${new Markup(ICON)}">
<style>${new Markup(STYLE)}</style>
</head>
<body>
<header><a class="brand" href="/">lightsout</a>
<nav aria-label="Endpoints">${ENDPOINTS.map(({ path, name, help }) => html`<a href="${path}" title="${help}">${name}</a> `)}</nav></header>
<main>
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

/** A table that scrolls for itself on narrow screens, by keyboard too. */
export function table(name: string, head: readonly HtmlValue[], rows: readonly HtmlValue[]): Markup {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${name}"><table>
<thead><tr>${head}</tr></thead>
<tbody>${rows}</tbody>
</table></div>`;
}

export const column = (name: string, kind = ""): Markup => html`<th scope="col" class="${kind}">${name}</th>`;
