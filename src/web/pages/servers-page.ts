import type { ClusterServer, ClusterView } from "../cluster-view.ts";
import { type HtmlValue, html, type Markup } from "./html.ts";
import { badge, column, page, table } from "./layout.ts";
import { span } from "./words.ts";

const COLUMNS = ["Server", "State", "Hosts", "Started", "Last move", "Version", "Inventory"];

/** /servers for a person. */
export function serversPage(
  view: ClusterView,
  { nowMs, version }: { readonly nowMs: number; readonly version: string },
): string {
  const { servers, isMember, problem, unowned, foldedHosts } = view;
  const differ = servers.filter(({ differs }) => differs).map(({ name }) => name);
  const tone = !isMember ? "critical" : problem !== undefined || differ.length > 0 || unowned > 0 ? "warning" : "ok";
  return page({
    title: "Servers - lightsout",
    version,
    tone,
    content: html`<h1>${servers.length === 1 ? "1 server" : `${servers.length} servers`}</h1>
${!isMember && notice("critical", "This server has no valid lease", "It polls nothing until etcd renews its lease.")}
${problem !== undefined && notice("warning", "etcd", problem)}
${
  differ.length > 0 &&
  notice("warning", "Inventories differ", `${differ.join(", ")}: give all servers the same targets and sources.`)
}
${unowned > 0 && notice("warning", `${unowned} hosts are not polled`, "They are being moved, or a server does not have them in its inventory.")}
<section>${table(
      "Servers",
      COLUMNS.map((name) => column(name)),
      servers.map((server) => row(server, nowMs)),
      "stack",
    )}</section>
<section><h2>Hosts by server</h2>
${servers.map(
  ({ name, hosts }) =>
    html`<h3>${name} <span class="soft">${hosts.toLocaleString("en")}</span></h3><p>${foldedHosts.get(name) || "no hosts"}</p>`,
)}</section>`,
  });
}

function notice(tone: string, title: string, text: string): Markup {
  return html`<section class="notice ${tone}" role="status"><h2>${title}</h2><p>${text}</p></section>`;
}

function row(server: ClusterServer, nowMs: number): Markup {
  const { name, url, isThis, isDrained, hosts, startedAt, movedAt, version, inventoryHosts, differs } = server;
  const label: HtmlValue = url === undefined ? name : html`<a href="${url}">${name}</a>`;
  return html`<tr><th scope="row">${label}${isThis && html` <span class="soft">this server</span>`}</th>
<td data-label="State">${isDrained ? badge("warning", "drained") : badge("ok", "polls")}</td>
<td data-label="Hosts">${hosts.toLocaleString("en")}</td>
<td data-label="Started">${span(nowMs - startedAt)} ago</td>
<td data-label="Last move">${movedAt === undefined ? "-" : html`${span(nowMs - movedAt)} ago`}</td>
<td data-label="Version">${version}</td>
<td data-label="Inventory">${inventoryHosts.toLocaleString("en")} hosts${differs && html` ${badge("warning", "differs")}`}</td></tr>`;
}
