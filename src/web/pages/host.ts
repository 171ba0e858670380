import {
  type Failure,
  type Fru,
  failureText,
  type HistoryPeriod,
  HOST_LIMIT_NAMES,
  type HostHistory,
  type HostRecord,
  type HostSnapshot,
  type HostTrail,
  NOT_POLLED,
  ongoingFaults,
  type PartOutcome,
} from "../../model/index.ts";
import type { HostLinks, HostState } from "../parts.ts";
import { SELECTABLE } from "../selection.ts";
import { viewOf } from "./condition.ts";
import { eventLog } from "./event-log.ts";
import { hostFaultTable, type RunbookOf } from "./fault-list.ts";
import { hostSearch, searchForm } from "./host-search.ts";
import { type HtmlValue, html, type Markup } from "./html.ts";
import { badge, column, MOST_ROWS, notShown, page, type Refresh, table } from "./layout.ts";
import { nextPoll } from "./next-poll.ts";
import { pollHistory } from "./poll-history.ts";
import { sensorTable } from "./sensor-table.ts";
import { healthWord, moment, plain, spaced, span, took } from "./words.ts";

export interface HostPageView {
  readonly record: HostRecord;
  readonly state?: HostState;
  readonly trail?: HostTrail;
  readonly history?: HostHistory | undefined;
  /** How far back the lines of the readings go. */
  readonly period: HistoryPeriod;
  /** Words that the shown sensors and events contain; by default all are shown. */
  readonly find?: string;
  readonly nowMs: number;
  readonly version: string;
  readonly refresh?: Refresh;
  readonly links?: HostLinks;
  readonly runbook: RunbookOf;
}

const fact = (name: string, value: HtmlValue): HtmlValue =>
  value !== undefined && value !== false && value !== "" && html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

function failureNotice(title: string, { stage, reason, message }: Failure): Markup {
  return html`<section class="notice down" role="status"><h2>${title}: ${spaced(reason)} at ${spaced(stage)}</h2>
<p>${failureText(reason)}</p><p class="soft">${message}</p></section>`;
}

function notices({ record, state }: HostPageView): HtmlValue {
  const { snapshot, polls } = record;
  const failure = snapshot?.failure;
  if (failure !== undefined) return failureNotice("Down", failure);
  if (state?.stopped !== undefined) return failureNotice("Login refused", state.stopped);
  if (snapshot !== undefined) return undefined;
  return html`<section class="notice quiet" role="status"><h2>${polls === 0 ? "Not polled yet" : "Stale"}</h2>
<p>${polls === 0 ? failureText(NOT_POLLED) : "The last poll is too old; its readings were dropped."}</p></section>`;
}

/** "sensors (12 left out)": which limits the host exceeds. */
function omissions({ omitted = {} }: Pick<HostSnapshot, "omitted">): HtmlValue {
  const exceeded = HOST_LIMIT_NAMES.flatMap((limit) => {
    const count = omitted[limit];
    return count === undefined ? [] : `${spaced(limit)} (${count} left out)`;
  });
  if (exceeded.length === 0) return undefined;
  return html`<section class="notice quiet" role="status"><h2>Larger than the limits of its module</h2>
<p>Limits exceeded: ${exceeded.join(", ")}. What exceeds them is not exported and not shown here.</p></section>`;
}

function facts({ record, state, nowMs }: HostPageView, snapshot: HostSnapshot | undefined): Markup {
  const { host, snapshot: latest, lastSuccessAt } = record;
  const { controller, chassis, consumption } = snapshot ?? {};
  const faults = Object.entries(chassis?.faults ?? {}).flatMap(([fault, set]) => (set ? spaced(fault) : []));
  const watts = consumption?.currentWatts;
  return html`<section id="about" data-part><h2>About</h2><dl>
${fact("BMC", `${host.address}, port ${host.port}`)}
${fact("Module, auth", `${host.module}, ${host.auth}`)}
${fact("Protocol", snapshot?.protocol)}
${fact("Last success", lastSuccessAt === undefined ? "never" : `${span(nowMs - lastSuccessAt)} ago (${moment(lastSuccessAt)})`)}
${fact("Last poll took", latest && took(latest.durationMs))}
${fact("Next poll", nextPoll(state, nowMs))}
${fact("Manufacturer", controller?.manufacturer)}
${fact("Product", controller?.product)}
${fact("Firmware", controller?.firmware)}
${fact("IPMI version", controller?.ipmiVersion)}
${fact("Chassis power", chassis && (chassis.powerOn ? "on" : "off"))}
${fact("Chassis faults", faults.length > 0 && badge("critical", faults.join(", ")))}
${fact("Power consumption", watts === undefined ? undefined : `${plain(watts)} W`)}
${fact("Quirks", snapshot && snapshot.quirks.length > 0 && snapshot.quirks.map(spaced).join(", "))}
${Object.entries(host.labels).map(([name, value]) => fact(name, value))}
</dl></section>`;
}

function parts(outcomes: readonly PartOutcome[], nowMs: number): HtmlValue {
  if (outcomes.length === 0) return undefined;
  const rows = outcomes.map(
    ({ part, ok, durationMs, readAt, failure }) => html`<tr><th scope="row">${part}</th>
<td>${ok ? badge("ok", "ok") : badge("critical", spaced(failure?.reason ?? "failed"))}</td>
<td class="number">${took(durationMs)}</td><td class="number">${span(nowMs - readAt)} ago</td><td>${failure?.message}</td></tr>
`,
  );
  const head = [
    column("Part"),
    column("Result"),
    column("Took", "number"),
    column("Read", "number"),
    column("Message"),
  ];
  return html`<section><h2>Parts of the last poll</h2>${table("Parts of the last poll", head, rows)}</section>`;
}

function inventory(frus: readonly Fru[]): HtmlValue {
  if (frus.length === 0) return undefined;
  const rows = frus.slice(0, MOST_ROWS).map(
    ({ name, manufacturer, product, partNumber, serial, problems }) => html`<tr><th scope="row">${name}</th>
<td>${manufacturer}</td><td>${product}</td><td>${partNumber}</td><td>${serial}</td><td>${problems.join("; ")}</td></tr>
`,
  );
  const head = ["FRU", "Manufacturer", "Product", "Part number", "Serial", "Damage"].map((name) => column(name));
  return html`<section><h2>FRU inventory</h2>${table("FRU inventory", head, rows)}${notShown(frus.length)}</section>`;
}

/** The page of one host. */
export function hostPage(view: HostPageView): string {
  const { record, trail, nowMs, version, refresh, links } = view;
  const { host, snapshot: latest, lastKnown } = record;
  // Of a host that is down, the readings of its last successful poll; a stale host has no snapshot at all.
  const snapshot = latest?.up === true || lastKnown === undefined ? latest : lastKnown;
  const isOld = snapshot !== undefined && snapshot === lastKnown;
  const { condition, health } = viewOf(record);
  const place = [...SELECTABLE, "position" as const].flatMap((label) => {
    const value = host.place[label];
    return value ? `${label} ${value}` : [];
  });
  const name = encodeURIComponent(host.name);
  const search = hostSearch(view.find ?? "");
  const log = eventLog(snapshot?.eventLog, trail?.events ?? [], search);
  const polls = pollHistory(trail?.polls ?? []);
  const sensors =
    snapshot?.sensors &&
    snapshot.sensors.length > 0 &&
    sensorTable(snapshot.sensors, { history: view.history, period: view.period, search });
  return page({
    title: `${host.name}${condition === "ok" ? "" : ` ${condition}`} - lightsout`,
    tone: condition,
    ...(refresh && { refresh }),
    version,
    content: html`<h1>${host.name} ${badge(condition, latest?.up === true ? healthWord(health) : condition)}</h1>
<p class="soft">${place.join(", ")}</p>
<p><a href="/probe?target=${name}&amp;debug=true">Probe now, with a trace</a> &middot; <a href="/metrics?host=${name}">Metrics</a>${links?.dashboard && html` &middot; <a href="${links.dashboard}">Dashboard</a>`}${links?.bmc && html` &middot; <a href="${links.bmc}" rel="noreferrer">Page of the BMC</a>`}${sensors && html` &middot; <a href="#sensors">Sensors</a>`}${log && html` &middot; <a href="#events">Event log</a>`}${polls && html` &middot; <a href="#polls">Last polls</a>`}</p>
<div id="notices" data-part>${notices(view)}</div>
${latest?.up === true && hostFaultTable(ongoingFaults(record), nowMs, view.runbook)}
${isOld && html`<section class="notice quiet" role="status"><h2>Last known facts</h2><p>What follows was read ${span(nowMs - snapshot.startedAt)} ago (${moment(snapshot.startedAt)}). It is not exported.</p></section>`}
${snapshot && omissions(snapshot)}
${facts(view, snapshot)}
${(sensors || log) && searchForm(search, view.period)}
${sensors}
${log}
${polls}
${parts(latest?.parts ?? [], nowMs)}
${inventory(snapshot?.frus ?? [])}`,
  });
}
