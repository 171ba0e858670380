import { html } from "./html.ts";
import { ENDPOINTS, MORE_ENDPOINTS, page } from "./layout.ts";

const ALL = [...ENDPOINTS, ...MORE_ENDPOINTS];

/** The response as a page. */
export function problemPage(status: number, message: string, version: string): string {
  const title = status === 404 ? "Not found" : `Error ${status}`;
  return page({
    title: `${title} - lightsout`,
    version,
    content: html`<h1>${title}</h1><section><p>${message}</p></section>
${status === 404 && html`<section><h2>Endpoints</h2><dl>${ALL.map(({ path, help }) => html`<div><dt><code>${path}</code></dt><dd>${help}</dd></div>`)}</dl></section>`}`,
  });
}

/** The response as text. */
export function notFoundText(message: string): string {
  return `${message}\n\nEndpoints:\n${ALL.map(({ path, help }) => `  ${path.padEnd(14)}${help}\n`).join("")}`;
}
